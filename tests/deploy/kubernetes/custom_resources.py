"""Custom resources against the operators' own schemas, as strictly as an API server is asked to.

Stricter in one thing: a null in a field that may not be null, which the server drops silently, is
an error. Rules in CEL and what operators look at themselves are not seen here.
"""

import base64
import datetime
import functools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import jsonschema
from jsonschema.protocols import Validator

CRDS: Final = Path(__file__).with_name("crds")
Schema = Mapping[str, Any]
Errors = Iterator[jsonschema.ValidationError]

_OPEN: Final = frozenset({"additionalProperties", "x-kubernetes-preserve-unknown-fields"})


def is_known(document: Mapping[str, Any]) -> bool:
    """Return whether there is a schema for the kind of `document`."""
    return _file(document).exists()


def errors(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with `document`, a line each."""
    found = _validator(_file(document)).iter_errors(document)
    return sorted(f"{error.json_path}: {error.message[:200]}" for error in found)


def _file(document: Mapping[str, Any]) -> Path:
    group, _, version = document["apiVersion"].rpartition("/")
    return CRDS / (group or "core") / f"{document['kind']}_{version}.json"


@functools.cache
def _validator(file: Path) -> Validator:
    schema = json.loads(file.read_text("utf-8"))["schema"]
    schema["properties"]["metadata"] = json.loads((CRDS / "metadata.json").read_text("utf-8"))
    schema["required"] = ["metadata", *schema.get("required", ())]
    made: Validator = _Strict(schema, format_checker=_FORMATS)
    return made


def _type(validator: Validator, expected: str, value: Any, schema: Schema) -> Errors:
    if value is None and not schema.get("nullable"):
        yield jsonschema.ValidationError(f"null instead of {expected}")
    elif value is not None and not validator.is_type(value, expected):
        yield jsonschema.ValidationError(f"{value!r} is not of type {expected}")
    elif isinstance(value, dict) and _OPEN.isdisjoint(schema):
        for field in sorted(set(value) - set(schema.get("properties", ()))):
            yield jsonschema.ValidationError("unknown field", path=[field])


def _int_or_string(_: Validator, expected: bool, value: object, __: Schema) -> Errors:
    if expected and not isinstance(value, int | str):
        yield jsonschema.ValidationError(f"{value!r} is neither integer nor string")


def _required(_: Validator, fields: Sequence[str], value: object, schema: Schema) -> Errors:
    for field in fields if isinstance(value, dict) else ():
        has_default = "default" in schema.get("properties", {}).get(field, {})
        if isinstance(value, dict) and field not in value and not has_default:
            yield jsonschema.ValidationError(f"required field {field} is missing")


def _pattern(_: Validator, pattern: str, value: object, __: Schema) -> Errors:
    # RE2 in Python: $ is the very end, \w is ASCII, (?i) goes first.
    python = "(?i)" * ("(?i)" in pattern)
    python += re.sub(r"(?<!\\)\$", r"\\Z", pattern.replace("(?i)", ""))
    if isinstance(value, str) and not re.search(python, value, re.ASCII):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern}")


def _list_type(_: Validator, kind: str, value: object, schema: Schema) -> Errors:
    if not isinstance(value, list) or kind not in {"map", "set"}:
        return
    keys = schema.get("x-kubernetes-list-map-keys", ())
    fields = schema.get("items", {}).get("properties", {})

    def identity(item: Any) -> str:
        if kind == "set":
            return repr(item)
        return repr([item.get(key, fields.get(key, {}).get("default")) for key in keys])

    for item, count in Counter(map(identity, value)).items():
        if count > 1:
            yield jsonschema.ValidationError(f"more than one item is {item}")


_FORMATS: Final = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("byte", ValueError)
def _is_base64(value: object) -> bool:
    return not isinstance(value, str) or base64.b64decode(value, validate=True) is not None


@_FORMATS.checks("date-time", ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value).tzinfo is not None


_Strict: Final = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft4Validator,
    {
        "type": _type,
        "x-kubernetes-int-or-string": _int_or_string,
        "required": _required,
        "pattern": _pattern,
        "x-kubernetes-list-type": _list_type,
    },
)
