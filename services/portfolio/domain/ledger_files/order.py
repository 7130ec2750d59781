"""The order in which the rows of a file are created: a ledger rests on what came first.

By day, and there by the file's own places; else by the time of day (midnight is none), else as the
file stands where it is sorted by date, reversed where the newest comes first. Acquisitions come
first where it is not sorted, or where its order would take what is not held. An ADJUSTMENT says
what is held at the end of its day.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Protocol

from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.finance.entries import DISPOSALS, EntryType, quantity_after
from shared.finance.money import ZERO


class Move(Protocol):
    """What moves the quantity held: an entry of a ledger, or the row of a file."""

    @property
    def date(self) -> datetime.date: ...  # noqa: D102
    @property
    def type(self) -> EntryType: ...  # noqa: D102
    @property
    def quantity(self) -> Decimal | None: ...  # noqa: D102
    @property
    def ratio(self) -> Fraction | None: ...  # noqa: D102


def in_order(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Return the rows of a file in the order in which they are to be created."""
    days = [row.date for row in rows]
    if len(set(days)) > 1 and all(one >= other for one, other in pairwise(days)):
        rows = rows[::-1]
    is_sorted = all(one.date <= other.date for one, other in pairwise(rows))
    by_day = groupby(sorted(rows, key=lambda row: row.date), key=lambda row: row.date)
    return [row for _, of_day in by_day for row in _of_day(list(of_day), is_sorted)]


def holding_enough(
    rows: Sequence[LedgerRow],
    assets: Sequence[int | None],
    ledger: Mapping[int, Sequence[Move]],
) -> list[int]:
    """Return the places of rows in an order that takes nothing that is not held, if there is one.

    Where the rows of an asset on a day would take more than is held, its acquisitions go first.
    Rows to which their file gives a place keep it.

    Args:
        rows: in the order of `in_order`.
        assets: of each row.
        ledger: what there is of each asset already, in ledger order.
    """
    order = list(range(len(rows)))
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, asset in enumerate(assets):
        if asset is not None:
            places[asset].append(place)
    for asset, of_asset in places.items():
        _put_right(rows, of_asset, ledger.get(asset, ()), order)
    return order


def _put_right(
    rows: Sequence[LedgerRow], places: Sequence[int], before: Sequence[Move], order: list[int]
) -> None:
    """Reorder the rows of one asset where their order would take what is not held."""
    entries = iter(before)
    entry = next(entries, None)
    held = ZERO
    for day, of_day in groupby(places, key=lambda place: rows[place].date):
        there: list[Move] = []
        while entry is not None and entry.date <= day:
            there.append(entry)
            entry = next(entries, None)
        earlier = [move for move in there if move.date < day]
        held, _ = _after(held, earlier)
        slots = list(of_day)
        of_ledger = [move for move in there if move.date == day]
        after, is_short = _after(held, [*of_ledger, *(rows[slot] for slot in slots)])
        if is_short and all(rows[slot].position_in_day is None for slot in slots):
            better = sorted(slots, key=lambda slot: _acquisitions_first(rows[slot]))
            for slot, source in zip(slots, better, strict=True):
                order[slot] = source
            after, _ = _after(held, [*of_ledger, *(rows[slot] for slot in better)])
        held = after


def _after(held: Decimal, moves: Iterable[Move]) -> tuple[Decimal, bool]:
    """Return what is held after the moves of a ledger, and whether one takes more than there is."""
    is_short = False
    for move in sorted(moves, key=lambda move: (move.date, move.type != EntryType.SPLIT)):
        held = quantity_after(held, move.type, move.quantity, move.ratio)
        is_short = is_short or held < 0
    return held, is_short


def _of_day(rows: list[LedgerRow], is_sorted: bool) -> list[LedgerRow]:
    if any(row.position_in_day is not None for row in rows):
        return sorted(rows, key=lambda row: (row.position_in_day or 0, row.type in DISPOSALS))
    times = [row.time for row in rows if row.time]
    if not is_sorted:
        rows = sorted(rows, key=_acquisitions_first)
    if times and not (is_sorted and times == sorted(times)):
        rows = sorted(rows, key=lambda row: row.time or datetime.time.min)
    return sorted(rows, key=lambda row: row.type is EntryType.ADJUSTMENT)


def _acquisitions_first(row: LedgerRow) -> tuple[bool, bool]:
    return row.type is EntryType.ADJUSTMENT, row.type in DISPOSALS
