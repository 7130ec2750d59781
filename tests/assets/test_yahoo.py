"""Yahoo's library, yfinance, before a server that answers as Yahoo does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.assets.app import create_app
from shared.testing import Stand
from tests.assets.build import Assets, body
from tests.assets.feed import Feed, listening
from tests.assets.yahoo import asking
from tests.conftest import MakeStand

FRIDAY, MONDAY = 1598621400, 1598880600  # 28 and 31 August 2020, 09:30 in New York
META = {
    "currency": "USD",
    "symbol": "AAPL",
    "exchangeName": "NMS",
    "instrumentType": "EQUITY",
    "firstTradeDate": 345479400,
    "regularMarketTime": MONDAY,
    "gmtoffset": -14400,
    "timezone": "EDT",
    "exchangeTimezoneName": "America/New_York",
    "priceHint": 2,
    "currentTradingPeriod": {
        name: {"timezone": "EDT", "start": MONDAY, "end": MONDAY, "gmtoffset": -14400}
        for name in ("pre", "regular", "post")
    },
    "dataGranularity": "1d",
    "range": "max",
    "validRanges": ["1d", "1mo", "1y", "max"],
}


def chart(**meta: Any) -> bytes:
    """Return what /v8/finance/chart/ answers: of a split of 4 for 1, adjusted for it."""
    quote = {
        "open": [126.0124969482422, 127.58000183105469],
        "high": [126.44249725341797, 131.0],
        "low": [124.57749938964844, 126.0],
        "close": [124.80750274658203, 129.0399932861328],
        "volume": [187630000, 225702700],
    }
    split = {"date": MONDAY, "numerator": 4.0, "denominator": 1.0, "splitRatio": "4:1"}
    result = {
        "meta": {**META, **meta},
        "timestamp": [FRIDAY, MONDAY],
        "events": {"splits": {str(MONDAY): split}},
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": quote["close"]}]},
    }
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


@pytest.fixture(scope="module")
def listener() -> Iterator[Feed]:
    with listening() as feed:
        yield feed


@pytest.fixture(scope="module")
def fed(make_stand: MakeStand) -> Stand:
    return make_stand("assets", create_app, DATA_SOURCES="yahoo")


@pytest.fixture
def feed(listener: Feed, tmp_path: Path) -> Iterator[Feed]:
    """Return what answers in the place of Yahoo."""
    listener.start_anew()
    with asking(f"http://127.0.0.1:{listener.port}", tmp_path):
        yield listener


@pytest.fixture
def ann(fed: Stand, feed: Feed) -> Assets:
    fed.empty()
    return Assets(fed.client(user=1))


def test_its_prices_are_as_traded_and_its_splits_recorded(ann: Assets, feed: Feed) -> None:
    ann.make(data_source="yahoo")
    feed.body = chart()
    assert ann.post("assets/1/refresh_data/").status_code == 200
    records = ann.found("assets/1/price_history/", ordering="date")
    # 124.8075 before a split of 4 for 1 was 499.23 on its day.
    assert [(one["date"], one["close"], one["source"]) for one in records] == [
        ("2020-08-28", "499.23", "yahoo"),
        ("2020-08-31", "129.04", "yahoo"),
    ]
    assert [one["ratio"] for one in ann.found("assets/1/splits/")] == ["4:1"]
    assert feed.asked[-1].startswith("/v8/finance/chart/AAPL?")


def test_a_pair_has_a_suffix_there(ann: Assets, feed: Feed) -> None:
    ann.make(symbol="EURUSD", asset_type="CURRENCY")
    feed.body = chart(symbol="EURUSD=X", instrumentType="CURRENCY")
    assert ann.post("assets/1/refresh_data/").status_code == 200
    assert feed.asked[-1].startswith("/v8/finance/chart/EURUSD=X?")


@pytest.mark.parametrize("symbol", ["../../v1/x", "A/B", "A B", "A&B"])
def test_a_symbol_cannot_lead_elsewhere(ann: Assets, feed: Feed, symbol: str) -> None:
    ann.make(data_symbol=symbol)
    assert body(ann.post("assets/1/refresh_data/"))["details"]["code"] == "data_source_error"
    assert feed.asked == []


def test_what_it_does_not_know_and_an_outage_are_bad_gateways(ann: Assets, feed: Feed) -> None:
    ann.make()
    missing = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    feed.body = json.dumps({"chart": {"result": None, "error": missing}}).encode()
    answer = ann.post("assets/1/refresh_data/")
    assert body(answer)["details"]["message"] == "Yahoo Finance has no prices of AAPL."
    ann.make(symbol="MSFT")
    feed.status = 429
    answer = ann.post("assets/2/refresh_data/")
    assert body(answer)["details"]["message"] == "Yahoo Finance does not answer."


def test_what_an_outage_answers_is_not_kept(ann: Assets, feed: Feed) -> None:
    feed.status, feed.body = 503, b"Sorry"
    assert ann.get("data-sources/yahoo/search/", q="AAPL").status_code == 520
    feed.status, feed.body = 200, b'{"quotes": []}'
    assert ann.get("data-sources/yahoo/search/", q="AAPL").status_code == 200


def test_a_search_by_isin(ann: Assets, feed: Feed) -> None:
    found = {"exchange": "NMS", "shortname": "Apple Inc.", "longname": "Apple Inc.",
             "quoteType": "EQUITY", "symbol": "AAPL", "index": "quotes", "score": 1.0,
             "exchDisp": "NASDAQ", "typeDisp": "Equity", "isYahooFinance": True}  # fmt: skip
    feed.body = json.dumps({"count": 1, "quotes": [found], "news": []}).encode()
    answer = ann.get("data-sources/yahoo/search/", q="US0378331005")
    assert body(answer)["results"] == [
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "asset_type": "STOCK",
            "exchange": "NASDAQ",
            "currency": None,
        }
    ]
    assert feed.asked[-1].startswith("/v1/finance/search?q=US0378331005&")
