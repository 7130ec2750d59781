"""Prices recorded one by one: what moves the current price, what fills the history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.testing import Stand
from tests.assets.build import Assets, body, fields


@pytest.fixture
def apple(ann: Assets) -> Assets:
    """Return an owner whose asset 1 was 173 on a Friday."""
    ann.make()
    ann.price(1, "173", date="2024-01-19")
    return ann


def shown(user: Assets, *names: str) -> list[Any]:
    asset = body(user.get("assets/1/"))
    return [asset[name] for name in names]


def closes(user: Assets) -> list[tuple[str, str]]:
    records = user.found("assets/1/price_history/", ordering="date")
    return [(record["date"], record["close"]) for record in records]


def test_a_later_day_moves_the_current_price(apple: Assets) -> None:
    apple.price(1, "175.50", date="2024-01-22")
    assert shown(apple, "current_price", "previous_close") == ["175.50", "173.00"]


def test_an_older_day_fills_the_history_and_leaves_the_current_price(apple: Assets) -> None:
    apple.price(1, "150", date="2023-06-30")
    assert shown(apple, "current_price", "previous_close", "day_high") == [
        "173.00",
        "150.00",
        "173.00",
    ]
    assert closes(apple) == [("2023-06-30", "150.00"), ("2024-01-19", "173.00")]


def test_quotes_of_the_newest_day_widen_its_range(apple: Assets) -> None:
    for hour, price in [(14, "175"), (15, "180"), (16, "170"), (17, "176")]:
        apple.price(1, price, timestamp=f"2024-01-22T{hour}:00:00Z")
    names = ("current_price", "day_high", "day_low", "previous_close", "last_price_update")
    assert shown(apple, *names) == ["176.00", "180.00", "170.00", "173.00", "2024-01-22T17:00:00Z"]
    assert len(closes(apple)) == 2


def test_a_quote_that_arrives_late_widens_the_range_but_is_not_the_close(apple: Assets) -> None:
    apple.price(1, "175", timestamp="2024-01-22T17:00:00Z")
    apple.price(1, "190", timestamp="2024-01-22T15:00:00Z")
    names = ("current_price", "day_high", "last_price_update")
    assert shown(apple, *names) == ["175.00", "190.00", "2024-01-22T17:00:00Z"]


def test_the_day_of_a_quote_is_that_of_its_time_in_utc(apple: Assets) -> None:
    apple.price(1, "175", timestamp="2024-01-22T23:30:00-05:00")
    assert closes(apple)[-1] == ("2024-01-23", "175.00")


def test_a_price_without_date_and_time_is_of_now(ann: Assets) -> None:
    ann.make()
    before = datetime.now(UTC).replace(microsecond=0)
    ann.price(1, "1")
    (updated,) = shown(ann, "last_price_update")
    assert before <= datetime.fromisoformat(updated) <= datetime.now(UTC)


def test_small_prices_keep_their_decimals(ann: Assets) -> None:
    ann.make()
    ann.price(1, "0.96100000", date="2024-01-18")
    ann.price(1, "0.00000001", date="2024-01-19")
    assert shown(ann, "current_price", "previous_close") == ["0.00000001", "0.961"]
    # (0.00000001 − 0.961) / 0.961 is −99.9999…%.
    assert shown(ann, "price_change", "price_change_percentage") == ["-0.96099999", "-100.00"]


def test_a_price_in_pence_is_kept_in_pounds(ann: Assets) -> None:
    ann.make(symbol="VOD.L", currency="GBP")
    answer = body(ann.price(1, "71.5", low="71", currency="GBX"))
    assert (answer["current_price"], answer["day_low"]) == ("0.715", "0.71")
    assert "minor_unit_converted" in [warning["code"] for warning in answer["warnings"]]


def test_a_price_in_another_currency_is_refused(apple: Assets) -> None:
    assert list(fields(apple.price(1, "1", currency="EUR"))) == ["currency"]
    assert list(fields(apple.price(1, "1", currency="GBX"))) == ["currency"]


@pytest.mark.parametrize(
    ("quote", "field"),
    [
        ({"price": None}, "price"),
        ({"price": "0"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "1e999"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "Infinity"}, "price"),
        ({"price": "1" * 13}, "price"),
        ({"price": "0.000000001"}, "price"),
        ({"price": True}, "price"),
        ({"price": "10", "high": "9"}, "high"),
        ({"price": "10", "low": "11"}, "low"),
        ({"price": "10", "open": "12", "high": "11"}, "high"),
        ({"price": "10", "open": "0"}, "open"),
        ({"price": "10", "volume": -1}, "volume"),
        ({"price": "10", "volume": 1.5}, "volume"),
        ({"price": "10", "volume": True}, "volume"),
        ({"price": "10", "date": "2999-01-01"}, "date"),
        ({"price": "10", "date": "1899-12-31"}, "date"),
        ({"price": "10", "date": "2024-02-30"}, "date"),
        ({"price": "10", "date": "20240119"}, "date"),
        ({"price": "10", "timestamp": "2024-01-19T20:00:00"}, "timestamp"),
        ({"price": "10", "close": "10"}, "close"),
    ],
)
def test_a_quote_that_is_not_sound_is_named_and_changes_nothing(
    stand: Stand, apple: Assets, quote: dict[str, Any], field: str
) -> None:
    before = stand.events()
    assert list(fields(apple.post("assets/1/update_price/", quote))) == [field]
    assert closes(apple) == [("2024-01-19", "173.00")]
    assert stand.events() == before


def test_a_quote_of_tomorrow_is_refused(apple: Assets) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = apple.price(1, "10", timestamp=tomorrow, date="2024-01-19")
    assert list(fields(answer)) == ["timestamp"]


def test_a_price_with_a_key_is_recorded_once(stand: Stand, apple: Assets) -> None:
    for _ in range(2):
        headers = {"Idempotency-Key": "price"}
        apple.client.post("/api/assets/1/update_price/", json={"price": "9"}, headers=headers)
    assert [event.type for event in stand.events()].count("price-updated") == 2
