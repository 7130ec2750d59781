"""Which of many new entries do not fit into a ledger that adds up without them."""

from collections.abc import Collection, Mapping, Sequence

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import LedgerError
from services.portfolio.domain.holding import Holding, apply
from shared.finance.entries import ACQUISITIONS, EARNINGS
from shared.finance.lots import CostMethod


def find_misfits(
    entries: Sequence[Entry], method: CostMethod, new: Collection[int]
) -> dict[int, LedgerError]:
    """Return the new entries without which the ledger adds up: id → what is wrong with it.

    A new entry that takes more than is held then is one. Where an old entry takes more than the
    new ones before it leave, all of these that take something are: to look for the fewest would
    replay the ledger for each.

    Args:
        entries: of one asset, in ledger order.
        new: ids of the new ones.
    """
    refused: dict[int, LedgerError] = {}
    holdings: dict[int, Holding] = {}  # places of new entries, in order, and what was held before
    holding, place = Holding.nothing(method), 0
    while place < len(entries):
        entry = entries[place]
        if entry.id in new:
            holdings[place] = holding
        try:
            holding = apply(holding, entry)
        except LedgerError as error:
            takers = [place] if place in holdings else _takers(entries, holdings)
            refused |= {entries[taker].id: error for taker in takers}
            place = takers[0]
            holding = holdings[place]
            holdings = {before: each for before, each in holdings.items() if before < place}
        place += 1
        while place < len(entries) and entries[place].id in refused:
            place += 1
    return refused


def _takers(entries: Sequence[Entry], holdings: Mapping[int, Holding]) -> Sequence[int]:
    """Return the places of the new entries that take something; of all where none does."""
    gives = ACQUISITIONS | EARNINGS
    return [place for place in holdings if entries[place].type not in gives] or list(holdings)
