"""Many rows in one body: all or nothing, or each for itself.

A view loads the rows, lets its command make the sound ones, and answers what became of each:

    outcomes = bulk.outcomes(bulk.load(AssetSchema(), body["assets"]), make)
    return bulk.answer("assets", outcomes, atomic=body["atomic"])
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from flask import Response, jsonify
from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from shared.errors import ServiceError, ValidationFailed
from shared.http.schemas import StrictSchema

T = TypeVar("T")
Outcome = int | ServiceError  # the id of what was made, or why it was not
# Where a field's value goes, how the field reads it, and what it has read.
_Reader = tuple[str, Callable[[Any], Any], dict[str | int, Any]]
_ALONE: Final = {"many": False, "partial": None, "unknown": RAISE}  # how a schema calls its hooks


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
    load_one = _Loader(schema).load
    return [load_one(row) for row in rows]


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


def _reader(field: fields.Field[Any]) -> Callable[[Any], Any]:
    """Return what `field.deserialize` does with a value, its validators looked for once."""
    if field.pre_load or field.post_load:
        return field.deserialize

    def read(value: Any) -> Any:
        if value is None:
            return field.deserialize(value)
        loaded = field._deserialize(value, None, None)
        for validate in field.validators:
            validate(loaded)
        return loaded

    return read


class _Loader:
    """Loads rows as a schema does, in a fraction of its time where they are sound.

    The schema's own fields read each value; what one makes of a text or a whole number it makes of
    it once, since of thousands of rows few have a day, an asset or a price of their own. A row at
    which anything is amiss goes the whole way, so that the schema says of it what it always says.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        fields = schema.load_fields
        self._readers: Mapping[str, _Reader] = {
            field.data_key or name: (field.attribute or name, _reader(field), {})
            for name, field in fields.items()
        }
        # Whose absence takes more than a constant.
        self._expected = {
            field.data_key or name
            for name, field in fields.items()
            if field.required or callable(field.load_default)
        }
        self._defaults = {
            field.attribute or name: field.load_default
            for name, field in fields.items()
            if field.load_default is not missing
        }
        hooks = schema._hooks  # marshmallow lists them nowhere else
        self._prepare, self._make = (
            [getattr(schema, name) for name, *_ in hooks[kind]] for kind in (PRE_LOAD, POST_LOAD)
        )
        self._judges_rows = bool(hooks[VALIDATES] or hooks[VALIDATES_SCHEMA])

    def load(self, row: Any) -> Any | ValidationFailed:
        """Return a row as the schema loads it, or the error that refuses it."""
        try:
            made = self._sound(row)
        except ValidationError:
            made = None
        if made is not None:
            return made
        try:
            return self._schema.load(row)
        except ValidationError as error:
            return ValidationFailed(error.messages_dict)

    def _sound(self, row: Any) -> Any | None:
        """Return what a row of the usual form is loaded as; None of any other.

        Raises:
            ValidationError: it is not sound.
        """
        for hook in self._prepare:
            row = hook(row, **_ALONE)
        is_usual = type(row) is dict and self._expected <= row.keys() <= self._readers.keys()
        if self._judges_rows or not is_usual:
            return None
        values = self._defaults.copy()
        for key, value in row.items():
            name, read, known = self._readers[key]
            if type(value) is str or type(value) is int:  # True equals 1
                if value not in known:
                    known[value] = read(value)
                values[name] = known[value]
            else:
                values[name] = read(value)
        for hook in self._make:
            values = hook(values, **_ALONE)
        return values


def _fields(error: ServiceError) -> Any:
    return error.fields if isinstance(error, ValidationFailed) else {"_schema": [error.message]}


def _result(index: int, outcome: Outcome) -> dict[str, Any]:
    if not isinstance(outcome, ServiceError):
        return {"index": index, "status": 201, "id": outcome}
    error: dict[str, Any] = {"code": outcome.code, "message": outcome.message}
    if isinstance(outcome, ValidationFailed):
        error["fields"] = outcome.fields
    return {"index": index, "status": outcome.status, "error": error}
