"""Many transactions in one command: all or nothing, each bad row named."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.portfolio import commands
from services.portfolio.commands import RowsRefused
from services.portfolio.models import TransactionFields
from shared.testing import Stand
from tests.portfolio.build import AAPL, SAP, User, adopt_pair

ANN = 1


def record(stand: Stand, rows: list[TransactionFields]) -> list[int]:
    return stand.database.unit(lambda session: commands.record_transactions(session, ANN, rows))


def row(portfolio: int, kind: str, day: str, **fields: Any) -> TransactionFields:
    numbers = {"quantity", "price", "amount"}
    values: dict[str, Any] = {
        name: Decimal(value) if name in numbers else value for name, value in fields.items()
    }
    return TransactionFields(
        portfolio=portfolio, transaction_type=kind, date=date.fromisoformat(day), **values
    )


def test_a_file_with_the_newest_first_is_recorded_in_order(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    rows = [
        row(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="3", price="8"),
        row(portfolio, "SELL", "2024-01-02", asset=AAPL, quantity="1", price="7"),
        row(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="4", price="5"),
        row(portfolio, "DEPOSIT", "2024-01-01", amount="100"),
    ]
    ids = record(stand, rows)
    assert sorted(ids) == ids[::-1]
    position = ann.position(portfolio)
    assert (position["quantity"], position["realized_gain_loss"]) == ("0.00000000", "11.00")
    # 100 − 20 + 7 + 24.
    assert ann.totals(portfolio)["cash_balance"] == "111.00"


def test_rows_of_several_portfolios_and_currencies(stand: Stand, ann: User) -> None:
    adopt_pair(stand, 10, "EURUSD", {"2024-01-02": "1.10", "2024-01-03": "1.20"})
    first, second = ann.portfolio(), ann.portfolio(currency="EUR")
    rows = [
        row(first, "BUY", "2024-01-02", asset=SAP, quantity="1", price="10"),
        row(second, "BUY", "2024-01-02", asset=SAP, quantity="1", price="10"),
        row(first, "BUY", "2024-01-03", asset=SAP, quantity="1", price="10"),
    ]
    record(stand, rows)
    assert ann.totals(first)["total_cost_basis"] == "23.00"
    assert ann.totals(second)["total_cost_basis"] == "10.00"


def test_every_bad_row_is_named_and_none_is_recorded(stand: Stand, ann: User, bob: User) -> None:
    mine, others = ann.portfolio(), bob.portfolio()
    ann.record(mine, "DEPOSIT", "2024-01-01", amount="1", external_id="taken")
    before = stand.events()
    rows = [
        row(mine, "BUY", "2024-01-02", asset=AAPL, quantity="4", price="5"),
        row(others, "DEPOSIT", "2024-01-02", amount="1"),
        row(mine, "BUY", "2024-01-02", asset=4711, quantity="4", price="5"),
        row(mine, "DEPOSIT", "2024-01-02", amount="-1"),
        row(mine, "DEPOSIT", "2024-01-02", amount="1", external_id="taken"),
        row(mine, "DEPOSIT", "2024-01-02", amount="1", external_id="new"),
        row(mine, "DEPOSIT", "2024-01-02", amount="1", external_id="new"),
    ]
    with pytest.raises(RowsRefused) as refused:
        record(stand, rows)
    named = refused.value.fields["transactions"]
    assert {index: list(fields) for index, fields in named.items()} == {
        "1": ["portfolio"],
        "2": ["asset"],
        "3": ["amount"],
        "4": ["external_id"],
        "6": ["external_id"],
    }
    assert ann.get("/api/transactions/")["count"] == 1
    assert stand.events() == before


def test_the_rows_that_sell_too_much_are_named(stand: Stand, ann: User) -> None:
    adopt_pair(stand, 10, "EURUSD", {"2024-01-02": "1.10"})
    portfolio = ann.portfolio()
    rows = [
        row(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="5", price="5"),
        row(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="4", price="5"),
        row(portfolio, "SELL", "2024-01-03", asset=SAP, quantity="1", price="5"),
    ]
    with pytest.raises(RowsRefused) as refused:
        record(stand, rows)
    assert refused.value.fields["transactions"] == {
        "0": {"quantity": ["Only 4 are held on 2024-01-03; 5 cannot be taken from it."]},
        "2": {"quantity": ["Only 0 are held on 2024-01-03; 1 cannot be taken from it."]},
    }
    assert ann.get("/api/transactions/")["count"] == 0


def test_a_sale_of_the_past_that_starves_a_later_one_is_named(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="4", price="5")
    ann.record(portfolio, "SELL", "2024-01-04", asset=AAPL, quantity="4", price="5")
    rows = [
        row(portfolio, "DEPOSIT", "2024-01-02", amount="1"),
        row(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="1", price="5"),
    ]
    with pytest.raises(RowsRefused) as refused:
        record(stand, rows)
    assert list(refused.value.fields["transactions"]) == ["1"]


def test_thousands_of_rows_are_one_unit_of_work(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    first = date(2020, 1, 1)
    rows = [
        TransactionFields(
            portfolio=portfolio,
            asset=AAPL,
            transaction_type="SELL" if index % 3 == 2 else "BUY",
            date=first + timedelta(days=index),
            quantity=Decimal(1),
            price=Decimal("5.25"),
        )
        for index in range(1500)
    ]
    assert len(set(record(stand, rows))) == 1500
    position = ann.position(portfolio)
    # Of each three rows one unit remains.
    assert (position["quantity"], position["total_cost_basis"]) == ("500.00000000", "2625.00")
    sequences = [
        event.sequence for event in stand.events() if event.subject == f"portfolios/{portfolio}"
    ]
    # The one that announces them has the last one's sequence.
    assert sequences == [1, 1501, *range(2, 1502)]
    assert stand.events()[-1].type == "position-changed"
