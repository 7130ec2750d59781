"""Examples of bodies and answers, made from the examples of their fields."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Document = dict[str, Any]

_JSON: Final = "application/json"
_OF_FORMAT: Final = {
    "date": "2024-01-15",
    "date-time": "2024-01-20T15:45:00Z",
    "decimal": "100.00",
    "email": "demo@example.com",
    "uri": "https://api.example.com/",
    "url": "https://api.example.com/",
}
_OF_TYPE: Final = {"integer": 1, "number": 1, "boolean": True, "string": "text", "null": None}


def with_examples(document: Document) -> Document:
    """Return `document`, every JSON body, successful answer and webhook with an example."""
    schemas = document.get("components", {}).get("schemas", {})
    for media in _media(document):
        if "schema" in media and "example" not in media:
            media["example"] = example(media["schema"], schemas)
    return document


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return an example of `schema`: its own, or one made of its parts.

    Args:
        schemas: name → schema, for references.
    """
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for name in ("example", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:  # an object or null
        return example(schema["anyOf"][0], schemas)
    return _example_of_type(schema, schemas)


def _example_of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    type_ = schema.get("type", "object")
    type_ = type_[0] if isinstance(type_, list) else type_
    if type_ == "array":
        return [example(schema.get("items", {}), schemas)]
    if type_ == "object":
        properties = schema.get("properties", {})
        return {name: example(part, schemas) for name, part in properties.items()}
    return _OF_FORMAT.get(schema.get("format", ""), _OF_TYPE[type_])


def _media(document: Document) -> Iterator[Document]:
    for methods in (*document["paths"].values(), *document.get("webhooks", {}).values()):
        for operation in methods.values():
            if not isinstance(operation, dict):
                continue  # parameters of the whole path
            answers = [
                answer
                for status, answer in operation.get("responses", {}).items()
                if status.startswith("2")
            ]
            for holder in (operation.get("requestBody", {}), *answers):
                if _JSON in holder.get("content", {}):
                    yield holder["content"][_JSON]
