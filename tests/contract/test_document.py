"""The OpenAPI document says everything that a client must know."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.model import build
from gateway.routes import load_routes

Document = dict[str, Any]

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def operations(schema: Document) -> Iterator[tuple[str, Document]]:
    """Yield ("GET /api/…", operation) for every operation."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def media(schema: Document) -> Iterator[tuple[str, Document]]:
    """Yield (place, media type) of every JSON body and answer that is not an error."""
    for name, operation in operations(schema):
        yield from body(name, operation)
        for status, answer in operation["responses"].items():
            if status.startswith("2") and "application/json" in answer.get("content", {}):
                yield f"{name} {status}", answer["content"]["application/json"]
    for type_, told in schema["webhooks"].items():
        yield from body(type_, told["post"])


def body(name: str, operation: Document) -> Iterator[tuple[str, Document]]:
    """Yield (place, media type) of the JSON body of an operation, if it has one."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        yield f"{name} body", content["application/json"]


def test_the_document_is_valid(schema: Document) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(schema).iter_errors()] == []


def test_a_patch_has_no_defaults_and_asks_for_nothing(schema: Document) -> None:
    """A generated client sends each default, and would put back what nobody meant to touch."""
    patched = [one for name, one in operations(schema) if name.startswith("PATCH ")]
    assert len(patched) == 8
    for operation in patched:
        for _, content in body("", operation):
            for part in _objects(_resolved(content["schema"], schema)):
                assert not {"default", "required"} & part.keys(), (operation["operationId"], part)


def test_the_example_of_a_patch_changes_one_field(schema: Document) -> None:
    for name, operation in operations(schema):
        if name.startswith("PATCH "):
            assert len(operation["requestBody"]["content"]["application/json"]["example"]) == 1


def test_a_default_is_a_value_that_may_be_sent(schema: Document) -> None:
    parts = [part for part in _objects(schema) if "default" in part and "type" in part]
    assert len(parts) > 20
    for part in parts:
        assert jsonschema.Draft202012Validator(part).is_valid(part["default"]), part


def test_generators_that_take_the_first_type_of_an_answer_take_json(schema: Document) -> None:
    for name, operation in operations(schema):
        types = list(operation["responses"].get("200", {}).get("content", {}))
        if "application/json" in types:
            assert types[0] == "application/json", name


def test_the_example_of_a_list_is_its_only_page(schema: Document) -> None:
    pages = [one["example"] for _, one in media(schema) if _is_page(one)]
    assert len(pages) > 10
    for page in pages:
        assert (page["count"], page["next"], page["previous"]) == (1, None, None)
        assert len(page["results"]) == 1


def test_every_event_that_can_be_asked_for_is_described(schema: Document) -> None:
    events = schema["components"]["schemas"]["Webhook"]["properties"]["events"]["items"]["enum"]
    assert [*schema["webhooks"], "*"] == events


def test_a_key_is_all_that_a_client_needs(schema: Document) -> None:
    scheme = schema["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_pages_of_other_origins_may_send_and_read_what_the_document_has(schema: Document) -> None:
    gateway = build(load_routes(), "127.0.0.1:1", origins=["https://app.example"])
    cors = gateway.middlewares["cors"]["headers"]
    sent = {one["name"] for one in schema["components"]["parameters"].values()}
    assert sent <= set(cors["accessControlAllowHeaders"])
    assert set(cors["accessControlExposeHeaders"]) <= set(schema["components"]["headers"])


def test_every_operation_has_summary_limits_and_its_errors(schema: Document) -> None:
    for name, operation in operations(schema):
        assert operation["summary"].endswith("."), name
        assert "description" in operation, name
        assert {"400", "429", "5XX"} <= operation["responses"].keys(), name
        if operation.get("security"):
            assert {"401", "403"} <= operation["responses"].keys(), name


def test_every_parameter_is_described(schema: Document) -> None:
    for name, operation in operations(schema):
        for parameter in operation.get("parameters", []):
            assert "$ref" in parameter or parameter.get("description"), (name, parameter)


def test_every_field_is_described(schema: Document) -> None:
    undescribed = [
        f"{name}.{field}"
        for name, component in schema["components"]["schemas"].items()
        for field, property_ in component.get("properties", {}).items()
        if "description" not in property_ and "$ref" not in property_
    ]
    assert undescribed == []


def test_every_example_is_what_its_schema_says(schema: Document) -> None:
    checked = 0
    for name, content in media(schema):
        validator = jsonschema.Draft202012Validator({**schema, **content["schema"]})
        errors = [error.message for error in validator.iter_errors(content["example"])]
        assert errors == [], name
        checked += 1
    assert checked > 40


def test_every_reference_leads_somewhere(schema: Document) -> None:
    for reference in _references(schema):
        target: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            assert part in target, reference
            target = target[part]


def test_answers_of_a_resource_have_their_whole_shape(schema: Document) -> None:
    portfolio = schema["components"]["schemas"]["Portfolio"]
    assert portfolio["additionalProperties"] is False
    assert {"id", "total_value", "total_return_percentage"} <= set(portfolio["required"])


@pytest.mark.parametrize("name", ["password", "current_password", "new_password"])
def test_a_password_is_never_answered(schema: Document, name: str) -> None:
    inputs = {"CredentialsInput", "PasswordInput", "NewUserInput"}
    for component, content in schema["components"]["schemas"].items():
        assert component in inputs or name not in content.get("properties", {}), component


def _is_page(content: Document) -> bool:
    return str(content["schema"].get("$ref", "")).endswith("Page")


def _objects(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node:
        if isinstance(value, dict | list):
            yield from _objects(value)


def _resolved(node: Any, schema: Document) -> Any:
    """Return `node` with what it refers to in the place of every reference."""
    if isinstance(node, list):
        return [_resolved(value, schema) for value in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(_target(node["$ref"], schema), schema)
    return {name: _resolved(value, schema) for name, value in node.items()}


def _target(reference: str, schema: Document) -> Any:
    target: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return target


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
