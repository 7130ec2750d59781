"""Kept answers: whatever a resource rests on changes, the next answer is what is computed anew."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy import text

from shared.testing import Stand
from tests.portfolio.build import AAPL, EURUSD, SAP, User, adopt, adopt_pair, card
from tests.portfolio.test_lists import statements

PATHS: Final = ("/api/portfolios/", "/api/positions/?include_closed=true")

Change = Callable[[Stand, User, int], object]


def _say(stand: Stand, statement: str) -> None:
    """Change something as another process would."""
    stand.database.unit(lambda session: session.execute(text(statement)))


CHANGES: Final[dict[str, Change]] = {
    "a purchase": lambda _, ann, mine: ann.record(
        mine, "BUY", "2024-02-01", asset=AAPL, quantity="1", price="7"
    ),
    "a dividend": lambda _, ann, mine: ann.record(
        mine, "DIVIDEND", "2024-02-01", asset=AAPL, amount="7"
    ),
    "a deposit": lambda _, ann, mine: ann.record(mine, "DEPOSIT", "2024-02-01", amount="7"),
    "a closed position": lambda _, ann, mine: ann.record(
        mine, "SELL", "2024-02-01", asset=AAPL, quantity="10", price="7"
    ),
    "another name": lambda _, ann, mine: ann.patch(f"/api/portfolios/{mine}/", {"name": "New"}),
    "another currency": lambda _, ann, mine: ann.patch(
        f"/api/portfolios/{mine}/", {"currency": "EUR"}
    ),
    "a price": lambda stand, _, __: adopt(stand, card(AAPL, "AAPL", current_price="11.00")),
    "an old price": lambda stand, _, __: adopt(stand, card(AAPL, "AAPL", price_date="2020-01-02")),
    "the same price of a trade": lambda stand, _, __: adopt(
        stand, card(AAPL, "AAPL", price_source="trade")
    ),
    "no price": lambda stand, _, __: adopt(
        stand, card(AAPL, "AAPL", current_price=None, price_date=None)
    ),
    "a split": lambda stand, _, __: adopt(stand, card(AAPL, "AAPL", split_dates=["2024-01-10"])),
    "another symbol": lambda stand, _, __: adopt(stand, card(AAPL, "APPL")),
    "a rate": lambda stand, _, __: adopt_pair(stand, EURUSD, "EURUSD", {"2024-01-01": "1.5"}),
    "a rate of one's own": lambda stand, _, __: adopt(
        stand, card(12, "EURUSD", asset_type="CURRENCY", owner=1), {"2024-01-01": "1.5"}
    ),
    "a position that is gone": lambda stand, _, __: _say(
        stand, f"DELETE FROM positions WHERE asset_id = {SAP}"
    ),
    "a portfolio that is gone": lambda _, ann, mine: ann.client.delete(f"/api/portfolios/{mine}/"),
}


@pytest.fixture
def mine(stand: Stand, ann: User) -> int:
    adopt_pair(stand, EURUSD, "EURUSD", {"2024-01-01": "1.1"})
    portfolio = ann.portfolio()
    for asset in (AAPL, SAP):
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="10", price="5")
    return portfolio


def answers(ann: User) -> list[Any]:
    return [ann.get(path) for path in PATHS]


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_missed(stand: Stand, ann: User, mine: int, change: str) -> None:
    before = answers(ann)
    CHANGES[change](stand, ann, mine)
    after = answers(ann)
    stand.app.forget()
    assert after == answers(ann)
    assert after != before


def test_what_did_not_change_is_not_computed_again(stand: Stand, ann: User, mine: int) -> None:
    answers(ann)
    with statements(stand) as sent:
        answers(ann)
        ann.totals(mine)
    assert sent == []


def test_anothers_rate_computes_nothing_again(stand: Stand, ann: User, mine: int) -> None:
    before = answers(ann)
    adopt(stand, card(12, "EURUSD", asset_type="CURRENCY", owner=2), {"2024-01-01": "1.5"})
    with statements(stand) as sent:
        assert answers(ann) == before
    assert sent == []


def test_what_is_kept_of_one_user_is_not_for_another(ann: User, bob: User, mine: int) -> None:
    ann.totals(mine)
    assert bob.client.get(f"/api/portfolios/{mine}/").status_code == 404
    assert bob.get("/api/portfolios/")["results"] == []
