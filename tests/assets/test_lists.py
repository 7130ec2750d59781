"""Lists of assets: filters, search, order, pages, CSV."""

import csv
import io
from typing import Any

import pytest

from shared.testing import Stand
from tests.assets.build import Assets, body

SOME: list[dict[str, Any]] = [
    {"symbol": "AAPL", "exchange": "NASDAQ", "sector": "Technology", "country": "US"},
    {"symbol": "JPM", "name": "JPMorgan Chase & Co.", "exchange": "NYSE", "sector": "Banks"},
    {"symbol": "VWRL", "name": "All-World", "asset_type": "ETF", "currency": "GBP"},
    {"symbol": "BTC", "name": "Bitcoin", "asset_type": "CRYPTO", "industry": "Coins"},
    {"symbol": "MSFT", "name": "Microsoft", "isin": "US5949181045", "market_cap": "5"},
]


@pytest.fixture
def some(admin: Assets) -> Assets:
    for values in SOME:
        admin.make(**values)
    return admin


def symbols(user: Assets, **query: Any) -> list[str]:
    return [asset["symbol"] for asset in user.found("assets/", **query)]


def test_a_list_is_in_the_order_of_symbols(some: Assets) -> None:
    assert symbols(some) == ["AAPL", "BTC", "JPM", "MSFT", "VWRL"]


def test_a_list_holds_the_public_and_ones_own(admin: Assets, ann: Assets, bob: Assets) -> None:
    admin.make()
    ann.make(symbol="HOUSE")
    assert symbols(ann) == ["AAPL", "HOUSE"]
    assert symbols(bob) == symbols(admin) == ["AAPL"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"asset_type": "ETF"}, ["VWRL"]),
        ({"exchange": "NYSE"}, ["JPM"]),
        ({"sector": "Technology"}, ["AAPL"]),
        ({"industry": "Coins"}, ["BTC"]),
        ({"currency": "GBP"}, ["VWRL"]),
        ({"country": "US"}, ["AAPL"]),
        ({"isin": "us5949181045"}, ["MSFT"]),
        ({"symbol": "jpm"}, ["JPM"]),
        ({"is_active": "false"}, []),
        ({"search": "CHASE"}, ["JPM"]),
        ({"search": "nasdaq"}, ["AAPL"]),
        ({"search": "%"}, []),
        ({"asset_type": "STOCK", "sector": "Banks"}, ["JPM"]),
    ],
)
def test_a_filter_keeps_what_it_says(
    some: Assets, query: dict[str, str], expected: list[str]
) -> None:
    assert symbols(some, **query) == expected


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("-symbol", ["VWRL", "MSFT", "JPM", "BTC", "AAPL"]),
        ("id", ["AAPL", "JPM", "VWRL", "BTC", "MSFT"]),
        ("asset_type", ["BTC", "VWRL", "AAPL", "JPM", "MSFT"]),
        # What has none comes last either way, then by id.
        ("market_cap", ["MSFT", "AAPL", "JPM", "VWRL", "BTC"]),
        ("-market_cap", ["MSFT", "AAPL", "JPM", "VWRL", "BTC"]),
    ],
)
def test_an_order_is_total(some: Assets, ordering: str, expected: list[str]) -> None:
    assert symbols(some, ordering=ordering) == expected


def test_pages_neither_repeat_nor_drop(some: Assets) -> None:
    pages = [symbols(some, ordering="-asset_type", page=n, page_size=2) for n in (1, 2, 3)]
    assert pages == [["AAPL", "JPM"], ["MSFT", "VWRL"], ["BTC"]]


def test_the_envelope_links_the_pages(some: Assets) -> None:
    first = body(some.get("assets/", page_size=2, sector="Technology", ordering="symbol"))
    assert (first["count"], first["next"], first["previous"]) == (1, None, None)
    second = body(some.get("assets/", page_size=2, page=2))
    assert second["count"] == 5
    assert second["next"] == "http://localhost/api/assets/?page_size=2&page=3"
    assert second["previous"] == "http://localhost/api/assets/?page_size=2&page=1"
    assert some.get("assets/", page_size=2, page=4).status_code == 404


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"page": "0"}, "page"),
        ({"page_size": "501"}, "page_size"),
        ({"ordering": "owner_id"}, "ordering"),
        ({"asset_type": "HORSE"}, "asset_type"),
        ({"isin": "X"}, "isin"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"sector": "\x00"}, "sector"),
    ],
)
def test_a_wrong_parameter_is_named(ann: Assets, query: dict[str, str], named: str) -> None:
    answer = ann.get("assets/", **query)
    assert answer.status_code == 400
    assert f"'{named}'" in body(answer)["details"]["message"]


def test_a_list_comes_whole_as_csv(stand: Stand, some: Assets) -> None:
    answer = some.client.get("/api/assets/?page_size=2", headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["symbol"] for row in rows] == ["AAPL", "BTC", "JPM", "MSFT", "VWRL"]
    assert (rows[0]["exchange"], rows[0]["current_price"]) == ("NASDAQ", "")
