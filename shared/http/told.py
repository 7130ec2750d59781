"""What a service sends to the addresses of its subscribers: the `webhooks` of its document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apispec import APISpec
from marshmallow import Schema

from shared.http.openapi import Document, schema_name

_JSON: Final = "application/json"
# As Standard Webhooks names them.
_HEADERS: Final = {
    "webhook-id": ("The same at every attempt.", "msg_0197f3a2b4c87d10a2b3c4d5e6f70812"),
    "webhook-timestamp": ("When it was sent, in Unix seconds.", "1705678200"),
    "webhook-signature": (
        "`v1,` and the HMAC-SHA256, in Base64, of `id.timestamp.body` with the webhook's secret;"
        " several, with a blank between, while a secret is rotated.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
_ANSWERS: Final = {
    "2XX": "It has arrived.",
    "410": "It is not wanted any more: the webhook is disabled.",
    "default": "It is sent again later.",
}


@dataclass(frozen=True)
class Told:
    """One kind of message.

    Attributes:
        summary: what it tells, in a sentence.
        data: the schema of its `data`; the name of one that another service's document has.
    """

    summary: str
    data: type[Schema] | str


def described(spec: APISpec, messages: Mapping[str, Told]) -> Document:
    """Return the `webhooks` of a document, and add to `spec` the schemas that they need.

    Args:
        messages: type → what is told.
    """
    return {type_: {"post": _operation(spec, type_, told)} for type_, told in messages.items()}


def _operation(spec: APISpec, type_: str, told: Told) -> Document:
    return {
        "summary": told.summary,
        "description": "Sent, signed, to those of your webhooks that ask for it.",
        "operationId": f"on_{type_.replace('.', '_')}",
        "tags": ["Webhooks"],
        "parameters": [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": description,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, (description, example) in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": _message(type_, _name(spec, told.data))}},
        },
        "responses": {status: {"description": text} for status, text in _ANSWERS.items()},
    }


def _message(type_: str, data: str) -> Document:
    return {
        "type": "object",
        "required": ["data", "timestamp", "type"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "enum": [type_], "description": "What happened."},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened.",
            },
            "data": {"$ref": f"#/components/schemas/{data}"},
        },
    }


def _name(spec: APISpec, data: type[Schema] | str) -> str:
    if isinstance(data, str):
        return data
    name = schema_name(data)
    known: dict[str, Any] = spec.components.schemas
    if name not in known:
        spec.components.schema(name, schema=data)
    return name
