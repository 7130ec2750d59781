"""What each type of transaction does to position, cash and totals."""

from typing import Any

import pytest

from tests.portfolio.build import AAPL, User


@pytest.fixture
def portfolio(ann: User) -> int:
    """Return a portfolio with 10,000 of cash and 100 AAPL for 500: they are worth 1,000."""
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="10000")
    ann.record(portfolio, "BUY", "2024-01-03", asset=AAPL, quantity="100", price="5")
    return portfolio


def test_the_opening_position_and_its_totals(ann: User, portfolio: int) -> None:
    position = ann.position(portfolio)
    assert position["quantity"] == "100.00000000"
    assert position["average_cost"] == "5.00000000"
    assert position["first_purchase_date"] == "2024-01-03"
    assert position["total_cost_basis"] == "500.00"
    assert position["current_value"] == "1000.00"
    assert position["unrealized_gain_loss"] == "500.00"
    assert position["unrealized_return_percentage"] == "100.0000"
    totals = ann.totals(portfolio)
    assert totals["cash_balance"] == "9500.00"
    assert totals["total_value"] == "10500.00"
    assert totals["total_cost_basis"] == "500.00"
    assert totals["total_return"] == "500.00"
    assert totals["total_return_percentage"] == "100.0000"
    assert totals["position_count"] == 1
    assert totals["warnings"] == []


# type, fields → quantity, cost, realised, cash, income, total profit.
# Before: 100, 500, 0, 9500, 0 and 500; one is worth 10.
EFFECTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "BUY": (
        {"asset": AAPL, "quantity": "10", "price": "8", "fees": "1", "taxes": "0.5"},
        ("110.00000000", "581.50", "0.00", "9418.50", "0.00", "518.50"),
    ),
    "SELL": (
        {"asset": AAPL, "quantity": "10", "price": "8", "fees": "1", "taxes": "0.5"},
        ("90.00000000", "450.00", "28.50", "9578.50", "0.00", "478.50"),
    ),
    "DIVIDEND": (
        {"asset": AAPL, "amount": "20", "fees": "1", "taxes": "3"},
        ("100.00000000", "500.00", "0.00", "9516.00", "16.00", "516.00"),
    ),
    "INTEREST": (
        {"amount": "-20", "taxes": "3"},
        ("100.00000000", "500.00", "0.00", "9477.00", "-23.00", "477.00"),
    ),
    "FEE": (
        {"amount": "-20"},
        ("100.00000000", "500.00", "0.00", "9480.00", "0.00", "480.00"),
    ),
    "FEE_REFUND": (
        {"amount": "20"},
        ("100.00000000", "500.00", "0.00", "9520.00", "0.00", "520.00"),
    ),
    "TAX": (
        {"amount": "-20", "asset": AAPL},
        ("100.00000000", "500.00", "0.00", "9480.00", "0.00", "480.00"),
    ),
    "TAX_REFUND": (
        {"amount": "20"},
        ("100.00000000", "500.00", "0.00", "9520.00", "0.00", "520.00"),
    ),
    "DEPOSIT": (
        {"amount": "20"},
        ("100.00000000", "500.00", "0.00", "9520.00", "0.00", "500.00"),
    ),
    "WITHDRAWAL": (
        {"amount": "-20"},
        ("100.00000000", "500.00", "0.00", "9480.00", "0.00", "500.00"),
    ),
    "SPLIT": (
        {"asset": AAPL, "ratio": "4:1"},
        ("400.00000000", "500.00", "0.00", "9500.00", "0.00", "3500.00"),
    ),
    "TRANSFER_IN": (
        {"asset": AAPL, "quantity": "10", "price": "8"},
        ("110.00000000", "580.00", "0.00", "9500.00", "0.00", "520.00"),
    ),
    "TRANSFER_OUT": (
        {"asset": AAPL, "quantity": "10"},
        ("90.00000000", "450.00", "0.00", "9500.00", "0.00", "450.00"),
    ),
    "ADJUSTMENT": (
        {"asset": AAPL, "quantity": "40", "price": "8"},
        ("40.00000000", "320.00", "0.00", "9500.00", "0.00", "80.00"),
    ),
}


@pytest.mark.parametrize("kind", EFFECTS)
def test_the_effect_of_each_type(ann: User, portfolio: int, kind: str) -> None:
    fields, expected = EFFECTS[kind]
    ann.record(portfolio, kind, "2024-02-01", **fields)
    position, totals = ann.position(portfolio), ann.totals(portfolio)
    assert (
        position["quantity"],
        totals["total_cost_basis"],
        totals["realized_gain_loss"],
        totals["cash_balance"],
        totals["income"],
        totals["total_profit"],
    ) == expected


def test_without_a_deposit_there_is_no_cash(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-03", asset=AAPL, quantity="100", price="5")
    totals = ann.totals(portfolio)
    assert (totals["cash_balance"], totals["total_value"]) == ("0.00", "1000.00")


def test_a_deposit_of_the_past_counts_what_was_bought_since(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-03", asset=AAPL, quantity="100", price="5")
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="300")
    totals = ann.totals(portfolio)
    assert totals["cash_balance"] == "-200.00"
    assert totals["warnings"] == [
        {
            "field": "cash_balance",
            "fields": ["cash_balance"],
            "code": "negative_cash",
            "message": "Cash is negative: a deposit may not be booked yet.",
        }
    ]


def test_the_amount_that_moved_is_the_truth(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="100")
    # Published: 0.6242 at 48.05 moved 29.99; 0.6242 × 48.05 is 29.99281.
    row = {"asset": AAPL, "quantity": "0.6242", "price": "48.05", "amount": "-29.99"}
    recorded = ann.record(portfolio, "BUY", "2024-01-03", **row)
    assert (recorded["price"], recorded["amount"]) == ("48.05000000", "-29.99")
    assert ann.totals(portfolio)["cash_balance"] == "70.01"
    assert ann.position(portfolio)["total_cost_basis"] == "29.99"


def test_a_sold_out_position_is_listed_only_when_asked_for(ann: User, portfolio: int) -> None:
    ann.record(portfolio, "SELL", "2024-02-01", asset=AAPL, quantity="100", price="7")
    assert ann.get(f"/api/positions/?portfolio_id={portfolio}")["count"] == 0
    closed = ann.position(portfolio)
    assert (closed["quantity"], closed["average_cost"]) == ("0.00000000", None)
    assert (closed["total_cost_basis"], closed["realized_gain_loss"]) == ("0.00", "200.00")
    totals = ann.totals(portfolio)
    assert (totals["position_count"], totals["total_profit"]) == (0, "200.00")


def test_a_deleted_first_deposit_takes_the_cash_away(ann: User) -> None:
    portfolio = ann.portfolio()
    deposit = ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="100")
    ann.record(portfolio, "FEE", "2024-01-03", amount="-1")
    ann.delete(f"/api/transactions/{deposit['id']}/")
    totals = ann.totals(portfolio)
    assert (totals["cash_balance"], totals["total_profit"]) == ("0.00", "-1.00")
