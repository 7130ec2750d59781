"""Price sources through the public door, each with a server that answers as it does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.assets.app import create_app
from shared.testing import Stand
from tests.assets.build import Assets, body, fields
from tests.assets.feed import Feed, listening
from tests.assets.telling import Told
from tests.conftest import MakeStand

EURO = {"symbol": "EURUSD", "name": "Euro", "asset_type": "CURRENCY", "currency": "USD"}
COIN = {"symbol": "BTC", "name": "Bitcoin", "asset_type": "CRYPTO", "currency": "EUR"}
# As data-api.ecb.europa.eu answers `format=csvdata`, with some of its columns left out.
ECB = """\
KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,TITLE_COMPL
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2024-03-28,1.0811,A,"US dollar/Euro, 2.15 pm (C.E.T.)"
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2024-03-29,,H,"US dollar/Euro, 2.15 pm (C.E.T.)"
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2024-04-01,NaN,H,"US dollar/Euro, 2.15 pm (C.E.T.)"
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2024-04-02,1.0749,A,"US dollar/Euro, 2.15 pm (C.E.T.)"
"""
STOOQ = """\
Date,Open,High,Low,Close,Volume
2020-08-28,504.05,505.77,498.31,499.23,46907479
2020-08-31,127.58,131,126,129.04,225702688
"""


@pytest.fixture(scope="module")
def listener() -> Iterator[Feed]:
    with listening() as feed:
        yield feed


@pytest.fixture(scope="module")
def fed(make_stand: MakeStand, listener: Feed) -> Stand:
    """Return assets with every source on the web, all of them the feed."""
    root = f"http://127.0.0.1:{listener.port}"
    addresses = {
        "DATA_SOURCE_ECB": f"{root}/service/data/EXR",
        "DATA_SOURCE_STOOQ": f"{root}/q/d/l/?apikey=secret",
        "DATA_SOURCE_COINGECKO": f"{root}/api/v3?x_cg_demo_api_key=secret",
        "DATA_SOURCE_OWN": f"{root}/own/{{symbol}}/{{currency}}?since={{since}}",
    }
    names = "ecb,stooq,coingecko,own"
    chosen = {"DATA_SOURCES": names, "DATA_SOURCE_SECONDS": "1", **addresses}
    return make_stand("assets", create_app, **chosen)


@pytest.fixture
def feed(listener: Feed) -> Feed:
    listener.start_anew()
    return listener


@pytest.fixture
def ann(fed: Stand, feed: Feed) -> Assets:
    fed.empty()
    return Assets(fed.client(user=1))


def refresh(user: Assets, asset_id: int = 1) -> Any:
    return user.post(f"assets/{asset_id}/refresh_data/")


def records(user: Assets, *names: str) -> list[tuple[Any, ...]]:
    found = user.found("assets/1/price_history/", ordering="date")
    return [tuple(record[name] for name in names) for record in found]


def asked(feed: Feed) -> tuple[str, dict[str, str]]:
    """Return the path of the last question, and its query."""
    parts = urlsplit(feed.asked[-1])
    return parts.path, {name: value for name, [value] in parse_qs(parts.query).items()}


def test_what_is_switched_on_is_listed_in_its_order(ann: Assets, stand: Stand) -> None:
    found = ann.found("data-sources/")
    assert [(source["name"], source["can_search"]) for source in found] == [
        ("ecb", False),
        ("stooq", False),
        ("coingecko", True),
        ("own", False),
    ]
    assert found[0]["kinds"] == ["CURRENCY"]
    assert found[0]["description"].startswith("European Central Bank: ")
    assert Assets(stand.client()).found("data-sources/") == []


def test_an_asset_says_who_is_asked_for_it_and_under_what_name(ann: Assets) -> None:
    made = ann.make(**COIN, data_source="coingecko", data_symbol="bitcoin")
    assert (made["data_source"], made["data_symbol"]) == ("coingecko", "bitcoin")
    assert (ann.make()["data_source"], ann.make(symbol="B")["data_symbol"]) == (None, None)
    changed = ann.client.patch("/api/assets/1/", json={"data_source": None, "data_symbol": None})
    assert (body(changed)["data_source"], body(changed)["data_symbol"]) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"data_source": "yahoo"},
        {"data_source": "web"},
        {"data_symbol": ".."},
        {"data_symbol": "a\\b"},
        {"data_symbol": "a\nb"},
        {"data_symbol": "x" * 65},
    ],
)
def test_a_source_that_is_not_on_and_a_name_that_none_has_are_refused(
    ann: Assets, wrong: dict[str, str]
) -> None:
    answer = ann.post("assets/", {**COIN, **wrong})
    assert list(fields(answer)) == list(wrong)


def test_ecb_rates_are_closes_of_a_pair(ann: Assets, feed: Feed) -> None:
    ann.make(**EURO)
    feed.body = ECB.encode()
    assert refresh(ann).status_code == 200
    assert records(ann, "date", "close", "source") == [
        ("2024-03-28", "1.0811", "ecb"),
        ("2024-04-02", "1.0749", "ecb"),
    ]
    path, query = asked(feed)
    assert path == "/service/data/EXR/D.USD.EUR.SP00.A"
    assert query["format"] == "csvdata"
    refresh(ann)
    # Once all there is was asked for, the days before the newest close are.
    assert asked(feed)[1]["startPeriod"] == "2024-03-26"


def test_a_private_pair_has_all_there_is(ann: Assets, feed: Feed) -> None:
    ann.make(**EURO)
    feed.body = ECB.encode()
    refresh(ann)
    assert "startPeriod" not in asked(feed)[1]


def test_the_ecb_knows_pairs_of_the_euro_alone(ann: Assets, feed: Feed) -> None:
    ann.make(**{**EURO, "symbol": "GBPUSD"})
    assert "no GBPUSD" in body(refresh(ann))["details"]["message"]
    assert feed.asked == []


def test_a_rate_in_another_currency_than_the_assets_is_refused(ann: Assets, feed: Feed) -> None:
    ann.make(**{**EURO, "currency": "CHF"})
    feed.body = ECB.encode()
    assert "in USD" in body(refresh(ann))["details"]["message"]


def test_stooqs_prices_are_as_traded(ann: Assets, feed: Feed) -> None:
    ann.make(data_symbol="AAPL.US")
    feed.body = STOOQ.encode()
    assert refresh(ann).status_code == 200
    assert records(ann, "date", "close", "high", "volume", "source") == [
        ("2020-08-28", "499.23", "505.77", 46907479, "stooq"),
        ("2020-08-31", "129.04", "131.00", 225702688, "stooq"),
    ]
    path, query = asked(feed)
    assert path == "/q/d/l/"
    assert (query["s"], query["i"], query["o"]) == ("aapl.us", "d", "1111111")
    assert query["apikey"] == "secret"
    refresh(ann)
    assert asked(feed)[1]["d1"] == "20200824"


@pytest.mark.parametrize(
    ("symbol", "answered", "why"),
    [
        ("NOSUCH.US", "No data", "knows no nosuch.us"),
        ("AAPL.US", "Exceeded the daily hits limit", "daily limit"),
        ("AAPL.US", "<html>Get your apikey</html>", "cannot"),
        ("VOD.UK", STOOQ, "pence"),
        ("SAP.DE", STOOQ, "in EUR"),
    ],
)
def test_what_stooq_does_not_answer_is_said(
    ann: Assets, feed: Feed, symbol: str, answered: str, why: str
) -> None:
    ann.make(data_symbol=symbol)
    feed.body = answered.encode()
    answer = refresh(ann)
    assert body(answer)["details"]["code"] == "data_source_error"
    assert why in body(answer)["details"]["message"] or why == "cannot"
    assert "secret" not in answer.text
    assert records(ann, "date") == []


def test_coingeckos_midnight_is_the_close_of_the_day_before(ann: Assets, feed: Feed) -> None:
    ann.make(**COIN, data_symbol="bitcoin")
    prices = [
        [_milliseconds("2024-03-31T00:00:00"), 64606.123456789012],
        [_milliseconds("2024-04-01T00:00:00"), 66000],
        [_milliseconds("2024-04-01T15:30:12"), 65000.5],
    ]
    feed.body = json.dumps({"prices": prices, "market_caps": [], "total_volumes": []}).encode()
    assert refresh(ann).status_code == 200
    assert records(ann, "date", "close", "source") == [
        ("2024-03-30", "64606.12345679", "coingecko"),
        ("2024-03-31", "66000.00", "coingecko"),
        ("2024-04-01", "65000.50", "coingecko"),
    ]
    path, query = asked(feed)
    assert path == "/api/v3/coins/bitcoin/market_chart"
    assert (query["vs_currency"], query["days"]) == ("eur", "365")
    assert query["x_cg_demo_api_key"] == "secret"


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "answered",
    [
        [{"date": "2024-01-18", "close": 173.1}, {"date": "2024-01-19", "close": "175.5"}],
        {"status": "ok", "values": [{"datetime": "2024-01-18T00:00:00Z", "close": 173.1, "x": None},
                                    {"datetime": "2024-01-19", "close": 175.5, "x": {}}]},
        {"data": {"prices": [[1705536000, 173.1], [1705622400000, 175.5]]}},
        [{"date": "2024-01-18", "close": 173.1}, {"date": "2024-01-19", "close": 175.5},
         {"date": "2024-01-20", "close": None}],
    ],
)  # fmt: skip
def test_an_address_of_the_operators_answers_json(ann: Assets, feed: Feed, answered: Any) -> None:
    ann.make(data_source="own", data_symbol="a/../b&c#d")
    feed.body = json.dumps(answered).encode()
    assert refresh(ann).status_code == 200
    assert records(ann, "date", "close") == [("2024-01-18", "173.10"), ("2024-01-19", "175.50")]
    assert feed.asked[0].startswith("/own/a%2F..%2Fb%26c%23d/USD?since=")


@pytest.mark.parametrize(
    "answered",
    [
        b"[1, 2]",
        b'{"a": [], "b": []}',
        b'[{"day": "2024-01-18"}]',
        b'[{"date": "2024-01-18", "close": NaN}]',
        b'[{"date": "2024-01-18", "close": true}]',
        b'[{"date": "2024-01-18", "close": 1e999999}]',
        b'[{"date": 1e999, "close": 1}]',
        b"[" * 100_000,
        b'{"error": "no"}',
        b"[[1705536000, 173.1]",
        b" " * 9_000_000,
    ],
)
def test_json_that_is_none_of_prices_is_a_bad_gateway(
    ann: Assets, feed: Feed, answered: bytes
) -> None:
    ann.make(data_source="own")
    feed.body = answered
    answer = refresh(ann)
    assert answer.status_code == 520  # the gateway makes it the contract's 502
    assert body(answer)["details"]["code"] == "data_source_error"
    assert records(ann, "date") == []


def test_a_source_that_is_no_longer_on_says_so(fed: Stand, ann: Assets) -> None:
    ann.make(data_source="own")
    with fed.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE assets SET data_source = 'gone'")
    answer = refresh(ann)
    assert answer.status_code == 409
    assert "gone is not switched on" in body(answer)["details"]["message"]


def test_a_search_answers_what_a_source_calls_a_coin(ann: Assets, feed: Feed) -> None:
    coins = [{"id": "bitcoin", "name": "Bitcoin", "api_symbol": "bitcoin", "symbol": "BTC",
              "market_cap_rank": 1, "thumb": "https://x.example/1.png"}]  # fmt: skip
    feed.body = json.dumps({"coins": coins, "exchanges": [], "nfts": []}).encode()
    answer = ann.get("data-sources/coingecko/search/", q="bit coin")
    assert body(answer) == {
        "count": 1,
        "results": [
            {
                "symbol": "bitcoin",
                "name": "Bitcoin (BTC)",
                "asset_type": "CRYPTO",
                "exchange": None,
                "currency": None,
            }
        ],
    }
    assert asked(feed) == ("/api/v3/search", {"query": "bit coin", "x_cg_demo_api_key": "secret"})


@pytest.mark.parametrize(
    ("status", "answered", "seconds"),
    [(429, b"", 0), (200, b"[]", 0), (200, b'{"coins": {}}', 0), (200, b'{"coins": [1]}', 0),
     (200, b'{"coins": []}', 1.5)],
)  # fmt: skip
def test_a_search_that_fails_is_a_bad_gateway(
    ann: Assets, feed: Feed, status: int, answered: bytes, seconds: float
) -> None:
    feed.status, feed.body, feed.seconds_before = status, answered, seconds
    answer = ann.get("data-sources/coingecko/search/", q="bitcoin")
    assert answer.status_code == 520  # the gateway makes it the contract's 502
    assert body(answer)["details"]["code"] == "data_source_error"


def test_a_search_of_nobody_and_of_who_has_none(ann: Assets, feed: Feed) -> None:
    assert ann.get("data-sources/yahoo/search/", q="apple").status_code == 404
    answer = ann.get("data-sources/ecb/search/", q="dollar")
    assert (answer.status_code, body(answer)["details"]["code"]) == (409, "conflict")
    assert ann.get("data-sources/coingecko/search/").status_code == 400
    assert feed.asked == []


def test_real_closes_take_the_place_of_trades(fed: Stand, ann: Assets, feed: Feed) -> None:
    ann.make(data_symbol="AAPL.US")
    ledger = Told(fed).ledger()
    ledger.buy(1, 1, "2020-08-28", "500")
    assert fed.events()[-1].data["asset"]["price_source"] == "trade"
    feed.body = STOOQ.encode()
    refresh(ann)
    card = fed.events()[-1].data["asset"]
    assert (card["price_source"], card["current_price"]) == ("stooq", "129.04")
    assert records(ann, "date", "source") == [("2020-08-28", "stooq"), ("2020-08-31", "stooq")]
    # A year before the first trade, so that indicators of its day have something behind them.
    assert asked(feed)[1]["d1"] == "20190828"
