"""Who has the prices of what a file names: sources are searched, and what they find is tried."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.assets.app import create_app
from services.assets.outside.proposer import Proposer
from shared.testing import Stand
from tests.assets.build import body
from tests.assets.exchange import Exchange, Paper, exchange, last_weekday
from tests.assets.yahoo import asking, forget
from tests.conftest import MakeStand

APPLE, SHELL, WORLD = "US0378331005", "GB00BP6MXD84", "IE00B4L5Y983"
PAID_ON = last_weekday() - timedelta(days=60)
PAPERS = [
    Paper("AAPL", APPLE, lambda _: 200),
    Paper("APC.DE", APPLE, lambda _: 180, "EUR"),
    Paper("SHEL.L", SHELL, lambda _: 2500, "GBp"),
    Paper("IWDA.AS", WORLD, lambda _: 90, "EUR", "ETF"),
    Paper("BTC", "", lambda _: 40, "USD", "ETF"),  # a fund that is called like the coin
]


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange() as market, asking(market.root, tmp_path_factory.mktemp("yahoo")):
        yield market


@pytest.fixture(scope="module")
def fed(make_stand: MakeStand, listener: Exchange) -> Stand:
    addresses = {"DATA_SOURCE_ECB": listener.ecb, "DATA_SOURCE_COINGECKO": listener.coingecko}
    chosen = {"DATA_SOURCES": "coingecko,yahoo,ecb", "DATA_SOURCE_SECONDS": "1"}
    return make_stand("assets", create_app, **chosen, **addresses)


@pytest.fixture
def market(fed: Stand, listener: Exchange) -> Exchange:
    rates = {"USD": lambda _: 1.1}
    listener.start_anew(PAPERS, rates)
    forget()
    sources = fed.app.extensions["data_sources"]
    fed.app.extensions["proposer"] = Proposer(sources.sources, sources.within)  # knows nothing yet
    return listener


@pytest.fixture
def service(fed: Stand, market: Exchange) -> FlaskClient:
    return fed.service_client("portfolio")


def told(service: FlaskClient, *sought: dict[str, Any]) -> list[dict[str, Any]]:
    answer = service.post("/internal/v1/assets/proposals/", json={"assets": sought})
    assert answer.status_code == 200, answer.text
    assert body(answer)["is_asked"]
    return list(body(answer)["proposals"])


def proposed(service: FlaskClient, **sought: Any) -> str | None:
    """Return what the only source that has something calls it."""
    [one] = told(service, sought)
    assert one["is_known"]
    proposal = one["proposal"]
    return str(proposal["data_symbol"]) if proposal else None


def paid(price: str) -> dict[str, str]:
    return {"paid": price, "paid_on": PAID_ON.isoformat()}


def test_an_isin_is_what_is_quoted_in_its_currency(service: FlaskClient) -> None:
    assert proposed(service, isin=APPLE, currency="USD") == "AAPL"
    assert proposed(service, isin=APPLE, currency="EUR") == "APC.DE"
    assert proposed(service, isin=APPLE, currency="CHF") is None
    [one] = told(service, {"isin": WORLD, "currency": "EUR"})
    assert one["proposal"] == {
        "data_source": "yahoo",
        "data_symbol": "IWDA.AS",
        "asset_type": "ETF",
    }


def test_pounds_are_quoted_in_pence(service: FlaskClient) -> None:
    assert proposed(service, isin=SHELL, currency="GBP", **paid("24.70")) == "SHEL.L"


@pytest.mark.parametrize(
    ("price", "symbol"), [("101", "AAPL"), ("399", "AAPL"), ("50", None), ("900", None)]
)
def test_what_costs_twice_as_much_is_another_paper(
    service: FlaskClient, price: str, symbol: str | None
) -> None:
    assert proposed(service, isin=APPLE, currency="USD", **paid(price)) == symbol


def test_a_price_before_a_split_is_compared_as_traded(
    service: FlaskClient, market: Exchange
) -> None:
    split = PAID_ON + timedelta(days=10)
    market.papers = [Paper("NINE", "", lambda day: 400 if day < split else 100, split_on=split)]
    assert proposed(service, symbol="NINE", currency="USD", **paid("410")) == "NINE"
    assert proposed(service, symbol="NINE", currency="USD", **paid("100")) is None


def test_a_symbol_alone_is_believed_where_its_price_is_that_of_the_trade(
    service: FlaskClient,
) -> None:
    assert proposed(service, symbol="AAPL", currency="USD", **paid("199")) == "AAPL"
    assert proposed(service, symbol="AAPL", currency="USD") is None
    assert proposed(service, symbol="aapl", currency="USD", **paid("199")) is None
    assert proposed(service, symbol="BTC", currency="USD", **paid("60000")) is None


def test_a_wrong_isin_is_not_asked_for(service: FlaskClient, market: Exchange) -> None:
    assert proposed(service, isin="US0378331006", symbol="AAPL", currency="USD") is None
    assert market.searches() == ["AAPL"]


def test_a_pair_is_tried_and_not_searched(service: FlaskClient, market: Exchange) -> None:
    [one] = told(service, {"symbol": "EURUSD", "currency": "USD", "is_pair": True})
    assert one["proposal"] == {
        "data_source": "ecb",
        "data_symbol": "EURUSD",
        "asset_type": "CURRENCY",
    }
    assert market.searches() == []


def test_what_was_found_is_searched_once_an_hour(service: FlaskClient, market: Exchange) -> None:
    sought = [{"isin": APPLE, "currency": "USD"}, {"isin": WORLD, "currency": "CHF"}]
    first = told(service, *sought, *sought)
    assert told(service, *sought, *sought) == first
    assert market.searches() == [WORLD, APPLE]


def test_a_source_that_is_down_is_asked_once_and_another_time_again(
    service: FlaskClient, market: Exchange
) -> None:
    market.status = 503
    sought = {"isin": APPLE, "currency": "USD"}
    assert told(service, sought) == [{"is_known": False, "proposal": None}]
    market.status = 200
    assert proposed(service, **sought) == "AAPL"


def test_a_slow_source_is_not_waited_for(service: FlaskClient, market: Exchange) -> None:
    market.seconds_before = 3
    isins = [{"isin": isin, "currency": "USD"} for isin in (APPLE, SHELL, WORLD)] * 10
    symbols = [{**it, "symbol": f"S{number}"} for number, it in enumerate(isins)]
    assert not any(one["is_known"] for one in told(service, *symbols))
    assert len(market.searches()) <= 4  # those that were asked at the same time


def test_an_installation_without_sources_says_so(make_stand: MakeStand, stand: Stand) -> None:
    sought = {"assets": [{"isin": APPLE, "currency": "USD"}]}
    answer = stand.service_client("portfolio").post("/internal/v1/assets/proposals/", json=sought)
    assert body(answer)["is_asked"] is False
