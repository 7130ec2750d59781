"""How many transactions a portfolio has is stored with it, and is believed where it is so."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.portfolio import commands
from shared.testing import Stand
from tests.portfolio.build import AAPL, User, adopt_pair, answered, miscounted
from tests.portfolio.filing import imported, send

BULK = "/api/transactions/bulk/"
FILE = "date,transaction_type,amount\n2024-01-05,DEPOSIT,1\n2024-01-06,DEPOSIT,2\n"
# What processes of the release before do: they know of no count.
RECORD = """
    INSERT INTO transactions (portfolio_id, transaction_type, date, amount, currency, exchange_rate)
    VALUES (:portfolio, 'DEPOSIT', '2024-01-02', 1, 'USD', 1)
"""
DELETE = """
    DELETE FROM transactions
    WHERE id = (SELECT min(id) FROM transactions WHERE portfolio_id = :portfolio)
"""
TELL = "UPDATE portfolios SET sequence = sequence + 1 WHERE id = :portfolio"


def count(user: User, portfolio: int) -> int:
    """Return how many transactions the lists say there are, which must be the same number."""
    counts = {
        user.get(f"/api/transactions/?portfolio_id={portfolio}&{more}")["count"]
        for more in ("", "ordering=amount", "start_date=2000-01-01")
    }
    [one] = counts
    return int(one)


def written_before(stand: Stand, portfolio: int, *statements: str) -> None:
    """Let the release before change a ledger."""

    def write(session: Any) -> None:
        for statement in (*statements, TELL):
            session.execute(text(statement), {"portfolio": portfolio})

    stand.database.unit(write)


def deposit(portfolio: int, day: str = "2024-01-02", **fields: Any) -> dict[str, Any]:
    row = {"portfolio": portfolio, "transaction_type": "DEPOSIT", "date": day, "amount": "1"}
    return row | fields


def sale(portfolio: int) -> dict[str, Any]:
    """Return one that no ledger here can have."""
    row = {"transaction_type": "SELL", "asset": AAPL, "quantity": "9", "price": "1"}
    return {"portfolio": portfolio, "date": "2024-01-03", **row}


def test_the_stored_count_is_that_of_the_ledger_after_whatever_changes_it(
    stand: Stand, ann: User, bob: User
) -> None:
    """One change after the other, and how many there are then."""
    one = ann.portfolio()
    bob.record(bob.portfolio(), "DEPOSIT", "2024-01-02", amount="1")
    got: dict[str, Any] = {}

    def record() -> None:
        got["one"] = ann.record(one, "DEPOSIT", "2024-01-01", amount="5")["id"]

    def bulk(status: int, rows: list[dict[str, Any]], **how: Any) -> Callable[[], None]:
        return lambda: _bulk(ann, status, rows, how)

    def replace() -> None:
        ann.put(f"/api/transactions/{got['one']}/", deposit(one, amount="7"))

    def take_back() -> None:
        import_id = imported(ann, one, FILE.replace("01-0", "02-0"))["import_id"]
        assert count(ann, one) == 25
        ann.delete(f"/api/transactions/imports/{import_id}/")

    def open_position() -> None:
        body = {"portfolio": one, "asset": AAPL, "quantity": "3", "average_cost": "5"}
        got["position"] = ann.post("/api/positions/", body)["id"]

    def rate() -> None:
        ann.record(one, "DEPOSIT", "2024-01-02", amount="1", currency="EUR")
        adopt_pair(stand, 10, "EURUSD", {"2024-01-02": "1.5"})
        stand.database.unit(commands.rate_unrated)

    sound, misfits = [deposit(one)] * 15, [sale(one)] * 3
    again = {"external_id": "again"}
    waiting = [{**sale(one), **again}, deposit(one, **again), deposit(one)]
    steps: list[tuple[Callable[[], object], int]] = [
        (record, 1),
        (lambda: ann.refuse(one, "WITHDRAWAL", "2024-01-01"), 1),
        (lambda: ann.client.post("/api/transactions/", json=sale(one)), 1),
        (bulk(201, [deposit(one)] * 3), 4),
        (bulk(422, [*sound, *misfits]), 4),
        (bulk(207, [*sound, *misfits], atomic=False), 19),
        (bulk(207, waiting, atomic=False), 21),
        (lambda: ann.patch(f"/api/transactions/{got['one']}/", {"amount": "6"}), 21),
        (replace, 21),
        (lambda: send(ann, one, FILE, dry_run="true"), 21),
        (lambda: imported(ann, one, FILE), 23),
        (lambda: imported(ann, one, FILE), 23),
        (take_back, 23),
        (lambda: ann.delete(f"/api/transactions/{got['one']}/"), 22),
        (open_position, 23),
        (lambda: ann.patch(f"/api/positions/{got['position']}/", {"quantity": "4"}), 24),
        (lambda: ann.delete(f"/api/positions/{got['position']}/"), 22),
        (rate, 23),
        (lambda: ann.patch(f"/api/portfolios/{one}/", {"name": "Other"}), 23),
        (lambda: ann.patch(f"/api/portfolios/{one}/", {"currency": "EUR"}), 23),
        (lambda: ann.patch(f"/api/portfolios/{one}/", {"cost_basis_method": "FIFO"}), 23),
        (
            lambda: stand.database.unit(lambda session: commands.recompute_portfolio(session, one)),
            23,
        ),
        (lambda: ann.delete(f"/api/portfolios/{one}/"), 0),
    ]
    for number, (change, there) in enumerate(steps):
        change()
        assert (number, count(ann, one), miscounted(stand)) == (number, there, [])
    assert ann.get("/api/transactions/")["count"] == 0


def _bulk(user: User, status: int, rows: list[dict[str, Any]], how: dict[str, Any]) -> None:
    answered(user.client.post(BULK, json={"transactions": rows, **how}), status)


def test_one_bulk_of_several_portfolios_counts_for_each(stand: Stand, ann: User) -> None:
    first, second, third = (ann.portfolio() for _ in range(3))
    rows = [deposit(first)] * 2 + [deposit(second)] + [sale(third)]
    _bulk(ann, 207, rows, {"atomic": False})
    assert [count(ann, portfolio) for portfolio in (first, second, third)] == [2, 1, 0]
    assert ann.get("/api/transactions/")["count"] == 3
    assert miscounted(stand) == []


@pytest.mark.parametrize("statement", [RECORD, DELETE])
def test_what_the_release_before_writes_is_counted_anew(
    stand: Stand, ann: User, statement: str
) -> None:
    portfolio, other = ann.portfolio(), ann.portfolio()
    for _ in range(3):
        ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="1")
    ann.record(other, "DEPOSIT", "2024-01-01", amount="1")
    written_before(stand, portfolio, statement)
    there = 4 if statement == RECORD else 2
    assert count(ann, portfolio) == there
    assert ann.get("/api/transactions/")["count"] == there + 1
    # Nor does this release believe what it goes on from.
    [last, *_] = ann.get(f"/api/transactions/?portfolio_id={portfolio}")["results"]
    ann.record(portfolio, "DEPOSIT", "2024-01-03", amount="1")
    ann.delete(f"/api/transactions/{last['id']}/")
    ann.patch(f"/api/portfolios/{portfolio}/", {"name": "Other"})
    assert count(ann, portfolio) == there
    assert miscounted(stand) == [(portfolio, 0, there)]
    stand.database.unit(commands.count_uncounted)
    assert (count(ann, portfolio), miscounted(stand)) == (there, [])
    ann.record(portfolio, "DEPOSIT", "2024-01-03", amount="1")
    assert (count(ann, portfolio), miscounted(stand)) == (there + 1, [])


def test_a_count_of_which_nobody_knows_may_be_less_than_is_deleted(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    written_before(stand, portfolio, RECORD, RECORD)
    [last, first] = ann.get(f"/api/transactions/?portfolio_id={portfolio}")["results"]
    ann.delete(f"/api/transactions/{last['id']}/")
    assert count(ann, portfolio) == 1
    ann.delete(f"/api/transactions/{first['id']}/")
    stand.database.unit(commands.count_uncounted)
    assert (count(ann, portfolio), miscounted(stand)) == (0, [])


def test_a_ledger_that_is_being_written_is_counted_another_time(stand: Stand, ann: User) -> None:
    portfolio, other = ann.portfolio(), ann.portfolio()
    written_before(stand, portfolio, RECORD)
    written_before(stand, other, RECORD)
    with stand.database.engine.begin() as writing:
        for statement in (RECORD, TELL):
            writing.execute(text(statement), {"portfolio": portfolio})
        stand.database.unit(commands.count_uncounted)
    assert miscounted(stand) == [(portfolio, 0, 2)]
    stand.database.unit(commands.count_uncounted)
    assert (count(ann, portfolio), miscounted(stand)) == (2, [])


def test_a_rebuild_finds_a_wrong_count_and_wrong_cash(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="1")

    def corrected() -> int:
        return stand.database.unit(lambda session: commands.recompute_portfolio(session, portfolio))

    assert corrected() == 0
    with stand.database.engine.begin() as connection:
        wrong = "UPDATE portfolios SET transaction_count = 7, cash_balance = 2"
        connection.execute(text(wrong))
    assert miscounted(stand) == [(portfolio, 7, 1)]
    assert corrected() == 2
    assert (miscounted(stand), ann.totals(portfolio)["cash_balance"]) == ([], "1.00")


def test_a_count_of_which_nobody_knows_is_no_mistake(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    written_before(stand, portfolio)
    assert (
        stand.database.unit(lambda session: commands.recompute_portfolio(session, portfolio)) == 0
    )
    assert miscounted(stand) == []
