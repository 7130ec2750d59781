"""Which of many new entries a ledger cannot take."""

from collections.abc import Collection
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.holding import Holding, replay
from services.portfolio.domain.misfits import find_misfits
from shared.finance.entries import EntryType as T
from shared.finance.lots import CostMethod
from tests.portfolio.domain.build import done, in_order


def misfits(entries: list[Entry], new: Collection[Entry]) -> list[Entry]:
    """Return the new entries that are refused, in ledger order."""
    ordered = in_order(entries)
    refused = find_misfits(ordered, CostMethod.FIFO, {entry.id for entry in new})
    return [entry for entry in ordered if entry.id in refused]


def test_what_takes_too_much_is_refused_and_the_next_may_still_fit() -> None:
    bought = done(T.BUY, "2024-01-02", quantity="4", price="5")
    greedy = done(T.SELL, "2024-01-03", quantity="5", price="5")
    modest = done(T.SELL, "2024-01-04", quantity="4", price="5")
    assert misfits([bought, greedy, modest], [bought, greedy, modest]) == [greedy]


def test_what_starves_an_old_entry_is_refused_and_what_gives_stays() -> None:
    old = [
        done(T.BUY, "2024-01-02", quantity="4", price="5"),
        done(T.SELL, "2024-01-09", quantity="4", price="5"),
    ]
    taking = done(T.TRANSFER_OUT, "2024-01-03", quantity="2")
    giving = done(T.BUY, "2024-01-04", quantity="1", price="5")
    later = done(T.SELL, "2024-01-10", quantity="1", price="5")
    assert misfits([*old, taking, giving, later], [taking, giving, later]) == [taking]


def test_an_adjustment_or_a_split_may_be_what_starves() -> None:
    old = [
        done(T.BUY, "2024-01-02", quantity="4", price="5"),
        done(T.SELL, "2024-01-09", quantity="4", price="5"),
    ]
    adjusted = done(T.ADJUSTMENT, "2024-01-03", quantity="3", price="5")
    assert misfits([*old, adjusted], [adjusted]) == [adjusted]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """An old ledger that adds up, and new entries."""

    def some(kinds: list[T], most: int) -> list[Entry]:
        drawn = draw(
            st.lists(
                st.tuples(st.sampled_from(kinds), st.integers(0, 20), st.integers(1, 5)),
                max_size=most,
            )
        )
        first = date(2024, 1, 1)
        return [
            done(kind, (first + timedelta(days=day)).isoformat(), quantity=str(quantity), price="5")
            for kind, day, quantity in drawn
        ]

    candidates = some([T.BUY, T.SELL, T.ADJUSTMENT], 8)
    unfit = misfits(candidates, candidates)
    old = [entry for entry in candidates if entry not in unfit]
    return old, some([T.BUY, T.SELL, T.TRANSFER_OUT, T.ADJUSTMENT], 8)


@settings(max_examples=200)
@given(ledgers())
def test_without_the_misfits_everything_adds_up(parts: tuple[list[Entry], list[Entry]]) -> None:
    old, new = parts
    refused = misfits([*old, *new], new)
    assert not set(map(id, refused)) & set(map(id, old))
    kept = [entry for entry in [*old, *new] if entry not in refused]
    replay(in_order(kept), Holding.nothing(CostMethod.FIFO))
    if refused:
        # They are not refused for nothing.
        try:
            replay(in_order([*old, *new]), Holding.nothing(CostMethod.FIFO))
        except LedgerError:
            return
        raise AssertionError("The whole ledger adds up.")
