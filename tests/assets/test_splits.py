"""Splits: prices stay as traded, adjusted closes follow."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from services.assets.commands import import_prices
from services.assets.domain import splits
from services.assets.domain.access import Actor
from services.assets.domain.quotes import Bar
from shared.testing import Stand
from tests.assets.build import Assets, body, fields


@pytest.fixture
def apple(ann: Assets) -> Assets:
    """Return an owner whose asset 1 was 400 on the Friday and 101 on the Monday of a 4:1 split."""
    ann.make()
    ann.price(1, "400", date="2020-08-28")
    ann.price(1, "101", date="2020-08-31")
    return ann


def split(user: Assets, day: str, ratio: str) -> TestResponse:
    return user.post("assets/1/splits/", {"date": day, "ratio": ratio})


def closes(user: Assets) -> list[tuple[str, str]]:
    records = user.found("assets/1/price_history/", ordering="date")
    return [(record["close"], record["adjusted_close"]) for record in records]


def test_the_adjusted_closes_of_earlier_days_follow(apple: Assets) -> None:
    assert body(split(apple, "2020-08-31", "4:1")) == {
        "id": 1,
        "date": "2020-08-31",
        "ratio": "4:1",
    }
    assert closes(apple) == [("400.00", "100.00"), ("101.00", "101.00")]
    assert body(apple.get("price-history/1/"))["adjusted_close"] == "100.00"


def test_a_split_is_no_loss_of_the_day(apple: Assets) -> None:
    split(apple, "2020-08-31", "4:1")
    asset = body(apple.get("assets/1/"))
    # 400 before is 100 after, and 101 is 1 more.
    names = ("previous_close", "price_change", "price_change_percentage")
    assert [asset[name] for name in names] == ["100.00", "1.00", "1.00"]


def test_a_change_in_percent_of_a_price_that_a_split_left_nothing_of_is_not_defined(
    ann: Assets,
) -> None:
    ann.make()
    ann.price(1, "0.000004", date="2024-01-02")
    ann.price(1, "0.00000004", date="2024-01-03")
    split(ann, "2024-01-03", "1000:1")
    # 0.000004 / 1000 is 0 to the eight decimals of a price.
    asset = body(ann.get("assets/1/"))
    names = ("previous_close", "price_change", "price_change_percentage")
    assert [asset[name] for name in names] == ["0.00", "0.00000004", None]
    assert [(warning["field"], warning["code"]) for warning in asset["warnings"]] == [
        ("price_change_percentage", "previous_close_zero")
    ]
    assert ann.found("assets/") == ann.found("assets/search/", q="AAPL") == [asset]


def test_a_price_before_that_a_split_made_too_large_to_keep_is_none(ann: Assets) -> None:
    ann.make()
    ann.price(1, "5000", date="2024-01-02")
    ann.price(1, "1", date="2024-01-03")
    assert split(ann, "2024-01-03", "1:999999999").status_code == 201
    asset = body(ann.get("assets/1/"))
    assert (asset["previous_close"], asset["price_change"]) == (None, None)
    assert [warning["code"] for warning in asset["warnings"]] == ["no_previous_close"]
    assert closes(ann) == [("5000.00", "4999999995000.00"), ("1.00", "1.00")]
    ann.price(1, "999999999999", date="2024-01-02")
    assert ann.price(1, "2", date="2024-01-03").status_code == 200


@pytest.mark.parametrize("ratio", ["999999999:1", "1:999999999"])
def test_splits_together_have_a_limit(ann: Assets, ratio: str) -> None:
    ann.make()
    ann.price(1, "999999999999", date="2019-01-02")
    assert split(ann, "2020-08-31", ratio).status_code == 201
    wrong = fields(split(ann, "2021-08-31", ratio))
    assert wrong == {"ratio": ["All splits together: at most a thousand billion for one."]}
    assert len(closes(ann)) == 1


def test_splits_multiply_exactly(apple: Assets) -> None:
    split(apple, "2020-08-31", "3:1")
    split(apple, "2021-08-31", "1:7")
    # 400 / 3 × 7 and 101 × 7.
    assert closes(apple) == [("400.00", "933.33333333"), ("101.00", "707.00")]


def test_a_week_shows_the_adjusted_close_of_its_last_day(apple: Assets) -> None:
    split(apple, "2020-08-31", "4:1")
    weeks = apple.found("assets/1/price_history/", interval="weekly")
    assert [week["adjusted_close"] for week in weeks] == ["101.00", "100.00"]


def test_a_split_that_is_taken_back_leaves_no_trace(stand: Stand, apple: Assets) -> None:
    split(apple, "2020-08-31", "4:1")
    assert apple.client.delete("/api/assets/1/splits/1/").status_code == 204
    assert stand.events()[-1].data["asset"]["split_dates"] == []
    assert closes(apple) == [("400.00", "400.00"), ("101.00", "101.00")]
    assert body(apple.get("assets/1/"))["previous_close"] == "400.00"
    assert apple.client.delete("/api/assets/1/splits/1/").status_code == 404


def test_a_split_is_told_so_that_the_series_is_asked_for(stand: Stand, apple: Assets) -> None:
    split(apple, "2020-08-31", "4:1")
    event = stand.events()[-1]
    assert (event.type, event.sequence) == ("price-history-imported", 4)
    assert (event.data["first_date"], event.data["count"]) == ("2020-08-31", 0)
    assert event.data["asset"]["split_dates"] == ["2020-08-31"]
    series = body(stand.service_client("analytics").get("/internal/v1/assets/1/prices/"))
    assert series["sequence"] == 4
    assert series["splits"] == [{"date": "2020-08-31", "ratio": "4:1"}]


def test_splits_are_listed_newest_first(apple: Assets, bob: Assets) -> None:
    split(apple, "2014-06-09", "7")
    split(apple, "2020-08-31", "8:2")
    found = apple.found("assets/1/splits/")
    assert [(one["date"], one["ratio"]) for one in found] == [
        ("2020-08-31", "4:1"),
        ("2014-06-09", "7:1"),
    ]
    assert bob.get("assets/1/splits/").status_code == 404


def test_one_split_a_day(apple: Assets) -> None:
    split(apple, "2020-08-31", "4:1")
    assert split(apple, "2020-08-31", "2:1").status_code == 409


def test_who_may_not_change_an_asset_splits_nothing(
    stand: Stand, admin: Assets, ann: Assets, bob: Assets
) -> None:
    ann.make()
    assert split(bob, "2020-08-31", "4:1").status_code == 404
    admin.make()
    of_public = ann.post("assets/2/splits/", {"date": "2020-08-31", "ratio": "4:1"})
    assert of_public.status_code == 403
    reader = stand.client(user=1, scopes=("read",))
    assert reader.post("/api/assets/1/splits/", json={}).status_code == 403
    assert reader.delete("/api/assets/1/splits/1/").status_code == 403


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ratio": "4:0"}, "ratio"),
        ({"ratio": "1:1"}, "ratio"),
        ({"ratio": "-4:1"}, "ratio"),
        ({"ratio": "1e9"}, "ratio"),
        ({"ratio": "1.00000001:999999999"}, "ratio"),
        ({"ratio": 4}, "ratio"),
        ({"date": "2999-01-01"}, "date"),
        ({"date": None}, "date"),
        ({"id": 1}, "id"),
    ],
)
def test_a_split_that_is_none_is_named(apple: Assets, values: dict[str, Any], field: str) -> None:
    given = {"date": "2020-08-31", "ratio": "4:1"} | values
    assert list(fields(apple.post("assets/1/splits/", given))) == [field]
    assert apple.found("assets/1/splits/") == []


def test_adjusted_prices_are_turned_back_on_the_way_in(stand: Stand, ann: Assets) -> None:
    ann.make()
    split(ann, "2014-06-09", "7:1")
    split(ann, "2020-08-31", "4:1")
    # As Yahoo writes them today: 23.05 a piece on 6 June 2014, when one cost 645.40.
    rows = [
        Bar(date(2014, 6, 6), Decimal("23.05"), high=Decimal("23.25"), volume=28_000),
        Bar(date(2020, 8, 28), Decimal("124.81")),
        Bar(date(2020, 8, 31), Decimal("129.04")),
    ]
    stand.database.unit(
        lambda session: import_prices(session, 1, rows, by=Actor(1), basis="split_adjusted")
    )
    records = ann.found("assets/1/price_history/", ordering="date")
    names = ("close", "adjusted_close", "high", "volume")
    assert [tuple(record[name] for name in names) for record in records] == [
        ("645.40", "23.05", "651.00", 1000),
        ("499.24", "124.81", None, None),
        ("129.04", "129.04", None, None),
    ]


@given(
    st.fractions(min_value="1/50", max_value=50, max_denominator=50),
    st.decimals("0.01", "99999", places=2),
)
def test_there_and_back_is_the_same_price(ratio: Fraction, price: Decimal) -> None:
    there = splits.adjusted(price, ratio)
    # A rounding of half a unit of the eighth decimal grows by the ratio.
    assert abs(splits.adjusted(there, 1 / ratio) - price) <= Decimal("0.0000003")
