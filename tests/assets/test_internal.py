"""The internal API: what the other services copy."""

from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.testing import Stand
from tests.assets.build import Assets, body, fields

ISIN: Final = "US0378331005"


@pytest.fixture
def analytics(stand: Stand) -> FlaskClient:
    return stand.service_client("portfolio")


def test_a_card_has_the_version_of_the_last_event(admin: Assets, analytics: FlaskClient) -> None:
    asset = admin.make()
    admin.price(asset["id"], "175.5", date="2024-01-19")
    card = body(analytics.get("/internal/v1/assets/1/"))
    assert card == {
        "id": 1,
        "symbol": "AAPL",
        "name": "Apple Inc.",
        "asset_type": "STOCK",
        "currency": "USD",
        "isin": None,
        "exchange": None,
        "sector": None,
        "industry": None,
        "country": None,
        "visibility": "PUBLIC",
        "owner": None,
        "is_active": True,
        "current_price": "175.50",
        "previous_close": None,
        "price_date": "2024-01-19",
        "price_source": "manual",
        "split_dates": [],
        "sequence": 2,
    }


def test_an_unknown_card_is_not_found(analytics: FlaskClient) -> None:
    assert analytics.get("/internal/v1/assets/1/").status_code == 404
    assert analytics.get("/internal/v1/assets/1/prices/").status_code == 404


def test_cards_come_by_ids_and_unknown_ones_are_left_out(
    admin: Assets, ann: Assets, analytics: FlaskClient
) -> None:
    admin.make()
    ann.make(symbol="HOUSE")
    admin.client.delete("/api/assets/1/")
    answer = body(analytics.get("/internal/v1/assets/by-ids/?ids=2,1,99"))
    assert [(card["id"], card["is_active"]) for card in answer["assets"]] == [(1, False), (2, True)]


def test_a_symbol_means_all_assets_that_the_user_sees_their_own_first_retired_ones_last(
    admin: Assets, ann: Assets, bob: Assets, analytics: FlaskClient
) -> None:
    admin.make(symbol="FUND", is_active=False)
    admin.make(symbol="FUND")
    ann.make(symbol="FUND")
    bob.make(symbol="ONLYBOBS")
    path = "/internal/v1/assets/by-symbols/?symbols=fund,ONLYBOBS"
    of_ann, of_bob = (body(analytics.get(f"{path}&user={user}")) for user in (1, 2))
    assert [card["id"] for card in of_ann["assets"]] == [3, 2, 1]
    assert [card["id"] for card in of_bob["assets"]] == [2, 1, 4]


def test_an_isin_means_all_assets_that_the_user_sees_their_own_first(
    admin: Assets, ann: Assets, bob: Assets, analytics: FlaskClient
) -> None:
    admin.make(isin=ISIN)
    admin.make(symbol="APC.DE", currency="EUR", isin=ISIN)
    ann.make(symbol="MINE", isin=ISIN)
    admin.make(symbol="GONE", isin=ISIN, is_active=False)
    path = "/internal/v1/assets/by-isins/"
    of_ann = body(analytics.get(f"{path}?isins={ISIN.lower()},no-isin&user=1"))
    of_bob = body(analytics.get(f"{path}?isins={ISIN}&user=2"))
    assert [card["id"] for card in of_ann["assets"]] == [3, 1, 2, 4]
    assert [card["id"] for card in of_bob["assets"]] == [1, 2, 4]


def test_a_symbol_that_can_be_none_finds_nothing(analytics: FlaskClient) -> None:
    answer = analytics.get("/internal/v1/assets/by-symbols/?symbols=a€b&user=1")
    assert body(answer)["assets"] == []


def make_private(service: FlaskClient, **values: Any) -> TestResponse:
    asset = {"user": 1, "symbol": "fund", "name": "A fund", "currency": "EUR", **values}
    return service.post("/internal/v1/assets/", json=asset)


def test_a_private_asset_is_made_for_a_user_once(
    stand: Stand, ann: Assets, bob: Assets, analytics: FlaskClient
) -> None:
    first, second = make_private(analytics, isin=ISIN), make_private(analytics, name="Again")
    assert [answer.status_code for answer in (first, second)] == [201, 201]
    card = body(first)
    names = ("symbol", "name", "currency", "isin", "asset_type", "owner", "sequence")
    assert [card[name] for name in names] == ["FUND", "A fund", "EUR", ISIN, "OTHER", 1, 1]
    assert body(second) == card
    assert [event.type for event in stand.events()] == ["asset-created"]
    assert [len(user.found("assets/")) for user in (ann, bob)] == [1, 0]
    # Found like any other.
    assert len(ann.found("assets/search/", q="fund")) == 1


