"""The building blocks of schemas: what they take, what they print."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError
from marshmallow.fields import Field

from shared.http.schemas import (
    MAX_ID,
    Currency,
    Day,
    Id,
    Money,
    Number,
    Ordering,
    Percentage,
    Price,
    Quantity,
    ResourceSchema,
    Text,
    Time,
    not_in_future,
)


def load(field: Field[Any], value: object) -> Any:
    return field.deserialize(value)


def refusal(field: Field[Any], value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        field.deserialize(value)
    return str(caught.value.messages[0])


def dump(field: Field[Any], value: object) -> Any:
    return field.serialize("value", {"value": value})


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1.5", "1.5"),
        (" 1.5 ", "1.5"),
        ("+1", "1"),
        (".5", "0.5"),
        ("5.", "5"),
        (7, "7"),
        (Decimal("1E+2"), "100"),
        ("999999999999.99999999", "999999999999.99999999"),
        ("1.100000000", "1.1"),  # nine decimals, of which the last says nothing
    ],
)
def test_a_number_is_read_exactly(value: object, number: str) -> None:
    assert load(Number(), value) == Decimal(number)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1e2", "Not a valid decimal number."),
        ("NaN", "Not a valid decimal number."),
        (Decimal("NaN"), "Not a valid decimal number."),
        (Decimal("Infinity"), "Not a valid decimal number."),
        (1.5, "Not a valid decimal number."),  # a float has lost its digits already
        (True, "Not a valid decimal number."),
        ("1" * 65, "Not a valid decimal number."),
        ("1000000000000", "At most 12 digits before the point are accepted."),
        (Decimal("1e999"), "At most 12 digits before the point are accepted."),
        ("0.000000001", "At most 8 decimals are accepted."),
        ("1." + "0" * 34 + "1", "At most 8 decimals are accepted."),
        ("-999999999999.9999999999999999", "At most 8 decimals are accepted."),
        ("1." + "0" * 61 + "1", "At most 8 decimals are accepted."),
    ],
)
def test_a_number_is_bounded_before_any_arithmetic(value: object, reason: str) -> None:
    assert refusal(Number(), value) == reason


def test_a_number_may_need_a_sign() -> None:
    assert refusal(Quantity(positive=True), "0") == "Must be greater than 0."
    assert refusal(Quantity(not_negative=True), "-0.00000001") == "Must not be negative."
    assert load(Quantity(not_negative=True), "0") == 0


@pytest.mark.parametrize(
    ("field", "value", "printed"),
    [
        (Quantity(), Decimal("1.5"), "1.50000000"),
        (Quantity(), Decimal("0.000000005"), "0.00000001"),
        (Price(), Decimal("175.5"), "175.50"),
        (Price(), Decimal("0.96100000"), "0.961"),
        (Percentage(), Decimal("1.44505"), "1.4451"),
        (Percentage(2), Decimal("25.545"), "25.55"),
        (Money(), Decimal("1234.50"), "1234.50"),
        (Money(), "100", "100"),
        (Money(), Decimal("1E+3"), "1000"),
        (Number(), None, None),
    ],
)
def test_a_number_is_printed_as_its_kind_is(
    field: Field[Any], value: object, printed: str | None
) -> None:
    assert dump(field, value) == printed


@pytest.mark.parametrize("value", [1, "1", MAX_ID])
def test_an_id_is_a_positive_64_bit_integer(value: object) -> None:
    assert load(Id(), value) == int(str(value))


@pytest.mark.parametrize(
    "value", [0, -1, MAX_ID + 1, "1" * 5000, True, 1.0, Decimal(1), "x", "1.5"]
)
def test_anything_else_is_no_id(value: object) -> None:
    assert refusal(Id(), value)


@pytest.mark.parametrize("value", ["2024-02-29", "1900-01-01"])
def test_a_day_is_year_month_day(value: str) -> None:
    assert load(Day(), value) == date.fromisoformat(value)


@pytest.mark.parametrize(
    "value",
    ["2023-02-29", "2024-1-1", "20240101", "2024-W01-1", "٢٠٢٤-٠١-٠١", "1899-12-31", "", 1, None],
)
def test_anything_else_is_no_day(value: object) -> None:
    assert refusal(Day(), value)


def test_a_day_may_not_be_in_the_future() -> None:
    today = date(2024, 5, 17)
    field = Day(validate=not_in_future(lambda: today))
    assert load(field, "2024-05-17") == today
    assert refusal(field, "2024-05-18") == "The date is in the future."


def test_a_time_is_utc_and_printed_with_seconds() -> None:
    moment = datetime(2024, 5, 17, 12, 0, 0, 999999, timezone(timedelta(hours=2)))
    assert dump(Time(), moment) == "2024-05-17T10:00:00Z"
    assert load(Time(), "2024-05-17T12:00:00+02:00") == datetime(2024, 5, 17, 10, tzinfo=UTC)
    for wrong in ("2024-05-17T12:00:00", "soon", 5, None, "0001-01-01T00:00:00Z"):
        assert refusal(Time(), wrong)


def test_a_currency_is_iso_4217_and_a_minor_unit_is_refused_by_name() -> None:
    assert load(Currency(), "EUR") == "EUR"
    assert refusal(Currency(), "XYZ") == "Not an ISO 4217 currency code."
    assert refusal(Currency(), "GBX") == "GBX is a hundredth of GBP: use that."


def test_a_text_is_bounded_and_stripped() -> None:
    assert load(Text(longest=3), " abc ") == "abc"
    assert refusal(Text(longest=3), "abcd")
    assert load(Text(blank=True), "") == ""


def test_an_order_is_one_of_the_documented() -> None:
    field = Ordering("name", "id", load_default=("id", False))
    assert (load(field, "name"), load(field, "-id")) == (("name", False), ("id", True))
    assert "Must be one of" in refusal(field, "--id")


class Thing(ResourceSchema):
    id = Id(dump_only=True)
    name = Text(required=True)


def test_what_only_a_get_gives_is_dropped_where_a_put_may_bring_it_back() -> None:
    got = {"id": 7, "name": "x"}
    assert Thing(ignore_read_only=True).load(got) == {"name": "x"}
    with pytest.raises(ValidationError):
        Thing().load(got)
    with pytest.raises(ValidationError):
        Thing(ignore_read_only=True).load({**got, "owner": 1})
    assert got == {"id": 7, "name": "x"}
