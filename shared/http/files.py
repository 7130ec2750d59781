"""How a client says what a file does not show, in the query."""

from typing import Any, Final

from flask import request
from marshmallow import ValidationError, fields, post_load, validate

from shared.errors import UnsupportedMediaType
from shared.files import DELIMITERS, ENCODINGS, Form, parse_format
from shared.http.schemas import StrictSchema, WholeNumber, answered

_PARAMETERS: Final = ("encoding", "delimiter", "decimal", "date_format", "skip_lines")


def _is_date_format(text: str) -> None:
    try:
        parse_format(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class FormQuery(StrictSchema):
    """How a file is written; what is not said is found out. Loads to `form`."""

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


def body_of(mimetype: str, what: str) -> bytes:
    """Return the body, which must say that it is of this type.

    Args:
        what: is sent so, for people.

    Raises:
        UnsupportedMediaType: it says another, or none.
    """
    if request.mimetype == mimetype:
        return request.get_data()
    sent = request.mimetype or "nothing"
    raise UnsupportedMediaType(
        f"{what} is the body itself, with Content-Type: {mimetype}; this one says {sent}."
        " With curl: -H 'Content-Type: " + mimetype + "' --data-binary @file."
    )
