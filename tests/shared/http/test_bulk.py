"""Many rows are loaded faster than one after the other, and exactly as each would be alone."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from marshmallow import Schema, ValidationError, fields, post_load, validates, validates_schema

from shared.errors import ValidationFailed
from shared.http import bulk
from shared.http.schemas import Day, Flag, Id, Quantity, RecordSchema, ResourceSchema, Text


class NoteSchema(ResourceSchema):
    id = Id(dump_only=True)
    owner = Id(required=True, data_key="ownerId")
    day = Day(required=True)
    number = Quantity(allow_none=True, load_default=None, not_negative=True)
    is_open = Flag()
    note = Text(load_default="", blank=True, longest=5)


class RowSchema(NoteSchema):
    tags = fields.List(fields.String(), load_default=list)

    @post_load
    def _row(self, values: dict[str, Any], **_: Any) -> list[tuple[str, Any]]:
        if values["note"] == "never":
            raise ValidationError("Not this one.", "note")
        return sorted(values.items())


class Record(NamedTuple):
    day: date
    owner: int
    note: str
    number: Decimal | None = None
    is_open: bool | None = None
    tags: list[str] | None = None


class RecordedSchema(NoteSchema, RecordSchema):
    record = Record

    tags = fields.List(fields.String())


class SternSchema(RowSchema):
    @validates("number")
    def _odd(self, number: Decimal | None, **_: Any) -> None:
        if number == 2:
            raise ValidationError("Even.")

    @validates_schema
    def _together(self, values: dict[str, Any], **_: Any) -> None:
        if values["owner"] == 3:
            raise ValidationError("Not 3.")


SOUND = {"ownerId": 1, "day": "2024-01-02", "number": "1.50"}
ROWS: list[Any] = [
    SOUND,
    {**SOUND, "ownerId": "1"},
    {**SOUND, "ownerId": True},
    {**SOUND, "ownerId": 1.0},
    {**SOUND, "ownerId": Decimal(1)},
    {**SOUND, "ownerId": 3},
    {**SOUND, "number": 1},
    {**SOUND, "number": True},
    {**SOUND, "number": 2},
    {**SOUND, "number": Decimal("1.500")},
    {**SOUND, "number": Decimal("1E+999999")},
    {**SOUND, "number": None},
    {**SOUND, "number": "-1", "day": "2024-02-30"},
    {**SOUND, "number": "-1", "day": "2024-02-30"},
    {**SOUND, "day": None},
    {**SOUND, "is_open": True},
    {**SOUND, "is_open": 1},
    {**SOUND, "is_open": "true"},
    {**SOUND, "note": " ab "},
    {**SOUND, "note": "too long"},
    {**SOUND, "note": "never"},
    {**SOUND, "note": ["a"]},
    {**SOUND, "tags": ["a", "b"]},
    {**SOUND, "tags": "a"},
    {**SOUND, "owner": 1},
    {**SOUND, "id": 1},
    {"ownerId": 1},
    {},
    [],
    None,
    "row",
    1,
]


def alone(schema: Schema, row: Any) -> Any:
    try:
        return schema.load(row)
    except ValidationError as error:
        return error.messages_dict


SCHEMAS = [RowSchema(), RowSchema(ignore_read_only=True), RecordedSchema(), SternSchema()]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_of_many_rows_is_loaded_or_refused_as_it_would_be_alone(schema: Schema) -> None:
    rows = [*ROWS, *ROWS[::-1]]
    loaded = bulk.load(schema, rows)
    told = [row.fields if isinstance(row, ValidationFailed) else row for row in loaded]
    assert told == [alone(schema, row) for row in rows]
    kinds = [[type(value) for _, value in row] for row in told if isinstance(row, list)]
    wanted = [alone(schema, row) for row in rows]
    assert kinds == [[type(value) for _, value in row] for row in wanted if isinstance(row, list)]


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("row", ROWS)
def test_a_row_among_sound_ones_changes_nothing_of_them(schema: Schema, row: Any) -> None:
    rows = [SOUND, row, {**SOUND, "number": None}, row, dict(reversed(SOUND.items()))]
    loaded = bulk.load(schema, rows)
    told = [row.fields if isinstance(row, ValidationFailed) else row for row in loaded]
    assert repr(told) == repr([alone(schema, row) for row in rows])


def test_rows_do_not_share_what_stands_for_a_missing_value() -> None:
    loaded: list[Any] = bulk.load(RowSchema(), [SOUND, SOUND])
    one, other = map(dict, loaded)
    assert one == {
        "owner": 1,
        "day": date(2024, 1, 2),
        "number": Decimal("1.5"),
        "note": "",
        "tags": [],
    }
    assert one["tags"] is not other["tags"]
