"""What the service makes of events: our copy of assets, rates, and users who leave."""

from collections.abc import Callable
from typing import Any

import pytest

from services.portfolio import handlers
from services.portfolio.outside.owners import Owners
from services.portfolio.replicas import Replicas
from shared.events import Event
from shared.identity import Signer
from shared.testing import Stand, today
from shared.testing.stand import NOWHERE
from tests.portfolio.build import AAPL, EURUSD, SAP, User, card

Tell = Callable[..., Event]


@pytest.fixture
def tell(stand: Stand) -> Tell:
    """Return a function by which the service hears of something; the owner of assets is down."""
    owners = Owners({"assets": NOWHERE}, Signer("portfolio", stand.keys / "portfolio.pem"))
    table = handlers.table(Replicas(stand.database, owners))

    def hear(type_: str, sequence: int, asset: dict[str, Any], **data: Any) -> Event:
        told = Event.now(
            "assets", type_, f"assets/{asset['id']}", sequence, {"asset": asset, **data}
        )
        again(told)
        return told

    def again(event: Event) -> None:
        stand.hear(event, table)

    hear.again = again  # type: ignore[attr-defined]  # the same event a second time
    return hear


def price(close: str, day: str) -> dict[str, Any]:
    return {"date": day, "open": None, "high": None, "low": None, "close": close, "volume": None}


@pytest.fixture
def portfolio(ann: User) -> int:
    """Return a portfolio that holds ten AAPL."""
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="10", price="5")
    return portfolio


def test_a_new_price_moves_the_total(ann: User, portfolio: int, tell: Tell) -> None:
    apple = card(AAPL, "AAPL", current_price="12.50")
    tell(
        "price-updated", 2, apple, price=price("12.50", today().isoformat()), previous_price="10.00"
    )
    assert ann.totals(portfolio)["total_value"] == "125.00"


def test_an_older_event_changes_nothing(ann: User, portfolio: int, tell: Tell) -> None:
    tell("asset-updated", 5, card(AAPL, "AAPL", current_price="12.50"))
    tell("asset-updated", 4, card(AAPL, "AAPL", current_price="1.00"))
    assert ann.totals(portfolio)["total_value"] == "125.00"


def test_a_gap_in_the_events_of_an_asset_loses_nothing(
    ann: User, portfolio: int, tell: Tell
) -> None:
    days = {"first_date": "2024-01-02", "last_date": "2024-01-03"}
    imported = {**days, "count": 2, "source": "import"}
    apple = card(AAPL, "AAPL", current_price="12.50")
    tell("price-history-imported", 9, apple, **imported)
    assert ann.totals(portfolio)["total_value"] == "125.00"


def test_an_event_that_comes_twice_is_applied_once(ann: User, portfolio: int, tell: Tell) -> None:
    first = tell("asset-updated", 2, card(AAPL, "AAPL", name="First"))
    tell("asset-updated", 3, card(AAPL, "AAPL", name="Second"))
    tell.again(first)  # type: ignore[attr-defined]  # see the fixture
    assert ann.position(portfolio)["asset"]["name"] == "Second"


def test_a_retired_asset_stays_in_its_positions(ann: User, portfolio: int, tell: Tell) -> None:
    tell("asset-deleted", 2, card(AAPL, "AAPL", is_active=False))
    assert ann.position(portfolio)["current_value"] == "100.00"
    other = ann.portfolio()
    row = {"asset": AAPL, "quantity": "10", "price": "5"}
    assert list(ann.refuse(other, "BUY", "2024-01-02", **row)) == ["asset"]


def test_the_closes_of_a_pair_are_the_rates(ann: User, tell: Tell) -> None:
    pair = card(EURUSD, "EURUSD", "USD", asset_type="CURRENCY")
    tell("asset-created", 1, pair)
    tell("price-updated", 2, pair, price=price("1.10", "2024-01-02"), previous_price=None)
    tell("price-updated", 3, pair, price=price("1.20", "2024-01-03"), previous_price="1.10")
    # A correction of the first day.
    tell("price-updated", 4, pair, price=price("1.15", "2024-01-02"), previous_price="1.20")
    portfolio = ann.portfolio()
    rates = [
        ann.record(portfolio, "BUY", day, asset=SAP, quantity="1", price="1")["exchange_rate"]
        for day in ("2024-01-02", "2024-01-05")
    ]
    assert rates == ["1.15", "1.20"]


def test_the_closes_of_a_private_pair_are_its_owners_rates(
    ann: User, bob: User, tell: Tell
) -> None:
    pair = card(EURUSD, "EURUSD", "USD", asset_type="CURRENCY", owner=1)
    tell("asset-created", 1, pair)
    tell("price-updated", 2, pair, price=price("1.5", "2024-01-02"), previous_price=None)
    row = {"asset": SAP, "quantity": "1", "price": "1"}
    assert ann.record(ann.portfolio(), "BUY", "2024-01-02", **row)["exchange_rate"] == "1.50"
    assert bob.record(bob.portfolio(), "BUY", "2024-01-02", **row)["exchange_rate"] is None


def test_whoever_left_takes_their_portfolios_along(
    stand: Stand, ann: User, bob: User, portfolio: int, tell: Tell
) -> None:
    bob.portfolio()
    left = Event.now("auth", "user-deleted", "users/1", 2, {"user": 1, "username": "ann"})
    tell.again(left)  # type: ignore[attr-defined]  # see the fixture
    assert ann.get("/api/portfolios/")["count"] == 0
    assert ann.get("/api/transactions/")["count"] == 0
    assert bob.get("/api/portfolios/")["count"] == 1
    deleted = stand.events()[-1]
    assert (deleted.type, deleted.subject) == ("portfolio-deleted", f"portfolios/{portfolio}")
