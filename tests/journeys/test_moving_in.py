"""From a broker's file to a return, with price sources that answer as Yahoo and the ECB do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.assets.outside.proposer import Proposer
from shared.testing import wait_until
from tests.assets.exchange import Exchange, Paper, exchange, last_weekday
from tests.assets.yahoo import asking, forget
from tests.conftest import MakeStand
from tests.installation import Installation, got, posted, services

SAP, APPLE = "DE0007164600", "US0378331005"
ANN, BOB = 2, 3


def _of(first: int) -> Any:
    """Return closes that move each day: `first` to `first` + 6."""
    return lambda day: first + day.toordinal() % 7


PAPERS = [Paper("SAP.DE", SAP, _of(100), "EUR"), Paper("AAPL", APPLE, _of(200))]


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange() as market, asking(market.root, tmp_path_factory.mktemp("yahoo")):
        yield market


@pytest.fixture(scope="module")
def started(make_stand: MakeStand, listener: Exchange) -> Iterator[Installation]:
    chosen = {"DATA_SOURCES": "yahoo,ecb", "DATA_SOURCE_ECB": listener.ecb}
    with services(make_stand, **chosen) as three:
        yield Installation(*three)


@pytest.fixture
def market(started: Installation, listener: Exchange) -> Exchange:
    rates = {"USD": lambda _: 1.25}
    listener.start_anew(PAPERS, rates)
    forget()
    extensions = started.assets.app.extensions
    sources = extensions["data_sources"].sources
    extensions["proposer"] = Proposer(sources, within=5)  # knows nothing yet
    return listener


@pytest.fixture
def installation(started: Installation, market: Exchange) -> Installation:
    for stand in (started.assets, started.portfolio, started.analytics):
        stand.empty()
    return started


def weekday(days_ago: int) -> date:
    """Return a weekday about so long ago."""
    day = last_weekday() - timedelta(days=days_ago)
    return day - timedelta(days=max(0, day.weekday() - 4))


BOUGHT, SOLD = weekday(800), weekday(100)
FILE = f"""\
date;type;isin;name;currency;quantity;price
{BOUGHT};Buy;{SAP};SAP SE;EUR;10;{100 + BOUGHT.toordinal() % 7}
{BOUGHT};Buy;{APPLE};Apple Inc.;USD;5;{200 + BOUGHT.toordinal() % 7}
{SOLD};Sell;{SAP};SAP SE;EUR;4;{100 + SOLD.toordinal() % 7}
"""


def send(client: FlaskClient, portfolio: int, text: str, **query: Any) -> dict[str, Any]:
    answer = client.post(
        "/api/transactions/import/",
        data=text,
        content_type="text/csv",
        query_string={"portfolio_id": portfolio, "create_missing": True, **query},
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def codes(answer: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in answer["warnings"]}


def test_a_file_has_daily_history_and_no_warnings(
    installation: Installation, market: Exchange
) -> None:
    ann = installation.portfolio.client(ANN)
    portfolio = posted(ann, "/api/portfolios/", {"name": "Mine", "currency": "EUR"})["id"]
    preview = send(ann, portfolio, FILE, dry_run=True)
    names = ("symbol", "currency", "asset_type", "data_source", "data_symbol")
    expected = [
        (SAP, "EUR", "STOCK", "yahoo", "SAP.DE"),
        (APPLE, "USD", "STOCK", "yahoo", "AAPL"),
        ("EURUSD", "USD", "CURRENCY", "ecb", "EURUSD"),
    ]
    assert [tuple(it[name] for name in names) for it in preview["new_assets"]] == expected
    assert market.searches() == [SAP, APPLE]
    found = send(ann, portfolio, FILE)
    assert [tuple(it[name] for name in names) for it in found["new_assets"]] == expected
    assert (found["created"], found["warnings"]) == (3, [])
    assert market.searches() == [SAP, APPLE]  # once for the preview and the import
    installation.tell()
    installation.refresh(3)
    last = last_weekday().toordinal() % 7
    totals = got(ann, f"/api/portfolios/{portfolio}/")
    value = 6 * Decimal(100 + last) + 5 * Decimal(200 + last) / Decimal("1.25")
    assert (totals["total_value"], totals["warnings"]) == (f"{value:.2f}", [])
    path = f"/api/portfolios/{portfolio}/performance_metrics/"
    metrics = got(installation.analytics.client(ANN), path, benchmark=SAP)
    assert metrics["warnings"] == []
    # Each weekday but the first.
    days = (last_weekday() - BOUGHT).days
    assert metrics["observations"] == sum(
        (BOUGHT + timedelta(days=number)).weekday() < 5 for number in range(1, days + 1)
    )
    assert metrics["annualized_return"] is not None
    # The same file again asks nobody.
    assert send(ann, portfolio, FILE)["created"] == 0
    assert market.searches() == [SAP, APPLE]


def test_what_is_not_found_is_shown_with_its_source_and_what_nobody_has_is_said(
    installation: Installation, market: Exchange
) -> None:
    ann = installation.portfolio.client(ANN)
    portfolio = posted(ann, "/api/portfolios/", {"name": "Mine", "currency": "EUR"})["id"]
    text = f"{FILE}{SOLD};Buy;IE00B4L5Y983;World;EUR;1;90\n"
    found = send(ann, portfolio, text, dry_run=True, create_missing=False)
    assert [(it["isin"], it["data_symbol"]) for it in found["unresolved"]] == [
        (SAP, "SAP.DE"),
        (APPLE, "AAPL"),
        ("IE00B4L5Y983", None),
    ]
    [warning] = found["warnings"]
    assert (warning["field"], warning["code"]) == ("unresolved", "no_data_source")
    assert warning["message"].startswith("No price source has IE00B4L5Y983 in its currency")


def test_nobody_waits_while_a_source_is_asked(installation: Installation, market: Exchange) -> None:
    ann = installation.portfolio.client(ANN)
    portfolio = posted(ann, "/api/portfolios/", {"name": "Mine", "currency": "EUR"})["id"]
    market.may_answer.clear()
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(send, installation.portfolio.client(ANN), portfolio, FILE)
        try:
            wait_until(lambda: market.asked)
            deposit = {"portfolio": portfolio, "transaction_type": "DEPOSIT", "date": str(BOUGHT)}
            posted(ann, "/api/transactions/", {**deposit, "amount": "5"})
        finally:
            market.may_answer.set()
        assert sent.result()["created"] == 3
    # It would be the last if it had waited for the import.
    rows = got(ann, "/api/transactions/", ordering="id")["results"]
    assert rows[0]["transaction_type"] == "DEPOSIT"


def test_an_outage_of_the_sources_damages_nothing(
    installation: Installation, market: Exchange
) -> None:
    market.status = 503
    bob = installation.portfolio.client(BOB)
    portfolio = posted(bob, "/api/portfolios/", {"name": "Mine", "currency": "EUR"})["id"]
    text = "".join(line for line in FILE.splitlines(keepends=True) if APPLE not in line)
    found = send(bob, portfolio, text)
    assert (found["created"], codes(found)) == (2, {"data_source_failed"})
    [made] = found["new_assets"]
    assert (made["data_source"], made["data_symbol"]) == (None, None)
    installation.tell()
    path = f"/api/portfolios/{portfolio}/"
    totals = got(bob, path)
    assert totals["total_value"] == f"{6 * (100 + SOLD.toordinal() % 7)}.00"
    assert "trade_price" in codes(totals)
    metrics = got(installation.analytics.client(BOB), f"{path}performance_metrics/")
    assert metrics["total_return"] is not None
    assert "trade_price" in codes(metrics)
