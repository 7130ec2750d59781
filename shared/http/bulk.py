"""Many rows in one body: all or nothing, or each for itself.

A view loads the rows, lets its command make the sound ones, and answers what became of each:

    outcomes = bulk.outcomes(bulk.load(AssetSchema(), body["assets"]), make)
    return bulk.answer("assets", outcomes, atomic=body["atomic"])
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from types import NoneType
from typing import Any, Final, TypeVar

from flask import Response, jsonify
from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from shared.errors import ServiceError, ValidationFailed
from shared.http.schemas import RecordSchema, ResourceSchema, StrictSchema

T = TypeVar("T")
Outcome = int | ServiceError  # the id of what was made, or why it was not
# Where a field's value goes, how the field reads it, and what it has read.
_Reader = tuple[str, Callable[[Any], Any], dict[Any, Any]]
# Those whose values are the same where they are equal: True equals 1, and 1.50 equals 1.5.
_COMPARABLE: Final = {str, int, NoneType}
_REFUSED: Final = object()
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
    return _Loader(schema).load(list(rows))


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

    Rows with the same names are read by columns. The schema's own fields read each value; what one
    makes of a text or a whole number it makes of it once, since of thousands of rows few have a
    day, an asset or a price of their own. A row at which anything is amiss goes the whole way, so
    that the schema says of it what it always says.
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
        self._prepare, self._finish = (
            [getattr(schema, name) for name, *_ in hooks[kind]] for kind in (PRE_LOAD, POST_LOAD)
        )
        if isinstance(schema, ResourceSchema) and not schema.ignores_read_only:
            self._prepare.remove(schema.drop_read_only)  # it would look at each row for nothing
        self._judges_rows = bool(hooks[VALIDATES] or hooks[VALIDATES_SCHEMA])
        self._record: type[Any] | None = None
        if isinstance(schema, RecordSchema) and self._finish == [schema.recorded]:
            self._record = schema.record
        self._has_refused = False

    def load(self, rows: Sequence[Any]) -> list[Any | ValidationFailed]:
        """Return each row as the schema loads it, or the error that refuses it."""
        loaded: list[Any] = [None] * len(rows)
        prepared = [self._prepared(row) for row in rows] if self._prepare else rows
        alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, row in enumerate(prepared):
            if type(row) is dict:
                alike[tuple(row)].append(place)
        for names, places in alike.items():
            is_usual = self._expected <= set(names) <= self._readers.keys()
            if names and is_usual and not self._judges_rows:
                columns = zip(*(prepared[place].values() for place in places), strict=True)
                for place, made in zip(places, self._made(names, columns), strict=True):
                    loaded[place] = made
        return [
            self._alone(row) if made is None else made
            for row, made in zip(rows, loaded, strict=True)
        ]

    def _prepared(self, row: Any) -> Any:
        try:
            for hook in self._prepare:
                row = hook(row, **_ALONE)
        except ValidationError:
            return None
        return row

    def _alone(self, row: Any) -> Any | ValidationFailed:
        try:
            return self._schema.load(row)
        except ValidationError as error:
            return ValidationFailed(error.messages_dict)

    def _made(self, names: Sequence[str], columns: Iterable[Sequence[Any]]) -> Iterator[Any | None]:
        """Return what rows of the same names are loaded as; None of one that is not sound."""
        named: dict[str, Iterable[Any]] = {
            attribute: repeat(default) for attribute, default in self._defaults.items()
        }
        for name, column in zip(names, columns, strict=True):
            attribute, read, known = self._readers[name]
            named[attribute] = self._read(column, read, known)
        make: Callable[[Sequence[Any]], Any] = partial(self._finished, tuple(named))
        if record := self._record:
            make, defaults = record._make, record._field_defaults
            named = {
                name: named[name] if name in named else repeat(defaults[name])
                for name in record._fields
            }
        rows = zip(*named.values(), strict=False)  # what repeats has no end
        if not self._has_refused:
            return map(make, rows)
        return (None if any(value is _REFUSED for value in row) else make(row) for row in rows)

    def _read(
        self, column: Sequence[Any], read: Callable[[Any], Any], known: dict[Any, Any]
    ) -> Sequence[Any]:
        """Return what a field makes of each value; `_REFUSED` where it refuses one."""
        if not set(map(type, column)) <= _COMPARABLE:
            return [self._tried(read, value) for value in column]
        for value in set(column):
            if value not in known:
                known[value] = self._tried(read, value)
        return [*map(known.__getitem__, column)]

    def _tried(self, read: Callable[[Any], Any], value: Any) -> Any:
        try:
            return read(value)
        except ValidationError:
            self._has_refused = True
            return _REFUSED

    def _finished(self, names: Sequence[str], row: Sequence[Any]) -> Any | None:
        made: Any = dict(zip(names, row, strict=True))
        try:
            for hook in self._finish:
                made = hook(made, **_ALONE)
        except ValidationError:
            return None
        return made


def _fields(error: ServiceError) -> Any:
    return error.fields if isinstance(error, ValidationFailed) else {"_schema": [error.message]}


def _result(index: int, outcome: Outcome) -> dict[str, Any]:
    if not isinstance(outcome, ServiceError):
        return {"index": index, "status": 201, "id": outcome}
    error: dict[str, Any] = {"code": outcome.code, "message": outcome.message}
    if isinstance(outcome, ValidationFailed):
        error["fields"] = outcome.fields
    return {"index": index, "status": outcome.status, "error": error}
