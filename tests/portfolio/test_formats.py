"""A year at each broker, as its file tells it: positions and cash as counted by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from services.portfolio.domain.ledger_files import formats
from shared.testing import Stand
from tests.portfolio.build import User, answered
from tests.portfolio.filing import imported, listed
from tests.portfolio.owning import Assets

EXAMPLES: Final = Path(__file__).parent / "examples"


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


@dataclass(frozen=True)
class Year:
    """What a file amounts to, in the currency of its portfolio.

    Attributes:
        cash: what the account has.
        positions: symbol → quantity, cost of what is held, realised, income.
        skipped: rows that are no transactions.
    """

    file: str
    currency: str
    cash: str
    positions: dict[str, tuple[str, str, str, str]]
    skipped: int = 0


YEARS: Final = [
    # 1000 − 200.30 − 100 + 1.70 + 119.80 + 0.42 − 50. Of 10 for 200.30 are 4 sold: 119.80 − 80.12.
    Year("trading_212", "EUR", "771.62", {
        "NINE": ("6.00000000", "120.18", "39.68", "1.70"),
        "TENL": ("100.00000000", "100.00", "0.00", "0.00"),
    }, 1),
    # No deposits in the file, so no cash. 119.50 − 4/10 of 200.50.
    Year("degiro", "EUR", "0.00", {
        "US0000000010": ("6.00000000", "120.30", "39.30", "0.00"),
        "DE0000000017": ("20.00000000", "253.90", "0.00", "0.00"),
    }),
    # 1500 − 220 + 2.20 − 2.20 + 131.50 + 1.25 − 5. 10.1 for 222.20: 4 are 88.00.
    Year("schwab", "USD", "1407.75", {"NINE": ("6.10000000", "134.20", "43.50", "2.20")}, 2),
    # 1000 − 220 + 1.87 + 132 − 0.12 − 50.75. 4.12345678 of 10.12345678 for 220: 89.61.
    Year("revolut", "USD", "863.00", {"NINE": ("6.00000000", "130.39", "42.39", "1.87")}, 1),
    # 500 − 200 + 147.50. 2 for 200, 1 at 100, 0.01 at 120: 3.01 for 301.20, one is 100.07.
    Year("coinbase", "EUR", "447.50", {"NINE": ("1.51000000", "151.10", "47.43", "0.00")}, 1),
    # 1000 − 201 + 1.50 + 119 + 0.42 − 0.12 − 50. 10.5 for 201: 4.2 are 80.40.
    Year("trade_republic", "EUR", "869.80", {
        "US0000000010": ("6.30000000", "120.60", "38.60", "1.50"),
    }),
    # 10 for 201: 4 are 80.40, for 120 − 2.50. A dividend of 2 less 0.50.
    Year("parqet", "EUR", "0.00", {
        "US0000000010": ("6.00000000", "120.60", "37.10", "1.50"),
        "TEN": ("0.50000000", "50.00", "0.00", "0.00"),
    }),
    # 1000 − 221 + 3 + 131 + 0.42 − 0.12 − 0.30 − 50. 30 for 221: 12 are 88.40.
    Year("wealthfolio", "USD", "863.00", {
        "NINE": ("18.00000000", "132.60", "42.60", "3.00"),
        "TENX": ("2.00000000", "100.00", "0.00", "0.00"),
    }),
    # 10 for 221: 4 are 88.40, for 130.75.
    Year("interactive_brokers", "USD", "0.00", {
        "NINE": ("6.00000000", "132.60", "42.35", "0.00"),
    }, 1),
    # 1000 + 2.20 − 0.33 + 0.42 − 1.50 − 50.
    Year("interactive_brokers_cash", "USD", "950.79", {
        "NINE": ("0.00000000", "0.00", "0.00", "2.20"),
    }),
]  # fmt: skip


def read(user: User, portfolio: int, year: Year, **query: Any) -> dict[str, Any]:
    content = (EXAMPLES / f"{year.file}.csv").read_bytes()
    name = year.file.removesuffix("_cash")
    return imported(user, portfolio, content, format=name, create_missing=True, **query)


@pytest.mark.parametrize("year", YEARS, ids=lambda year: year.file)
def test_a_year_at_a_broker(ann: User, assets: Assets, year: Year) -> None:
    portfolio = ann.portfolio(currency=year.currency)
    preview = read(ann, portfolio, year, dry_run=True)
    assert assets.stand.events() == []
    found = read(ann, portfolio, year)
    assert (found["created"], found["skipped"]) == (preview["created"], year.skipped)
    assert ann.totals(portfolio)["cash_balance"] == year.cash
    assert positions(ann, portfolio) == year.positions
    again = read(ann, portfolio, year)
    assert (again["created"], again["skipped"]) == (0, found["created"] + year.skipped)
    path = f"/api/transactions/imports/{found['import_id']}/"
    # Assets were made for it, and are named.
    assert answered(ann.client.delete(path), 200)["deleted"] == found["created"]
    assert listed(ann) == []


def positions(user: User, portfolio: int) -> dict[str, tuple[str, str, str, str]]:
    query = f"portfolio_id={portfolio}&include_closed=true"
    found = user.get(f"/api/positions/?{query}")["results"]
    ledger = {row["asset"]["symbol"]: row for row in found}
    return {
        symbol: (row["quantity"], row["base"]["total_cost_basis"], *in_base(user, portfolio, row))
        for symbol, row in ledger.items()
    }


def in_base(user: User, portfolio: int, row: dict[str, Any]) -> tuple[str, str]:
    """Return what was realised and earned, in the portfolio's currency."""
    if row["currency"] == user.totals(portfolio)["currency"]:
        return row["realized_gain_loss"], row["income"]
    totals = user.totals(portfolio)
    return totals["realized_gain_loss"] if row["realized_gain_loss"] != "0.00" else "0.00", (
        income_of(user, portfolio) if row["income"] != "0.00" else "0.00"
    )


def income_of(user: User, portfolio: int) -> str:
    """Return what dividends brought."""
    rows = listed(user, f"portfolio_id={portfolio}&transaction_type=DIVIDEND")
    rates = [float(row["exchange_rate"]) * float(row["amount"]) for row in rows]
    return f"{sum(rates):.2f}"


def test_every_format_has_an_example() -> None:
    names = {path.stem.removesuffix("_cash") for path in EXAMPLES.glob("*.csv")}
    assert names == {layout.name for layout in formats.LAYOUTS}
    assert {year.file.removesuffix("_cash") for year in YEARS} == names
