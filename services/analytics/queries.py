"""What analytics reads of its own tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Double, Row, Select, cast, func, or_, select
from sqlalchemy.orm import Session

from services.analytics.models import Asset, LedgerEntry, Portfolio, PriceYear, Split


class PortfolioCard(NamedTuple):
    """What a request needs to know of a portfolio before its ledger."""

    id: int
    owner_id: int
    currency: str
    version: int
    is_deleted: bool


class AssetCard(NamedTuple):
    """What a request needs to know of an asset before its prices."""

    id: int
    symbol: str
    asset_type: str
    currency: str
    owner_id: int | None
    version: int


_PORTFOLIO = (
    Portfolio.id,
    Portfolio.owner_id,
    Portfolio.currency,
    Portfolio.version,
    Portfolio.is_deleted,
)
_ASSET = (
    Asset.id,
    Asset.symbol,
    Asset.asset_type,
    Asset.currency,
    Asset.owner_id,
    Asset.version,
)


def portfolio(session: Session, portfolio_id: int) -> PortfolioCard | None:
    """Return a portfolio, also a deleted one; None where we have never heard of it."""
    row = session.execute(select(*_PORTFOLIO).where(Portfolio.id == portfolio_id)).one_or_none()
    return PortfolioCard(*row) if row else None


def assets(session: Session, asset_ids: Iterable[int]) -> dict[int, AssetCard]:
    """Return those of the assets that we have."""
    return _cards(session, Asset.id.in_(list(asset_ids)))


def currency_pairs(session: Session, symbols: Iterable[str]) -> dict[int, AssetCard]:
    """Return the public CURRENCY assets of these symbols: EURUSD is dollars for one euro."""
    return _cards(
        session,
        Asset.asset_type == "CURRENCY",
        Asset.symbol.in_(list(symbols)),
        Asset.owner_id.is_(None),
        Asset.is_active,
    )


def by_symbol(session: Session, symbol: str, user_id: int) -> AssetCard | None:
    """Return the active asset of a symbol that the user sees; their own before a public one."""
    statement = (
        select(*_ASSET)
        .where(func.upper(Asset.symbol) == symbol.upper(), Asset.is_active)
        .where(or_(Asset.owner_id.is_(None), Asset.owner_id == user_id))
        .order_by(Asset.owner_id.nulls_last(), Asset.id)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return AssetCard(*row) if row else None


def ledger(session: Session, portfolio_id: int) -> Sequence[Row[Any]]:
    """Return the entries of a portfolio, numbers as float64."""
    statement: Select[Any] = (
        select(
            LedgerEntry.position_in_day,
            LedgerEntry.date,
            LedgerEntry.transaction_type,
            LedgerEntry.asset_id,
            cast(LedgerEntry.quantity, Double).label("quantity"),
            cast(LedgerEntry.cash_effect, Double).label("cash_effect"),
            LedgerEntry.ratio,
            LedgerEntry.currency,
            cast(LedgerEntry.exchange_rate, Double).label("exchange_rate"),
        )
        .where(LedgerEntry.portfolio_id == portfolio_id)
        .order_by(LedgerEntry.date, LedgerEntry.position_in_day, LedgerEntry.id)
    )
    return session.execute(statement).all()


def packed_closes(
    session: Session, asset_ids: Iterable[int]
) -> Mapping[int, list[Mapping[str, bytes]]]:
    """Return the packed days and closes of each asset, year by year."""
    statement = (
        select(PriceYear.asset_id, PriceYear.days, PriceYear.close)
        .where(PriceYear.asset_id.in_(list(asset_ids)))
        .order_by(PriceYear.asset_id, PriceYear.year)
    )
    found: defaultdict[int, list[Mapping[str, bytes]]] = defaultdict(list)
    for asset_id, days, close in session.execute(statement):
        found[asset_id].append({"days": days, "close": close})
    return found


def splits(session: Session, asset_ids: Iterable[int]) -> Mapping[int, list[tuple[Any, float]]]:
    """Return (date, ratio) of every split of each asset."""
    statement = select(Split.asset_id, Split.date, Split.ratio).where(
        Split.asset_id.in_(list(asset_ids))
    )
    found: defaultdict[int, list[tuple[Any, float]]] = defaultdict(list)
    for asset_id, day, ratio in session.execute(statement):
        found[asset_id].append((day, ratio))
    return found


def _cards(session: Session, *conditions: ColumnElement[bool]) -> dict[int, AssetCard]:
    rows = session.execute(select(*_ASSET).where(*conditions))
    return {row.id: AssetCard(*row) for row in rows}
