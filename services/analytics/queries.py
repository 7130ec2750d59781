"""What analytics reads of its own tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnExpressionArgument, Double, cast, func, or_, select
from sqlalchemy.orm import Session

from services.analytics.models import Asset, LedgerEntry, Portfolio, PriceYear, Split
from shared.http import AnyRow


class PortfolioCard(NamedTuple):
    """What a request needs to know of a portfolio before its ledger."""

    id: int
    owner_id: int
    currency: str
    cost_basis_method: str
    version: int


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
    Portfolio.cost_basis_method,
    Portfolio.version,
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
    """Return a portfolio; a deleted one is nobody's, None is one that we never heard of."""
    row = session.execute(select(*_PORTFOLIO).where(Portfolio.id == portfolio_id)).one_or_none()
    return PortfolioCard(*row) if row else None


def portfolio_versions(session: Session) -> dict[int, int]:
    """Return the version of every portfolio that is not deleted, by id."""
    rows = session.execute(
        select(Portfolio.id, Portfolio.version).where(Portfolio.is_deleted.is_(False))
    )
    return {row.id: row.version for row in rows}


def asset_ids(session: Session) -> set[int]:
    """Return the ids of all assets."""
    return set(session.scalars(select(Asset.id)))


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


def by_symbols(session: Session, symbols: Sequence[str], user_id: int) -> AssetCard | None:
    """Return the active asset of the first of these symbols that the user sees one of.

    Of equal symbols their own goes before a public one.
    """
    wanted = [symbol.upper() for symbol in symbols]
    symbol = func.upper(Asset.symbol)
    statement = (
        select(*_ASSET)
        .where(symbol.in_(wanted), Asset.is_active)
        .where(or_(Asset.owner_id.is_(None), Asset.owner_id == user_id))
        .order_by(func.array_position(wanted, symbol), Asset.owner_id.nulls_last(), Asset.id)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return AssetCard(*row) if row else None


def ledger(session: Session, portfolio_id: int) -> Sequence[AnyRow]:
    """Return the entries of a portfolio, numbers as float64."""
    statement = (
        select(
            LedgerEntry.position_in_day,
            LedgerEntry.date,
            LedgerEntry.transaction_type,
            LedgerEntry.asset_id,
            cast(LedgerEntry.quantity, Double).label("quantity"),
            cast(LedgerEntry.price, Double).label("price"),
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


def splits(session: Session, asset_ids: Iterable[int]) -> Mapping[int, list[tuple[date, float]]]:
    """Return (date, ratio) of every split of each asset."""
    statement = select(Split.asset_id, Split.date, Split.ratio).where(
        Split.asset_id.in_(list(asset_ids))
    )
    found: defaultdict[int, list[tuple[date, float]]] = defaultdict(list)
    for asset_id, day, ratio in session.execute(statement):
        found[asset_id].append((day, ratio))
    return found


def _cards(session: Session, *conditions: ColumnExpressionArgument[bool]) -> dict[int, AssetCard]:
    rows = session.execute(select(*_ASSET).where(*conditions))
    return {row.id: AssetCard(*row) for row in rows}
