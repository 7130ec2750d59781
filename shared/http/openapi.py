"""The OpenAPI document of a service: how its schemas, errors and headers are written in it.

A schema has two faces. What comes in has the fields that may be written, with numbers as string
or number; what goes out has the fields that are answered, all of them, with numbers as strings.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema
from marshmallow.fields import Field

from shared.http.errors import CODES
from shared.http.schemas import Error, Number

Document = dict[str, Any]

_HEADERS: Final[dict[str, tuple[str, Document]]] = {
    "X-Request-Id": ("The request's id; quote it when you ask for help.", {"type": "string"}),
    "API-Version": ("The version of this contract.", {"type": "string"}),
    "ETag": ("The tag of this answer, for `If-None-Match` and `If-Match`.", {"type": "string"}),
    "RateLimit-Limit": ("Requests that the hour allows.", {"type": "integer"}),
    "RateLimit-Remaining": ("Requests that are left of it.", {"type": "integer"}),
    "RateLimit-Reset": ("Seconds until all of it is there again.", {"type": "integer"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer"}),
    "WWW-Authenticate": ("How to authenticate: `Token`.", {"type": "string"}),
    "Location": ("Where the job is asked for.", {"type": "string"}),
    "Preference-Applied": ("What was followed of `Prefer`.", {"type": "string"}),
    "Idempotency-Replayed": ("`true` where an earlier answer is repeated.", {"type": "string"}),
}
_PARAMETERS: Final[dict[str, tuple[str, Document]]] = {
    "Idempotency-Key": (
        "Makes repeating safe for 24 hours: the same key and request get the first answer again.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    ),
    "Prefer": (
        "`respond-async` makes a job of it, whatever its size; `wait=20` waits so many seconds, 25"
        " at most, for the direct answer of what is a job (RFC 7240).",
        {"type": "string"},
    ),
    "If-None-Match": ("A tag you have; the answer is 304 while it is current.", {"type": "string"}),
    "If-Match": ("A tag; another version than that is not changed (412).", {"type": "string"}),
}
_ERROR_HEADERS: Final = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
}


@cache
def _incoming_class(schema: type[Schema]) -> type[Schema]:
    return type(schema.__name__, (schema,), {"is_incoming": True, "__doc__": schema.__doc__})


def incoming(schema: type[Schema] | Schema) -> Schema:
    """Return `schema` as that of a body: the same rules under a name of its own."""
    instance = schema() if isinstance(schema, type) else copy.copy(schema)
    if not is_incoming(instance):
        instance.__class__ = _incoming_class(type(instance))
    return instance


def is_incoming(schema: object) -> bool:
    """Return whether `schema` describes a body."""
    return getattr(schema, "is_incoming", False)


def schema_name(schema: Any) -> str:
    """Name a schema: PortfolioSchema → Portfolio; as a body PortfolioInput, PortfolioPatch."""
    if isinstance(schema, type):
        return schema.__name__.removesuffix("Schema")
    if schema.only or schema.exclude:
        return ""  # described where it is used
    name = type(schema).__name__.removesuffix("Schema")
    if schema.partial:
        return f"{name}Patch"
    return f"{name}Input" if is_incoming(schema) else name


class Converter(OpenAPIConverter):
    """apispec's converter, with the two faces of a schema."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_incoming = False
        self.add_attribute_function(_number)  # type: ignore[no-untyped-call]  # the library's

    def resolve_nested_schema(self, schema: Any) -> Any:
        """Return the reference to a schema; what is nested in a body is a body too."""
        if self._is_incoming and isinstance(schema, Schema | type):
            schema = incoming(schema)
        return super().resolve_nested_schema(schema)  # type: ignore[no-untyped-call]

    def schema2jsonschema(self, schema: Any) -> Document:
        """Return the JSON Schema of one face, described by its docstring."""
        with self._facing(is_incoming(schema)):
            document: Document = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        if schema.partial:
            field = document["properties"][schema.patched]
            document["example"] = {schema.patched: field["example"]}
        text = (type(schema).__doc__ or "").strip()
        return {**document, "description": text.partition("\n")[0]} if text else document

    def schema2parameters(self, schema: Any, **kwargs: Any) -> Any:
        """Return the parameters of a query."""
        with self._facing(False):
            return super().schema2parameters(schema, **kwargs)

    def field2property(self, field: Field[Any]) -> Document:
        """Return the JSON Schema of a field; that it is null by default is no news."""
        property_: Document = super().field2property(field)
        if property_.get("default", ...) is None:
            del property_["default"]
        return property_

    def fields2jsonschema(self, fields: Mapping[str, Field[Any]], **kwargs: Any) -> Document:
        """Return the JSON Schema of the fields that this face has."""
        of_face = {
            name: field
            for name, field in fields.items()
            if not (field.dump_only if self._is_incoming else field.load_only)
        }
        document: Document = super().fields2jsonschema(of_face, **kwargs)  # type: ignore[no-untyped-call]
        if not self._is_incoming:
            document["required"] = sorted(
                field.data_key or name
                for name, field in of_face.items()
                if not field.metadata.get("optional")
            )
        for property_ in document["properties"].values():
            # Each face has only what it has; nothing of it is read-only or write-only.
            property_.pop("readOnly", None)
            property_.pop("writeOnly", None)
            # A generated client sends every default that it knows: with a PATCH it would put back
            # what nobody meant to touch.
            if kwargs.get("partial") or not self._is_incoming:
                property_.pop("default", None)
        return document

    @contextmanager
    def _facing(self, is_incoming: bool) -> Iterator[None]:
        before, self._is_incoming = self._is_incoming, is_incoming
        try:
            yield
        finally:
            self._is_incoming = before


