"""The OpenAPI document says everything that a client must know."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

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
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            yield f"{name} body", content["application/json"]
        for status, answer in operation["responses"].items():
            if status.startswith("2") and "application/json" in answer.get("content", {}):
                yield f"{name} {status}", answer["content"]["application/json"]


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
        if "description" not in property_
        and "$ref" not in property_
        and "$ref" not in property_.get("items", {})
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


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
