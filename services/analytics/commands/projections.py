"""What analytics keeps of what others own. Commands never commit.

Every aggregate has the sequence of the last event that it contains, and never moves back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.analytics.commands.marks import (
    EVERYTHING,
    mark_entry,
    mark_holders,
    mark_portfolio,
)
from services.analytics.domain.packing import COLUMNS, History, PriceDay
from services.analytics.models import Asset, LedgerEntry, Portfolio, PriceYear, Split
from services.analytics.owners import AssetSnapshot, Card, PortfolioSnapshot
from shared.finance.splits import parse_ratio

Kept = Portfolio | Asset

_ENTRY: Final = (
    "id",
    "date",
    "position_in_day",
    "transaction_type",
    "quantity",
    "price",
    "fees",
    "taxes",
    "cash_effect",
    "currency",
    "exchange_rate",
    "ratio",
)


def lock_sequence(session: Session, table: type[Kept], row_id: int) -> int:
    """Lock an aggregate and return the sequence we have of it; 0 is none."""
    # A weaker lock than FOR UPDATE, which would wait for whoever stores a snapshot of it.
    statement = select(table.sequence).where(table.id == row_id).with_for_update(key_share=True)
    return session.scalar(statement) or 0


def put_portfolio(session: Session, sequence: int, card: Card) -> bool:
    """Store a portfolio's card unless ours is newer; return whether it was stored."""
    values = {
        "owner_id": card["owner"],
        "name": card["name"],
        "currency": card["currency"],
        "cost_basis_method": card["cost_basis_method"],
        "sequence": sequence,
        "is_deleted": False,
    }
    stored = _put(session, Portfolio, card["id"], values)
    if stored:
        mark_portfolio(session, card["id"])
    return stored


def adopt_portfolio(session: Session, snapshot: PortfolioSnapshot) -> None:
    """Replace what we have of a portfolio by all its owner says, unless ours is newer."""
    if not put_portfolio(session, snapshot.sequence, snapshot.card):
        return
    portfolio_id = snapshot.card["id"]
    session.execute(delete(LedgerEntry).where(LedgerEntry.portfolio_id == portfolio_id))
    if rows := [_entry(transaction) for transaction in snapshot.transactions]:
        session.execute(insert(LedgerEntry), rows)


def forget_portfolio(session: Session, portfolio_id: int, sequence: int) -> None:
    """Let a deleted portfolio, even one we never heard of, be its number and sequence alone.

    User 0 is nobody.
    """
    blank = dict.fromkeys(("name", "currency", "cost_basis_method"), "")
    nothing = {**blank, "owner_id": 0, "sequence": sequence, "is_deleted": True}
    if _put(session, Portfolio, portfolio_id, nothing):
        session.execute(delete(LedgerEntry).where(LedgerEntry.portfolio_id == portfolio_id))
        mark_portfolio(session, portfolio_id)


def put_entry(session: Session, sequence: int, transaction: Card) -> None:
    """Store one entry of the ledger, new or changed."""
    row = _entry(transaction)
    mark_entry(session, row["id"])
    session.execute(
        upsert(LedgerEntry).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
    )
    mark_entry(session, row["id"])
    _advance(session, transaction["portfolio"], sequence)


def delete_entry(session: Session, sequence: int, transaction: Card) -> None:
    """Take one entry out of the ledger."""
    mark_entry(session, transaction["id"])
    session.execute(delete(LedgerEntry).where(LedgerEntry.id == transaction["id"]))
    _advance(session, transaction["portfolio"], sequence)


def change_asset(session: Session, sequence: int, card: Card) -> None:
    """Store an asset's card; what rests on it, by its old symbol or the new one, is marked."""
    mark_holders(session, card["id"])
    _put_asset(session, sequence, card)
    mark_holders(session, card["id"])


def adopt_asset(session: Session, snapshot: AssetSnapshot, since: date = EVERYTHING) -> None:
    """Replace what we have of an asset by all its owner says, unless ours is newer.

    Args:
        since: the first day on which its prices may be others than ours.
    """
    if not _put_asset(session, snapshot.sequence, snapshot.card):
        return
    asset_id = snapshot.card["id"]
    session.execute(delete(PriceYear).where(PriceYear.asset_id == asset_id))
    session.execute(delete(Split).where(Split.asset_id == asset_id))
    if years := [_year(asset_id, *packed) for packed in snapshot.history.pack()]:
        session.execute(insert(PriceYear), years)
    if splits := list(_splits(asset_id, snapshot.splits)):
        session.execute(insert(Split), splits)
    mark_holders(session, asset_id, since)


def put_price(session: Session, sequence: int, card: Card, price: PriceDay) -> None:
    """Store an asset's card, whose row that locks, and its price of one day."""
    asset_id = card["id"]
    _put_asset(session, sequence, card)
    [changed] = History.unpack(_packed(session, asset_id, price.date.year)).with_day(price).pack()
    row = _year(asset_id, *changed)
    session.execute(
        upsert(PriceYear)
        .values(row)
        .on_conflict_do_update(index_elements=["asset_id", "year"], set_=row)
    )
    mark_holders(session, asset_id, price.date)


def forget_asset(session: Session, asset_id: int) -> None:
    """Delete what we have of an asset that its owner no longer knows."""
    mark_holders(session, asset_id)
    session.execute(delete(Asset).where(Asset.id == asset_id))


def _put_asset(session: Session, sequence: int, card: Card) -> bool:
    names = ("symbol", "name", "asset_type", "currency", "sector", "country", "is_active")
    values = {name: card[name] for name in names}
    return _put(
        session, Asset, card["id"], values | {"owner_id": card["owner"], "sequence": sequence}
    )


def _put(session: Session, table: type[Kept], row_id: int, values: Mapping[str, Any]) -> bool:
    statement = (
        upsert(table)
        .values(id=row_id, **values)
        .on_conflict_do_update(
            index_elements=["id"], set_=values, where=table.sequence <= values["sequence"]
        )
        .returning(table.id)
    )
    return session.scalar(statement) is not None


def _advance(session: Session, portfolio_id: int, sequence: int) -> None:
    session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(sequence=sequence))


def _entry(transaction: Card) -> dict[str, Any]:
    row = {name: transaction[name] for name in _ENTRY}
    return row | {
        "portfolio_id": transaction["portfolio"],
        "asset_id": transaction["asset"],
    }


def _packed(session: Session, asset_id: int, year: int) -> Sequence[Mapping[str, Any]]:
    columns = [getattr(PriceYear, name) for name in ("days", *COLUMNS)]
    statement = select(*columns).where(PriceYear.asset_id == asset_id, PriceYear.year == year)
    return [dict(row) for row in session.execute(statement).mappings()]


def _year(asset_id: int, year: int, columns: Mapping[str, bytes | None]) -> dict[str, Any]:
    return {"asset_id": asset_id, "year": year, **columns}


def _splits(asset_id: int, splits: Mapping[date, str]) -> Iterable[dict[str, Any]]:
    for day, ratio in splits.items():
        yield {"asset_id": asset_id, "date": day, "ratio": float(parse_ratio(ratio))}