class SchemaPlugin(MarshmallowPlugin):
    """apispec's plugin for marshmallow with our converter."""

    Converter = Converter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=schema_name)


def _number(self: Converter, field: Field[Any], ret: Document, **_: Any) -> Document:
    """Describe an exact decimal: always a string when answered, either when it comes in."""
    if not isinstance(field, Number):
        return {}
    null = ["null"] if "null" in ret.get("type", ()) else []
    if not self._is_incoming:
        return {"type": ["string", *null] if null else "string"}
    unsigned = field.positive or field.not_negative
    bound = 10**field.digits - 1
    sign, least = ("[+]?", 0) if unsigned else ("[+-]?", -bound)
    return {
        "type": ["string", "number", *null],
        "pattern": rf"^{sign}[0-9]{{1,{field.digits}}}(\.[0-9]{{0,{field.places}}})?$",
        "exclusiveMinimum" if field.positive else "minimum": least,
        "maximum": bound,
    }


def register_components(spec: APISpec) -> None:
    """Add what every operation refers to: errors, headers, header parameters."""
    for name, (description, schema) in _HEADERS.items():
        header = {"description": description, "schema": schema}
        spec.components.header(name, header, lazy=True)
    for name, (description, schema) in _PARAMETERS.items():
        parameter = {"name": name, "description": description, "schema": schema}
        spec.components.parameter(name, "header", parameter, lazy=True)
    for status, code in CODES.items():
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            answer = _error(HTTPStatus(status).phrase, code, _ERROR_HEADERS.get(status, ()))
            spec.components.response(error_name(status), answer, lazy=True)
    failure = _error("Service unavailable", "unavailable", ("Retry-After",))
    spec.components.response("ServerError", failure, lazy=True)


def error_name(status: int) -> str:
    """Return the name of the error answer with `status`: 404 → NotFound."""
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _error(phrase: str, code: str, headers: Sequence[str]) -> Document:
    details: Document = {"code": code, "message": f"{phrase}.", "request_id": "018f3a5c"}
    if code == CODES[HTTPStatus.UNPROCESSABLE_ENTITY]:
        details["fields"] = {"name": ["Missing data for required field."]}
    return {
        "description": f"{phrase}: `{code}`, or a finer code.",
        "headers": {name: name for name in ("X-Request-Id", "API-Version", *headers)},
        "content": {
            "application/json": {
                "schema": Error,
                "example": {"error": phrase, "details": details},
            }
        },
    }
