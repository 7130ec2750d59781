"""The published examples of finance, through the API."""

import pytest

from tests.portfolio.build import AAPL, User

# IRS Publication 564: 160 at 25, 240 at 20, 10 at 30; 210 are sold at 32.
IRS = [
    ("BUY", "2024-01-02", "160", "25"),
    ("BUY", "2024-01-03", "240", "20"),
    ("BUY", "2024-01-04", "10", "30"),
    ("SELL", "2024-01-05", "210", "32"),
]


def portfolio_of(ann: User, method: str, trades: list[tuple[str, str, str, str]]) -> int:
    portfolio = ann.portfolio(cost_basis_method=method)
    for kind, day, quantity, price in trades:
        ann.record(portfolio, kind, day, asset=AAPL, quantity=quantity, price=price)
    return portfolio


# 210 × 32 is 6720. LIFO takes 10@30 and 200@20; HIFO 10@30, 160@25 and 40@20.
@pytest.mark.parametrize(
    ("method", "realized"),
    [
        ("FIFO", "1720.00"),  # 6720 − 5000.00
        ("AVERAGE", "2059.02"),  # 6720 − 4660.98
        ("LIFO", "2420.00"),  # 6720 − 4300
        ("HIFO", "1620.00"),  # 6720 − 5100
    ],
)
def test_irs_publication_564(ann: User, method: str, realized: str) -> None:
    portfolio = portfolio_of(ann, method, IRS)
    assert ann.position(portfolio)["realized_gain_loss"] == realized


def test_another_method_counts_the_whole_ledger_again(ann: User) -> None:
    portfolio = portfolio_of(ann, "AVERAGE", IRS)
    totals = ann.patch(f"/api/portfolios/{portfolio}/", {"cost_basis_method": "FIFO"})
    assert totals["realized_gain_loss"] == "1720.00"
    assert totals["total_cost_basis"] == "4100.00"  # 190@20 and 10@30


def record_totals(ann: User, portfolio: int, trades: list[tuple[str, str, str]]) -> None:
    for day, (kind, quantity, amount) in enumerate(trades, start=1):
        row = {"asset": AAPL, "quantity": quantity, "amount": amount}
        ann.record(portfolio, kind, f"2024-01-{day:02}", **row)


@pytest.mark.parametrize(("method", "held"), [("FIFO", "4400.74"), ("AVERAGE", "4383.74")])
def test_two_purchases_and_a_sale(ann: User, method: str, held: str) -> None:
    portfolio = ann.portfolio(cost_basis_method=method)
    trades = [("BUY", "109", "-3149.20"), ("BUY", "52", "-1684.92"), ("SELL", "15", "531.50")]
    record_totals(ann, portfolio, trades)
    assert ann.position(portfolio)["total_cost_basis"] == held


def test_a_sale_between_purchases(ann: User) -> None:
    portfolio = ann.portfolio(cost_basis_method="FIFO")
    trades = [
        ("BUY", "109", "-3149.20"),
        ("SELL", "15", "531.50"),
        ("BUY", "52", "-1684.92"),
        ("BUY", "32", "-959.30"),
    ]
    record_totals(ann, portfolio, trades)
    position = ann.position(portfolio)
    assert (position["total_cost_basis"], position["realized_gain_loss"]) == ("5360.04", "98.12")


def test_two_splits(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="10", price="100")
    ann.record(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio="2:1")
    ann.record(portfolio, "SPLIT", "2024-01-04", asset=AAPL, ratio="1:3")
    position = ann.position(portfolio)
    assert (position["quantity"], position["total_cost_basis"]) == ("6.66666667", "1000.00")


def test_a_sale_after_a_split_of_the_same_day(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="10", price="100")
    ann.record(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio=2)
    ann.record(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="5", price="60")
    position = ann.position(portfolio)
    assert (position["quantity"], position["total_cost_basis"]) == ("15.00000000", "750.00")


def test_a_split_recorded_after_the_sale_of_its_day_comes_first(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="10", price="100")
    ann.record(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="5", price="60")
    ann.record(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio="2:1")
    assert ann.position(portfolio)["quantity"] == "15.00000000"


def test_one_for_three_of_three_hundred_is_one_hundred(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="300", price="1")
    ann.record(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio="1:3")
    assert ann.position(portfolio)["quantity"] == "100.00000000"
