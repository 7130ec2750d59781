"""Which of many new entries do not fit into a ledger that adds up without them."""

from collections.abc import Collection, Sequence

from services.portfolio.domain.entries import ACQUISITIONS, EARNINGS, Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.holding import Holding, apply
from services.portfolio.domain.lots import Method


def find_misfits(
    entries: Sequence[Entry], method: Method, new: Collection[int]
) -> dict[int, LedgerError]:
    """Return the new entries without which the ledger adds up: id → what is wrong with it.

    A new entry that takes more than is held then is one. Where an old entry takes more than the
    new ones before it leave, all of these that take something are.

    Args:
        entries: of one asset, in ledger order.
        new: ids of the new ones.
    """
    refused: dict[int, LedgerError] = {}
    held_before: dict[int, Holding] = {}  # by place, of every new entry so far
    holding, place = Holding(), 0
    while place < len(entries):
        entry = entries[place]
        if entry.id in new:
            held_before[place] = holding
        try:
            holding = holding if entry.id in refused else apply(holding, entry, method)
        except LedgerError as error:
            culprits = [place] if entry.id in new else _takers(entries, held_before, refused)
            refused |= {entries[culprit].id: error for culprit in culprits}
            place = culprits[0]
            holding = held_before[place]
        place += 1
    return refused


def _takers(
    entries: Sequence[Entry], places: Collection[int], refused: Collection[int]
) -> Sequence[int]:
    """Return the places of new entries that may be at fault, in order: at best those that take."""
    kept = [place for place in places if entries[place].id not in refused]
    gives = ACQUISITIONS | EARNINGS
    return [place for place in kept if entries[place].type not in gives] or kept
