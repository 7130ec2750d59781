"""Price sources for what an import makes, and the currency pairs that it needs.

The owner of assets searches its sources, which takes seconds and may fail: then the import goes on
without, and says so. It is asked before anything is locked.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.commands.references import Made, Resolution, Unresolved
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from services.portfolio.models import Asset, Portfolio
from services.portfolio.outside.owners import Owners, Proposal, Sought
from shared.client import in_parts
from shared.errors import ServiceError
from shared.files import Note
from shared.finance.days import latest_day
from shared.finance.entries import TRADES
from shared.finance.money import EXACT, MINOR_CURRENCIES, round_to

_AT_ONCE: Final = 20  # about what sources answer in the five seconds of one call
_SHOWN: Final = 10
_PRICE_PLACES: Final = 8
_MOST_PAID: Final = Decimal(10**12)
# Every source of rates has those of the euro.
_EURO: Final = "EUR"

Found = Mapping[Sought, Proposal | None]


class Proposed(NamedTuple):
    """What came of a search.

    Attributes:
        resolution: with who has the prices of what is made, or would be.
        notes: what the sender of the file should know.
    """

    resolution: Resolution
    notes: Sequence[Note] = ()


def propose(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[LedgerRow],
    resolution: Resolution,
    *,
    owners: Owners,
    seconds: float,
) -> Proposed:
    """Return a resolution with data sources for what is not found, and pairs that are missing.

    Args:
        seconds: after which nobody is asked any more.
    """
    sought = _sought(portfolio, rows, resolution)
    pairs = _missing_pairs(session, portfolio, rows, resolution, owners)
    found = _found({*sought.values(), *map(_of_pair, pairs)}, owners, seconds)
    if found is None:
        return Proposed(resolution)
    by_reference = {reference: found.get(it) for reference, it in sought.items()}
    made = [_fed(it, by_reference[it.reference]) for it in resolution.made]
    made += [_fed(it, found[_of_pair(it)]) for it in pairs if found.get(_of_pair(it))]
    unresolved = [_open(it, by_reference.get(it.reference)) for it in resolution.unresolved]
    notes = _notes("new_assets" if resolution.made else "unresolved", sought, found)
    return Proposed(replace(resolution, made=made, unresolved=unresolved), notes)


def _fed(made: Made, proposal: Proposal | None) -> Made:
    return replace(made, **proposal._asdict()) if proposal else made


def _open(missing: Unresolved, proposal: Proposal | None) -> Unresolved:
    if proposal is None:
        return missing
    return replace(missing, data_source=proposal.data_source, data_symbol=proposal.data_symbol)


def _sought(
    portfolio: Portfolio, rows: Sequence[LedgerRow], resolution: Resolution
) -> dict[AssetReference, Sought]:
    """Return what prices are sought of: what is made, or is not found and no one of several."""
    currencies = {
        missing.reference: missing.currency or portfolio.currency
        for missing in resolution.unresolved
        if not missing.doubts
    }
    currencies |= {made.reference: made.currency for made in resolution.made}
    sought = {
        it: Sought(currency, symbol=it.symbol_in_file, isin=it.isin)
        for it, currency in currencies.items()
    }
    paid: dict[Sought, tuple[Decimal, date]] = {}
    for row in sorted(rows, key=lambda row: row.date):
        one = sought.get(row.asset) if row.asset else None
        if one and (price := _paid(row, one.currency)):
            paid[one] = price, row.date
    return {
        it: one._replace(paid=paid[one][0], paid_on=paid[one][1]) if one in paid else one
        for it, one in sought.items()
    }


def _paid(row: LedgerRow, currency: str) -> Decimal | None:
    """Return what one piece has cost in a trade, where that was in the currency of the asset."""
    if row.type not in TRADES or (row.money_currency or currency) != currency:
        return None
    paid = row.price
    if not paid and row.amount and row.quantity:
        paid = EXACT.divide(abs(row.amount), row.quantity)
    paid = round_to(paid, _PRICE_PLACES) if paid else None
    return paid if paid and 0 < paid < _MOST_PAID else None


def _found(sought: Collection[Sought], owners: Owners, seconds: float) -> Found | None:
    """Return who has the prices of what; None where there is no source to ask."""
    found: dict[Sought, Proposal | None] = {}
    until = time.monotonic() + seconds
    asked = sorted(sought, key=repr)  # so that a preview and its import ask the same together
    for some in in_parts(asked, _AT_ONCE):
        if time.monotonic() > until:
            break
        try:
            answered = owners.proposals(some)
        except ServiceError:
            break
        if answered is None:
            return None
        found |= answered
        if len(answered) < len(some):
            break  # a source is slow or down: more would wait for it in vain
    return found


def _notes(field: str, sought: Mapping[AssetReference, Sought], found: Found) -> list[Note]:
    silent = [reference for reference, it in sought.items() if it not in found]
    nobody = [reference for reference, it in sought.items() if found.get(it, it) is None]
    notes = []
    if silent:
        message = (
            f"The price sources have not answered for {_names(silent)}: without an answer nobody is"
            " asked for its prices until PATCH /api/assets/{id}/ says a data_source."
        )
        notes.append(Note(field, "data_source_failed", message))
    if nobody:
        message = (
            f"No price source has {_names(nobody)} in its currency: the prices of its trades count"
            " until others are recorded, or PATCH /api/assets/{id}/ says a data_source."
        )
        notes.append(Note(field, "no_data_source", message))
    return notes


def _names(references: Sequence[AssetReference]) -> str:
    names = [it.symbol_in_file or it.isin or it.name or "" for it in references[:_SHOWN]]
    more = len(references) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _missing_pairs(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[LedgerRow],
    resolution: Resolution,
    owners: Owners,
) -> list[Made]:
    """Return the pairs to make, so that all currencies of an import have a rate to the portfolio's.

    They are pairs of the euro, which every source of rates has; none that the user sees already.
    """
    if not resolution.made:
        return []
    lines = _lines_by_currency(session, rows, resolution)
    today = latest_day(datetime.now(UTC))
    ours = portfolio.currency
    pairs = {(currency, ours) for currency in lines}
    rates = fx.load(session, portfolio.owner_id, pairs, today, today)
    unrated = {currency for currency in lines if rates.find(currency, ours, today) is None}
    needed = {
        currency
        for currency in ({*unrated, ours} if unrated else ())
        if rates.find(_EURO, currency, today) is None
    }
    symbols = [_EURO + currency for currency in sorted(needed)]
    seen = owners.seen_by(portfolio.owner_id, symbols=symbols) if symbols else []
    taken = {asset.symbol for asset in seen} | {made.symbol for made in resolution.made}
    return [
        _made_pair(symbol, lines.get(symbol[3:], ())) for symbol in symbols if symbol not in taken
    ]


def _lines_by_currency(
    session: Session, rows: Iterable[LedgerRow], resolution: Resolution
) -> dict[str, list[int]]:
    """Return which rows need a rate of which currency: that of their money or of their asset."""
    held = select(Asset.id, Asset.currency).where(Asset.id.in_(resolution.ids.values()))
    by_id = {row.id: row.currency for row in session.execute(held)}
    of_assets = {reference: by_id.get(id_) for reference, id_ in resolution.ids.items()}
    of_assets |= {made.reference: made.currency for made in resolution.made}
    lines: dict[str, list[int]] = {}
    for row in rows:
        money = MINOR_CURRENCIES.get(row.money_currency or "", row.money_currency)
        for currency in {money, of_assets.get(row.asset) if row.asset else None}:
            if currency:
                lines.setdefault(currency, []).append(row.line)
    return lines


def _made_pair(symbol: str, lines: Sequence[int]) -> Made:
    near, far = symbol[:3], symbol[3:]
    reference = AssetReference(symbol=symbol, currency=far)
    return Made(reference, None, symbol, f"{near}/{far}", far, None, lines)


def _of_pair(pair: Made) -> Sought:
    return Sought(pair.currency, symbol=pair.symbol, is_pair=True)
