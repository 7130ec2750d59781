"""The checker finds what it is there for: one thing wrong is one thing found."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.faults import journal, table
from tests.faults.checker import Entry, Found, Holding, Told, Verdict, verdict
from tests.faults.journal import Journal, Operation, Row
from tests.faults.scene import Outcome
from tests.faults.workload import Tally

BUY = Row("one", 7, "BUY", asset=5, quantity="2.00000003", price="10.00000001", fees="0.5")
# 2.00000003 × 10.00000001 + 0.5
COST = Fraction("20.5000003200000003")
DEPOSIT = Row("two", 7, "DEPOSIT", amount="100.00000001")
OPERATIONS = [Operation("one", [BUY], 201), Operation("two", [DEPOSIT], 201)]
BOUGHT = Entry(
    1, 7, 5, "BUY", Fraction("2.00000003"), Fraction("10.00000001"), Fraction("0.5"), -COST
)
PAID_IN = Entry(
    2, 7, None, "DEPOSIT", Fraction(0), Fraction(0), Fraction(0), Fraction("100.00000001")
)
FOUND = Found(
    ledger=[("one", BOUGHT), ("two", PAID_IN)],
    positions={(7, 5): Holding(Fraction("2.00000003"), COST)},
    cash={7: Fraction("100.00000001") - COST},
    copies=[BOUGHT, PAID_IN],
    recorded=frozenset({"a", "b"}),
    told=[Told("a", "portfolios/7", 2), Told("b", "portfolios/7", 3)],
    deliverable=frozenset({"a", "b"}),
    delivered=["a", "b", "b"],
)


def changed(**changes: object) -> Verdict:
    return verdict(OPERATIONS, replace(FOUND, **changes))  # type: ignore[arg-type]


def test_what_was_kept_is_found_clean() -> None:
    found = verdict(OPERATIONS, FOUND)
    assert found.is_clean
    assert (found.attempted, found.acknowledged) == (2, 2)


def test_a_row_that_is_missing_is_lost() -> None:
    found = changed(ledger=FOUND.ledger[:1], copies=FOUND.copies[:1])
    assert (found.lost, found.is_clean) == (["ledger two"], False)


def test_a_copy_that_is_missing_is_lost() -> None:
    assert changed(copies=FOUND.copies[:1]).lost == ["copy of two"]


def test_an_event_that_never_came_is_lost() -> None:
    assert changed(told=FOUND.told[:1]).lost == ["event b"]


def test_a_delivery_that_never_came_is_lost() -> None:
    assert changed(delivered=["a"]).lost == ["delivery b"]


def test_a_row_that_is_there_twice_is_found() -> None:
    again = ("two", PAID_IN._replace(id=3))
    found = changed(ledger=[*FOUND.ledger, again], copies=[*FOUND.copies, again[1]])
    assert found.twice == ["ledger two"]


def test_a_copy_that_is_there_twice_is_found() -> None:
    assert changed(copies=[*FOUND.copies, PAID_IN]).twice == ["copy of 2"]


def test_a_row_that_nobody_meant_is_unexpected() -> None:
    third = PAID_IN._replace(id=3)
    found = changed(ledger=[*FOUND.ledger, ("three", third)], copies=[*FOUND.copies, third])
    assert found.unexpected == ["ledger three"]


def test_a_row_that_was_refused_and_is_there_is_unexpected() -> None:
    found = verdict([OPERATIONS[0], Operation("two", [DEPOSIT], 422)], FOUND)
    assert (found.refused, found.unexpected) == (1, ["ledger two"])


def test_a_copy_of_nothing_is_unexpected() -> None:
    third = PAID_IN._replace(id=3)
    assert changed(copies=[*FOUND.copies, third]).unexpected == ["copy of 3"]


def test_a_stored_count_that_is_not_that_of_the_ledger_is_unexpected() -> None:
    found = changed(miscounted=[7])
    assert (found.unexpected, found.is_clean) == (["count of portfolio 7"], False)


def test_half_of_a_bulk_is_unexpected() -> None:
    found = verdict([Operation("both", [BUY, replace(DEPOSIT, name="half")])], FOUND)
    assert found.unexpected == ["ledger two", "half of both"]


def test_what_has_no_answer_may_be_there_or_not_and_is_counted() -> None:
    silent = [OPERATIONS[0], Operation("two", [DEPOSIT])]
    there = verdict(silent, FOUND)
    gone = replace(FOUND, ledger=FOUND.ledger[:1], copies=FOUND.copies[:1], cash={7: -COST})
    for found in (there, verdict(silent, gone)):
        assert (found.unanswered, found.lost, found.unexpected) == (1, [], [])
        assert found.money_error == 0


def test_what_comes_after_a_later_one_is_out_of_order() -> None:
    found = changed(told=FOUND.told[::-1])
    assert (found.out_of_order, found.published_twice) == (["portfolios/7 2"], 0)


def test_what_comes_again_was_published_twice_and_is_in_order() -> None:
    found = changed(told=[*FOUND.told, FOUND.told[0]])
    assert (found.published_twice, found.is_clean) == (1, True)


CENT = Fraction("0.00000001")


@pytest.mark.parametrize(
    "changes",
    [
        {"positions": {(7, 5): Holding(Fraction("2.00000003"), COST + CENT)}},
        {"positions": {(7, 5): Holding(Fraction("2.00000002"), COST)}},
        {"cash": {7: Fraction("100.00000002") - COST}},
        {"copies": [BOUGHT, PAID_IN._replace(cash=PAID_IN.cash - CENT)]},
    ],
)
def test_money_that_is_wrong_by_the_last_decimal_is_found(changes: dict[str, object]) -> None:
    assert changed(**changes).money_error == CENT


def test_a_ledger_that_is_wrong_by_the_last_decimal_is_found() -> None:
    wrong = PAID_IN._replace(cash=PAID_IN.cash + CENT)
    found = changed(ledger=[FOUND.ledger[0], ("two", wrong)], copies=[BOUGHT, wrong])
    assert found.money_error == CENT


def test_a_position_and_an_account_that_nobody_meant_are_errors() -> None:
    more = {**FOUND.positions, (7, 6): Holding(Fraction(1), Fraction(2))}
    assert changed(positions=more).money_error == 3
    assert changed(cash={**FOUND.cash, 8: Fraction(4)}).money_error == 4


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written = Journal(path)
    written.intend("one", [BUY])
    written.intend("two", [DEPOSIT])
    written.answered("one", 201)
    written.close()
    assert journal.read(path) == [OPERATIONS[0], Operation("two", [DEPOSIT])]


def test_lines_of_the_table_take_the_place_of_older_ones(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- faults -->\n<!-- /faults -->\nafter\n")
    outcome = Outcome(
        verdict(OPERATIONS, FOUND), Tally(plain=Counter({"502 Bad Gateway": 3})), [1.0, 3.0], []
    )
    table.keep(
        [
            table.line("old", "NATS 2.1", outcome, 1),
            table.without_outcome("other", "NATS 2.1", "no", "why"),
        ],
        page,
    )
    table.keep([table.line("old", "NATS 2.2", outcome, 2)], page)
    old, other = page.read_text().splitlines()[4:6]
    cells = dict(zip(table.HEAD, [cell.strip() for cell in old.split("|")[1:-1]], strict=True))
    assert (cells["broker"], cells["acknowledged"], cells["plain text"]) == ("NATS 2.2", "2", "3")
    assert cells["recovery p50, p95 s"] == "2.0, 2.9"
    assert cells["beside"] == "plain: `502 Bad Gateway`"
    assert cells["seen on"].endswith(", seed 2")
    assert other.endswith("| why |")
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("<!-- /faults -->\nafter\n")
