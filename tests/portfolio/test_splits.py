"""Splits that a ledger has not booked: its value multiplies new prices by old pieces."""

import pytest

from shared.testing import Stand
from tests.portfolio.build import AAPL, User, adopt, card, codes


@pytest.fixture
def portfolio(stand: Stand, ann: User) -> int:
    """Return a portfolio that bought AAPL before its splits of 2022 and 2023 and holds it."""
    adopt(stand, card(AAPL, "AAPL", split_dates=["2020-08-31", "2022-06-06", "2023-06-05"]))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2021-01-04", asset=AAPL, quantity="10", price="100")
    return portfolio


def warned(ann: User, portfolio: int) -> list[list[tuple[str, str]]]:
    """Return the warnings of the portfolio, its position and its allocation."""
    path = f"/api/portfolios/{portfolio}/"
    answers = [ann.get(path), ann.position(portfolio), ann.get(f"{path}allocation/")]
    return [codes(answer) for answer in answers]


def test_every_value_says_that_a_split_is_not_booked(ann: User, portfolio: int) -> None:
    assert warned(ann, portfolio) == [
        [("total_value", "split_not_booked")],
        [("current_value", "split_not_booked")],
        [("allocation", "split_not_booked")],
    ]
    [warning] = ann.totals(portfolio)["warnings"]
    assert warning["message"].startswith("AAPL was held over its split on 2023-06-05")


def test_booked_splits_are_nothing_to_say(ann: User, portfolio: int) -> None:
    for day in ("2022-06-06", "2023-06-05"):
        ann.record(portfolio, "SPLIT", day, asset=AAPL, ratio="2:1")
    assert warned(ann, portfolio) == [[], [], []]


def test_what_is_set_by_hand_afterwards_is_nothing_to_say(ann: User, portfolio: int) -> None:
    ann.patch(f"/api/positions/{ann.position(portfolio)['id']}/", {"quantity": "40"})
    assert warned(ann, portfolio) == [[], [], []]


def test_what_was_sold_before_or_bought_after_is_nothing_to_say(ann: User, portfolio: int) -> None:
    ann.record(portfolio, "SELL", "2022-06-03", asset=AAPL, quantity="10", price="100")
    ann.record(portfolio, "BUY", "2023-06-05", asset=AAPL, quantity="1", price="50")
    assert warned(ann, portfolio) == [[], [], []]
