"""What a change on a day leaves as it was, and what is taken again."""

from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.series import NEVER_YET, Series
from services.analytics.domain.snapshots import Snapshots, retake_snapshots, take_snapshots
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from tests.analytics.domain.build import calendar, day, entry, ledger, series, usd

T = EntryType
LENGTH = 12  # days
KINDS = [T.BUY, T.SELL, T.TRANSFER_IN, T.TRANSFER_OUT, T.ADJUSTMENT, T.SPLIT, T.DEPOSIT, T.FEE]

positions = st.integers(0, LENGTH - 1)
closes = st.dictionaries(positions, st.integers(1, 500), max_size=LENGTH)
rates = st.dictionaries(positions, st.integers(1, 9), min_size=1, max_size=3)
rows = st.tuples(positions, st.sampled_from(KINDS), st.sampled_from([1, 2]), st.integers(1, 20))


def dated(values: dict[int, int]) -> Series:
    days = calendar(LENGTH)
    return Series.of((days[position].item(), float(value)) for position, value in values.items())


def row(order: int, position: int, kind: EntryType, asset: int, number: int) -> Booking:
    when = calendar(LENGTH)[position].item()
    cash = {T.BUY: -5.0, T.SELL: 5.0, T.DEPOSIT: 7.0, T.FEE: -1.0}.get(kind, 0.0) * number
    named = None if kind in {T.DEPOSIT, T.FEE} else asset
    return Booking(order, when, kind, named, number, cash, Fraction(2), "USD", 1.0, 3.0)


def books(
    entries: list[Booking],
    first: dict[int, int],
    second: dict[int, int],
    dollars: dict[int, int] | None = None,
    splits: dict[int, int] | None = None,
) -> Books:
    """The first asset is in dollars, the second in euros, which cost so many dollars."""
    one = Quotes("ONE", "USD", dated(first), dated(splits or {}))
    two = Quotes("TWO", "EUR", dated(second))
    held = Ledger(entries)
    known = {key: {1: one, 2: two}[key] for key in held.assets}
    return Books(held, known, Rates({"EURUSD": dated(dollars or {4: 2})}), "USD")


def all_of(known: Books) -> Snapshots:
    return take_snapshots(value_portfolio(known), known, CostMethod.FIFO)


def joined(before: Snapshots, settled: np.datetime64, after: Snapshots) -> dict[str, Any]:
    """What is stored once the days after ``settled`` are replaced."""
    kept = before.days <= settled
    names = [column.name for column in fields(Snapshots)]
    return {
        name: np.concatenate([getattr(before, name)[kept], getattr(after, name)]) for name in names
    }


def assert_mended(before: Books, after: Books, since: np.datetime64) -> None:
    settled, taken = retake_snapshots(after, CostMethod.FIFO, since)
    whole = all_of(after)
    for name, stored in joined(all_of(before), settled, taken).items():
        np.testing.assert_array_equal(stored, getattr(whole, name), err_msg=name)


@settings(max_examples=150)
@given(st.lists(rows, min_size=1, max_size=8), closes, closes, positions, st.integers(1, 500))
def test_after_a_price_all_days_are_as_if_taken_anew(
    book: list[tuple[int, EntryType, int, int]],
    first: dict[int, int],
    second: dict[int, int],
    position: int,
    price: int,
) -> None:
    entries = [row(order, *found) for order, found in enumerate(book)]
    changed = first | {position: price}
    since = calendar(LENGTH)[position]
    assert_mended(books(entries, first, second), books(entries, changed, second), since)


@settings(max_examples=150)
@given(st.lists(rows, min_size=1, max_size=8), closes, closes, rows)
def test_after_an_entry_all_days_are_as_if_taken_anew(
    book: list[tuple[int, EntryType, int, int]],
    first: dict[int, int],
    second: dict[int, int],
    added: tuple[int, EntryType, int, int],
) -> None:
    entries = [row(order, *found) for order, found in enumerate(book)]
    more = [*entries, row(len(entries), *added)]
    since = calendar(LENGTH)[added[0]]
    assert_mended(books(entries, first, second), books(more, first, second), since)
    assert_mended(books(more, first, second), books(entries, first, second), since)


@settings(max_examples=100)
@given(st.lists(rows, min_size=1, max_size=8), closes, positions, positions)
def test_after_a_split_of_an_asset_all_days_are_as_if_taken_anew(
    book: list[tuple[int, EntryType, int, int]], first: dict[int, int], old: int, new: int
) -> None:
    entries = [row(order, *found) for order, found in enumerate(book)]
    second = dict.fromkeys(range(LENGTH), 10)
    before = books(entries, first, second, splits={old: 2})
    after = books(entries, first, second, splits={old: 2, new: 3})
    assert_mended(before, after, calendar(LENGTH)[new])


@settings(max_examples=100)
@given(st.lists(rows, min_size=1, max_size=8), closes, rates, positions, st.integers(1, 9))
def test_after_a_rate_all_days_are_as_if_taken_anew(
    book: list[tuple[int, EntryType, int, int]],
    second: dict[int, int],
    dollars: dict[int, int],
    position: int,
    rate: int,
) -> None:
    entries = [row(order, *found) for order, found in enumerate(book)]
    first = dict.fromkeys(range(LENGTH), 10)
    changed = dollars | {position: rate}
    before, after = (books(entries, first, second, known) for known in (dollars, changed))
    assert_mended(before, after, calendar(LENGTH)[position])


def test_todays_price_leaves_all_days_before_it() -> None:
    known = Books(
        ledger(entry("2024-01-01", T.BUY, asset=1, quantity=2, cash=-20.0)),
        {1: usd(series("2024-01-01", 10, 11, 12))},
        Rates({}),
        "USD",
    )
    settled, taken = retake_snapshots(known, CostMethod.AVERAGE, day("2024-01-03"))
    assert settled == day("2024-01-02")
    np.testing.assert_array_equal(taken.days, [day("2024-01-03")])
    np.testing.assert_array_equal(taken.values, [24.0])


def test_the_first_price_of_what_was_moved_in_kind_changes_the_flow_of_then() -> None:
    known = Books(
        ledger(
            entry("2024-01-01", T.DEPOSIT, cash=5.0),
            entry("2024-01-01", T.TRANSFER_IN, asset=1, quantity=2),
            entry("2024-01-01", T.BUY, asset=2, quantity=1, cash=-1.0),
        ),
        {1: usd(series("2024-01-03", 12)), 2: usd(series("2024-01-01", 1, 1, 1))},
        Rates({}),
        "USD",
    )
    settled, taken = retake_snapshots(known, CostMethod.AVERAGE, day("2024-01-03"))
    assert settled == NEVER_YET
    np.testing.assert_array_equal(taken.net_flows, [29.0, 0.0, 0.0])  # 5 and 2 × 12


def test_an_entry_after_the_last_price_stays_on_its_own_day() -> None:
    before = Books(
        ledger(
            entry("2024-01-01", T.BUY, asset=1, quantity=2, cash=-20.0),
            entry("2024-01-06", T.BUY, asset=1, quantity=1, cash=-10.0),
        ),
        {1: usd(series("2024-01-01", 10, 10))},
        Rates({}),
        "USD",
    )
    after = before._replace(assets={1: usd(series("2024-01-01", 10, 10, 10, 10, 10, 10))})
    settled, taken = retake_snapshots(after, CostMethod.AVERAGE, day("2024-01-08"))
    assert settled == day("2024-01-07")
    np.testing.assert_array_equal(taken.days, [day("2024-01-08")])
    assert day("2024-01-06") in all_of(before).days
    assert day("2024-01-06") in all_of(after).days
