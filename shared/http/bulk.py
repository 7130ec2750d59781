"""Many rows in one body: all or nothing, or each for itself.

A view loads the rows, lets its command make the sound ones, and answers what became of each:

    outcomes = bulk.outcomes(bulk.load(AssetSchema(), body["assets"]), make)
    return bulk.answer("assets", outcomes, atomic=body["atomic"])
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields

from shared.errors import ServiceError, ValidationFailed
from shared.http.schemas import StrictSchema

T = TypeVar("T")
Outcome = int | ServiceError  # the id of what was made, or why it was not


class Rows(fields.List[Any]):
    """Rows as they came: each is loaded by itself, so that one wrong row may stand alone."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return value


class BulkResultSchema(StrictSchema):
    """What became of one row."""

    index = fields.Integer(metadata={"description": "Place of the row, from 0.", "example": 0})
    status = fields.Integer(metadata={"description": "Its own HTTP status.", "example": 201})
    id = fields.Integer(
        metadata={"description": "Of what was made.", "example": 1, "optional": True}
    )
    error = fields.Dict(
        metadata={
            "description": "`{code, message, fields}` of a refused row.",
            "example": {"code": "validation_error", "message": "The request breaks a rule."},
            "optional": True,
        }
    )


class BulkSchema(StrictSchema):
    """What became of all rows."""

    created = fields.Integer(metadata={"description": "Rows made.", "example": 1})
    failed = fields.Integer(metadata={"description": "Rows refused.", "example": 0})
    results = fields.List(
        fields.Nested(BulkResultSchema),
        metadata={
            "description": "Each row, in the order in which they were sent.",
            "example": [{"index": 0, "status": 201, "id": 1}],
        },
    )


def load(schema: Schema, rows: Iterable[Any]) -> list[Any | ValidationFailed]:
    """Return each row as `schema` loads it, or the error that refuses it."""
    return [_loaded(schema, row) for row in rows]


def outcomes(
    rows: Sequence[T | ServiceError], make: Callable[[list[T]], Sequence[Outcome]]
) -> list[Outcome]:
    """Return what became of every row.

    Args:
        make: gets the rows that are no errors, all at once; returns the outcome of each.
    """
    of_sound = iter(make([row for row in rows if not isinstance(row, ServiceError)]))
    return [row if isinstance(row, ServiceError) else next(of_sound) for row in rows]


def answer(name: str, outcomes: Sequence[Outcome], *, atomic: bool) -> Response:
    """Return what became of each row: 201 when it is all or nothing, else 207.

    Args:
        name: of the list in the body.
        atomic: whether one refused row refuses all.

    Raises:
        ValidationFailed: atomic, and rows were refused: `name` → index → field → messages.
    """
    if atomic:
        all_sound(name, outcomes)
    failed = sum(isinstance(outcome, ServiceError) for outcome in outcomes)
    response = jsonify(
        {
            "created": len(outcomes) - failed,
            "failed": failed,
            "results": [_result(index, outcome) for index, outcome in enumerate(outcomes)],
        }
    )
    response.status_code = 201 if atomic else 207
    return response


def all_sound(name: str, rows: Sequence[T | ServiceError]) -> list[T]:
    """Return the rows, none of which is refused.

    Args:
        name: of the list in the body.

    Raises:
        ValidationFailed: some are: `name` → index → field → messages.
    """
    refused = {
        index: _fields(row) for index, row in enumerate(rows) if isinstance(row, ServiceError)
    }
    if refused:
        raise ValidationFailed({name: refused})
    return [row for row in rows if not isinstance(row, ServiceError)]


def _loaded(schema: Schema, row: Any) -> Any | ValidationFailed:
    try:
        return schema.load(row)
    except ValidationError as error:
        return ValidationFailed(error.messages_dict)


def _fields(error: ServiceError) -> Any:
    return error.fields if isinstance(error, ValidationFailed) else {"_schema": [error.message]}


def _result(index: int, outcome: Outcome) -> dict[str, Any]:
    if not isinstance(outcome, ServiceError):
        return {"index": index, "status": 201, "id": outcome}
    error: dict[str, Any] = {"code": outcome.code, "message": outcome.message}
    if isinstance(outcome, ValidationFailed):
        error["fields"] = outcome.fields
    return {"index": index, "status": outcome.status, "error": error}
