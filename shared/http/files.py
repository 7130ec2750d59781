"""How a client says what a file does not show, in the query."""

import json
from collections.abc import Callable
from typing import Any, Final

from flask import request
from marshmallow import ValidationError, fields, post_load, validate

from shared.errors import UnsupportedMediaType
from shared.files import DELIMITERS, ENCODINGS, Form, parse_format
from shared.http.schemas import StrictSchema, WholeNumber, answered

_PARAMETERS: Final = ("encoding", "delimiter", "decimal", "date_format", "skip_lines")


class Pairs(fields.Field[dict[str, Any]]):
    """A JSON object of texts in a query parameter.

    Args:
        form: an example of it, for whoever sends another.
        is_value: whether a value can be one.
    """

    def __init__(self, form: str, is_value: Callable[[object], bool], **kwargs: Any) -> None:
        metadata = {"type": "string", "example": form, **kwargs.pop("metadata")}
        super().__init__(load_default=dict, metadata=metadata, **kwargs)
        self._form = form
        self._is_value = is_value

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        try:
            pairs = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(f"Not valid JSON: write {self._form}.") from error
        if not isinstance(pairs, dict) or not all(map(self._is_value, pairs.values())):
            raise ValidationError(f"Write {self._form}.")
        return pairs


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date_format(text: str) -> None:
    try:
        parse_format(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class FormQuery(StrictSchema):
    """How a file is written; what is not said is found out. Loads to `form` and `columns`."""

    encoding = fields.String(
        validate=validate.OneOf(list(ENCODINGS)),
        metadata={"description": "Of its text; found out by default."},
    )
    delimiter = fields.String(
        validate=validate.OneOf(list(DELIMITERS)),
        metadata={
            "description": "Between its cells: the character or its name; by default the one that"
            " makes a header of known columns.",
            "example": "semicolon",
        },
    )
    decimal = fields.String(
        validate=validate.OneOf([".", ","]),
        metadata={
            "description": "The mark before its decimals; the other one groups thousands. By"
            " default what its cells show, and what none shows is refused.",
            "example": ".",
        },
    )
    date_format = fields.String(
        validate=_is_date_format,
        metadata={
            "description": "Of its dates, of `DD`, `MM`, `MMM` (Jan) and `YYYY` or `YY`; by default"
            " what they show.",
            "example": "DD/MM/YYYY",
        },
    )
    skip_lines = WholeNumber(
        validate=validate.Range(min=0, max=1000),
        metadata={"description": "Lines before its header; found out by default.", "example": 0},
    )

    columns = Pairs(
        '{"date": "Trade Date"}',
        _is_text,
        metadata={
            "description": "JSON: our name of a column → its title in the file; an empty one"
            " leaves it out."
        },
    )

    @post_load
    def _form(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        said = {name: data.pop(name) for name in _PARAMETERS if name in data}
        if "delimiter" in said:
            said["delimiter"] = DELIMITERS[said["delimiter"]]
        return {**data, "form": Form(**said)}


class FormSchema(StrictSchema):
    """How a file was read; null is nothing that it shows."""

    encoding = answered(fields.String, "Encoding of its text.", "utf-8")
    delimiter = answered(fields.String, "Between its cells.", ";")
    decimal = answered(fields.String, "The mark before its decimals.", ",")
    date_format = answered(fields.String, "Of its dates, where they need one.", "DD/MM/YYYY")
    skip_lines = answered(fields.Integer, "Lines before its header.", 0)


def body_of(mimetype: str, what: str, *others: str) -> bytes:
    """Return the body, which must say that it is of this type.

    Args:
        what: is sent so, for people.
        others: types that mean the same.

    Raises:
        UnsupportedMediaType: it says another, or none.
    """
    if request.mimetype in (mimetype, *others):
        return request.get_data()
    sent = request.mimetype or "nothing"
    raise UnsupportedMediaType(
        f"{what} is the body itself, with Content-Type: {mimetype}; this one says {sent}."
        " With curl: -H 'Content-Type: " + mimetype + "' --data-binary @file."
    )
