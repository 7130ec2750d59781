"""What an answer remarks on itself: one warning for each reason, with all fields it concerns."""

from collections.abc import Iterable
from typing import Any, Final

from marshmallow import fields
from marshmallow.utils import get_value

from shared.http.schemas import StrictSchema

_USUAL: Final = "Why a value is null, not fresh or otherwise doubtful; empty where nothing is."


class WarningSchema(StrictSchema):
    """Something the client should know about values that are not defined or not fresh."""

    field = fields.String(
        metadata={"description": "The first field concerned.", "example": "total_value"}
    )
    fields_ = fields.List(
        fields.String(),
        data_key="fields",
        metadata={
            "description": "All fields concerned, dotted where one lies within another.",
            "example": ["total_value", "total_return"],
        },
    )
    code = fields.String(
        metadata={"description": "A constant name of the reason.", "example": "stale_price"}
    )
    message = fields.String(
        metadata={
            "description": "One sentence for people.",
            "example": "The price of AAPL is from 2022-12-30.",
        }
    )


class Warnings(fields.List[Any]):
    """The field of an answer's warnings.

    What it dumps are remarks, each with a `field`, a `code` and a `message`, in any number. Those
    of one code and message are one warning; a message names what it is about, if anything, and
    never the field.

    Args:
        description: of the field.
        optional: whether it is there only where there are some.
    """

    def __init__(self, description: str = _USUAL, *, optional: bool = False) -> None:
        metadata = {"description": description, "example": [], "optional": optional}
        super().__init__(fields.Nested(WarningSchema), dump_only=True, metadata=metadata)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return _merged(value or ())


def _merged(remarks: Iterable[Any]) -> list[dict[str, Any]]:
    """Return one warning for each code and message of `remarks`, in the order of the first."""
    concerned: dict[tuple[str, str], dict[str, None]] = {}
    for remark in remarks:
        field, code, message = (get_value(remark, name) for name in ("field", "code", "message"))
        concerned.setdefault((code, message), {})[field] = None
    return [
        {"field": next(iter(names)), "fields": list(names), "code": code, "message": message}
        for (code, message), names in concerned.items()
    ]
