"""What analytics keeps of what others own. Commands never commit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.analytics.commands.marks import (
    BELL,
    EVERYTHING,
    keep_prices_apart,
    mark_entry,
    mark_holders,
    mark_portfolio,
)
from services.analytics.domain.packing import PIECE, History, PriceDay
from services.analytics.models import Asset, LedgerEntry, Portfolio, PriceYear, Split
from services.analytics.outside.owners import AssetSnapshot, PortfolioSnapshot
from shared.db import Query, copy_in, execute, pipelined, ring
from shared.events import cards
from shared.finance.splits import parse_ratio
from shared.replica import put, row_of

_NAMES: Final = ", ".join(cards.Entry._fields)
_PARAMETERS: Final = ", ".join(f":{name}" for name in cards.Entry._fields)
_CHANGES: Final = ", ".join(f"{name} = excluded.{name}" for name in cards.Entry._fields)
# Marked from the day that the entry had, if it was there, and from the one that it has.
_PUT_ENTRY: Final = Query(
    text(
        f"""
        WITH before AS (
            SELECT portfolio_id, date FROM ledger_entries WHERE id = :id
        ), stored AS (
            INSERT INTO ledger_entries ({_NAMES}) VALUES ({_PARAMETERS})
            ON CONFLICT (id) DO UPDATE SET {_CHANGES}
            RETURNING portfolio_id, date
        )
        INSERT INTO revaluation_marks (portfolio_id, since)
        SELECT portfolio_id, date FROM before UNION ALL SELECT portfolio_id, date FROM stored
        """  # noqa: S608 - the names are our own  # nosec B608
    )
)
_ADVANCE: Final = Query(
    update(Portfolio).where(Portfolio.id == bindparam("portfolio")), ("sequence",)
)


def put_portfolio(session: Session, snapshot: PortfolioSnapshot) -> bool:
    """Store a portfolio without its ledger unless ours is newer; return whether it was stored."""
    stored = put_card(session, snapshot)
    if stored:
        mark_portfolio(session, snapshot.card.id)
    return stored


def put_card(session: Session, snapshot: PortfolioSnapshot) -> bool:
    """Store what a portfolio is, unless ours is newer; return whether it was stored."""
    return put(session, Portfolio, row_of(Portfolio, snapshot) | {"is_deleted": False})


def replace_entries(session: Session, snapshot: PortfolioSnapshot) -> None:
    """Store the ledger that its owner has in the place of ours."""
    session.execute(delete(LedgerEntry).where(LedgerEntry.portfolio_id == snapshot.card.id))
    copy_in(session, LedgerEntry.__tablename__, cards.Entry._fields, snapshot.entries)


def adopt_portfolio(session: Session, snapshot: PortfolioSnapshot) -> None:
    """Replace what we have of a portfolio by all its owner says, unless ours is newer."""
    if put_card(session, snapshot):
        replace_entries(session, snapshot)
        mark_portfolio(session, snapshot.card.id)


def forget_portfolio(session: Session, portfolio_id: int, sequence: int) -> None:
    """Let a deleted portfolio, even one we never heard of, be its number and sequence alone.

    User 0 is nobody.
    """
    blank = dict.fromkeys(("name", "currency", "cost_basis_method"), "")
    nothing = {**blank, "owner_id": 0, "sequence": sequence, "is_deleted": True, "is_behind": False}
    if put(session, Portfolio, {"id": portfolio_id, **nothing}):
        session.execute(delete(LedgerEntry).where(LedgerEntry.portfolio_id == portfolio_id))
        mark_portfolio(session, portfolio_id)


def put_entries(
    session: Session, entries: Sequence[cards.Entry], sequences: Mapping[int, int]
) -> None:
    """Store entries of ledgers, new or changed.

    Args:
        sequences: by portfolio, of the last event on each.
    """
    with pipelined(session):
        keep_prices_apart(session)
        execute(session, _PUT_ENTRY, *(entry._asdict() for entry in entries))
        rows = [{"portfolio": key, "sequence": number} for key, number in sequences.items()]
        execute(session, _ADVANCE, *rows)
    ring(session, BELL)


def delete_entry(session: Session, sequence: int, entry: cards.Entry) -> None:
    """Take one entry out of the ledger."""
    mark_entry(session, entry.id)
    session.execute(delete(LedgerEntry).where(LedgerEntry.id == entry.id))
    _advance(session, entry.portfolio_id, sequence)


def change_asset(session: Session, snapshot: AssetSnapshot) -> None:
    """Store an asset's card; what rests on it, by its old symbol or the new one, is marked."""
    mark_holders(session, snapshot.card.id)
    put(session, Asset, row_of(Asset, snapshot))
    mark_holders(session, snapshot.card.id)


def adopt_asset(session: Session, snapshot: AssetSnapshot, since: date = EVERYTHING) -> None:
    """Replace what we have of an asset by all its owner says, unless ours is newer.

    Args:
        since: the first day on which its prices may be others than ours.
    """
    if not put(session, Asset, row_of(Asset, snapshot)):
        return
    asset_id = snapshot.card.id
    session.execute(delete(PriceYear).where(PriceYear.asset_id == asset_id))
    session.execute(delete(Split).where(Split.asset_id == asset_id))
    if years := [_year(asset_id, *packed) for packed in snapshot.history.pack()]:
        session.execute(insert(PriceYear), years)
    if splits := list(_splits(asset_id, snapshot.splits)):
        session.execute(insert(Split), splits)
    mark_holders(session, asset_id, since)


def put_price(session: Session, snapshot: AssetSnapshot, price: PriceDay) -> None:
    """Store an asset's card, whose row that locks, and its price of one day."""
    asset_id = snapshot.card.id
    put(session, Asset, row_of(Asset, snapshot))
    [changed] = History.unpack(_packed(session, asset_id, price.date.year)).with_day(price).pack()
    row = _year(asset_id, *changed)
    session.execute(
        upsert(PriceYear)
        .values(row)
        .on_conflict_do_update(index_elements=["asset_id", "year"], set_=row)
    )
    mark_holders(session, asset_id, price.date)


def forget_asset(session: Session, asset_id: int, sequence: int) -> None:
    """Delete what we have of an asset that its owner no longer knows.

    Args:
        sequence: which we had of it when its owner did not know it; a newer one stays.
    """
    mark_holders(session, asset_id)
    session.execute(delete(Asset).where(Asset.id == asset_id, Asset.sequence <= sequence))


def _advance(session: Session, portfolio_id: int, sequence: int) -> None:
    session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(sequence=sequence))


def _packed(session: Session, asset_id: int, year: int) -> Sequence[Mapping[str, Any]]:
    columns = [getattr(PriceYear, name) for name in PIECE]
    statement = select(*columns).where(PriceYear.asset_id == asset_id, PriceYear.year == year)
    return [dict(row) for row in session.execute(statement).mappings()]


def _year(asset_id: int, year: int, columns: Mapping[str, bytes | None]) -> dict[str, Any]:
    return {"asset_id": asset_id, "year": year, **columns}


def _splits(asset_id: int, splits: Mapping[date, str]) -> Iterable[dict[str, Any]]:
    for day, ratio in splits.items():
        yield {"asset_id": asset_id, "date": day, "ratio": float(parse_ratio(ratio))}