def test_a_public_asset_of_the_symbol_does_not_stand_in_for_a_private_one(
    admin: Assets, analytics: FlaskClient
) -> None:
    admin.make(symbol="FUND")
    assert body(make_private(analytics))["owner"] == 1


def test_a_private_asset_in_another_currency_is_a_conflict(analytics: FlaskClient) -> None:
    make_private(analytics)
    assert make_private(analytics, currency="USD").status_code == 409


def test_a_private_asset_of_another_isin_is_a_conflict(analytics: FlaskClient) -> None:
    first = body(make_private(analytics, isin=ISIN))
    assert make_private(analytics, isin="US5949181045").status_code == 409
    assert body(make_private(analytics)) == first


@pytest.mark.parametrize(
    ("field", "value"),
    [("symbol", "a,b"), ("isin", "US0378331006"), ("currency", "GBX"), ("user", 0), ("colour", 1)],
)
def test_a_private_asset_that_cannot_be_is_refused_by_field(
    analytics: FlaskClient, field: str, value: Any
) -> None:
    assert list(fields(make_private(analytics, **{field: value}))) == [field]


def test_all_cards_come_in_pages(stand: Stand, admin: Assets, analytics: FlaskClient) -> None:
    admin.make()
    with stand.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO assets (symbol, name, asset_type, currency)"
            " SELECT 'S' || n, 'Some', 'STOCK', 'USD' FROM generate_series(2, 1001) AS n"
        )
    first = body(analytics.get("/internal/v1/assets/?after_id=0"))
    second = body(analytics.get(f"/internal/v1/assets/?after_id={first['next_after_id']}"))
    assert [len(first["assets"]), first["next_after_id"]] == [1000, 1000]
    assert [card["id"] for card in second["assets"]] == [1001]
    assert second["next_after_id"] is None


def test_a_series_has_every_column_with_the_card_and_the_version(
    admin: Assets, analytics: FlaskClient
) -> None:
    admin.make()
    admin.price(1, "176.1", date="2024-01-19", open="174", volume=1000)
    admin.price(1, "175.5", date="2024-01-18")
    series = body(analytics.get("/internal/v1/assets/1/prices/"))
    assert series["asset"]["current_price"] == "176.10"
    # Made, two prices: the third event.
    assert series["sequence"] == 3
    assert series["dates"] == ["2024-01-18", "2024-01-19"]
    assert series["close"] == ["175.5", "176.1"]
    assert series["open"] == [None, "174"]
    assert series["high"] == [None, "176.1"]
    assert series["low"] == [None, "174"]
    assert series["volume"] == [None, 1000]
    assert series["splits"] == []


def test_a_column_that_no_day_has_is_null(admin: Assets, analytics: FlaskClient) -> None:
    admin.make()
    assert body(analytics.get("/internal/v1/assets/1/prices/")) == {
        "asset": body(analytics.get("/internal/v1/assets/1/prices/"))["asset"],
        "sequence": 1,
        "dates": [],
        "close": [],
        "open": None,
        "high": None,
        "low": None,
        "volume": None,
        "trade_days": [],
        "splits": [],
    }


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("by-ids/?ids=1,x", "ids"),
        ("by-ids/?ids=0", "ids"),
        ("by-ids/?ids=", "ids"),
        ("by-ids/", "ids"),
        ("by-symbols/?symbols=AAPL", "user"),
        ("by-isins/?isins=US0378331005", "user"),
        ("by-symbols/?symbols=A%00&user=1", "symbols"),
        ("?after_id=-1", "after_id"),
        ("?ids=1", "ids"),
    ],
)
def test_a_malformed_query_is_refused_by_name(
    analytics: FlaskClient, query: str, named: str
) -> None:
    answer = analytics.get(f"/internal/v1/assets/{query}")
    assert answer.status_code == 400
    assert f"'{named}'" in body(answer)["details"]["message"]


def test_a_user_is_not_a_service(ann: Assets, stand: Stand) -> None:
    assert ann.client.get("/internal/v1/assets/").status_code == 401
    assert stand.client(user=None).get("/internal/v1/assets/1/prices/").status_code == 401
    assert make_private(ann.client).status_code == 401
