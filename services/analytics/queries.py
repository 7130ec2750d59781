"""What analytics reads of its own tables."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Numeric,
    Text,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.analytics.domain.packing import PIECE
from services.analytics.models import (
    Asset,
    LastValuation,
    LedgerEntry,
    Portfolio,
    PriceYear,
    RevaluationMark,
    Snapshot,
    Split,
)
from shared.db import Database, Query
from shared.errors import NotFound
from shared.finance.figures import LONGEST_WINDOW
from shared.finance.pairs import pair_ids
from shared.http import AnyRow, AnySelect, Listing


class PortfolioRow(NamedTuple):
    """What a request needs to know of a portfolio before its ledger."""

    id: int
    owner_id: int
    currency: str
    cost_basis_method: str
    sequence: int
    is_behind: bool

    @property
    def is_gone(self) -> bool:
        """Whether its owner has deleted it: nobody's user number is 0."""
        return self.owner_id == 0


class AssetRow(NamedTuple):
    """What a request needs to know of an asset before its prices."""

    id: int
    symbol: str
    name: str
    asset_type: str
    currency: str
    sector: str | None
    country: str | None
    owner_id: int | None
    sequence: int


_PORTFOLIO = (
    Portfolio.id,
    Portfolio.owner_id,
    Portfolio.currency,
    Portfolio.cost_basis_method,
    Portfolio.sequence,
    Portfolio.is_behind,
)
_ASSET = (
    Asset.id,
    Asset.symbol,
    Asset.name,
    Asset.asset_type,
    Asset.currency,
    Asset.sector,
    Asset.country,
    Asset.owner_id,
    Asset.sequence,
)


# The id of a snapshot says whose it is and which day's, so it stays when all are made again.
_FIRST_DAY: Final = date(1900, 1, 1)
_DAYS: Final = 2**17  # up to the year 2258
_SNAPSHOT_ID: Final = Snapshot.portfolio_id * _DAYS + cast(Snapshot.date - _FIRST_DAY, BigInteger)


def _decimal(column: InstrumentedAttribute[float | None]) -> ColumnElement[Any]:
    """Return the shortest decimal that names a float, as its text does."""
    return cast(cast(column, Text), Numeric)


_COST: Final = _decimal(Snapshot.total_cost_basis)
# What is held is worth more than it cost; cash is no return.
_TOTAL_RETURN: Final = _decimal(Snapshot.total_value) - _decimal(Snapshot.cash_balance) - _COST
_SNAPSHOT: Final = (
    _SNAPSHOT_ID.label("id"),
    Snapshot.portfolio_id.label("portfolio"),
    Snapshot.date,
    Snapshot.total_value,
    Snapshot.total_cost_basis,
    Snapshot.cash_balance,
    Snapshot.net_flow,
    _TOTAL_RETURN.label("total_return"),
    case((Snapshot.total_cost_basis > 0, _TOTAL_RETURN / _COST)).label("total_return_ratio"),
    Snapshot.position_count,
    Snapshot.created,
    Portfolio.currency,
)
SNAPSHOT_ORDERINGS: Final[Mapping[str, InstrumentedAttribute[Any]]] = {
    "date": Snapshot.date,
    "portfolio": Snapshot.portfolio_id,
    "total_value": Snapshot.total_value,
}
_SNAPSHOT_FILTERS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "portfolio_id": lambda value: Snapshot.portfolio_id == value,
    "start_date": lambda value: Snapshot.date >= value,
    "end_date": lambda value: Snapshot.date <= value,
}


_ONE_PORTFOLIO: Final = Query(select(*_PORTFOLIO).where(Portfolio.id == bindparam("id")))
_ASSETS: Final = Query(
    select(*_ASSET).where(Asset.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
_PAIRS: Final = Query(
    select(*_ASSET).where(
        Asset.id.in_(
            pair_ids(
                Asset,
                bindparam("symbols", type_=ARRAY(Text)),
                bindparam("user", type_=BigInteger),
            )
        )
    )
)
# Asked several times a second; most of the time nothing waits.
APPRAISAL_WAITS: Final = Query(
    select(
        or_(
            exists(select(RevaluationMark.id)),
            exists(
                select(LastValuation.portfolio_id).where(LastValuation.measure_after <= func.now())
            ),
        ).label("waits")
    )
)
ANY_BEHIND: Final = Query(
    select(exists(select(Portfolio.id).where(Portfolio.is_behind)).label("waits"))
)
_UPPER: Final = func.upper(Asset.symbol)
_MEANT: Final = Query(
    select(*_ASSET)
    .ext(distinct_on(_UPPER))
    .where(any_(bindparam("symbols", type_=ARRAY(Text))) == _UPPER, Asset.is_active)
    .where(or_(Asset.owner_id.is_(None), Asset.owner_id == bindparam("user")))
    .order_by(_UPPER, Asset.owner_id.nulls_last(), Asset.id)
)


def portfolio(database: Database, portfolio_id: int) -> PortfolioRow | None:
    """Return a portfolio; a deleted one is nobody's, None is one that we never heard of."""
    rows = database.read(_ONE_PORTFOLIO, {"id": portfolio_id})
    return PortfolioRow(*rows[0]) if rows else None


def assets(database: Database, asset_ids: Iterable[int]) -> dict[int, AssetRow]:
    """Return those of the assets that we have."""
    return _by_id(database.read(_ASSETS, {"ids": list(asset_ids)}))


def currency_pairs(
    database: Database, symbols: Collection[str], user_id: int
) -> dict[int, AssetRow]:
    """Return the pairs of these symbols by whose closes a user's money is converted.

    Of one symbol there may be two, their own and the public one: see `shared.finance.pairs`.
    """
    return _by_id(database.read(_PAIRS, {"symbols": list(symbols), "user": user_id}))


def public_assets(session: Session) -> dict[int, AssetRow]:
    """Return the active assets that everybody sees."""
    statement = select(*_ASSET).where(Asset.owner_id.is_(None), Asset.is_active)
    return _by_id(session.execute(statement).all())


def meant_by(database: Database, symbols: Iterable[str], user_id: int) -> dict[str, AssetRow]:
    """Return the active asset that the user means by each symbol, by symbol in upper case.

    Of equal symbols their own goes before a public one; one that is no asset is left out.
    """
    wanted = {"symbols": [each.upper() for each in symbols], "user": user_id}
    return {row.symbol.upper(): AssetRow(*row) for row in database.read(_MEANT, wanted)}


def ledger(session: Session, portfolio_id: int) -> Sequence[AnyRow]:
    """Return the entries of a portfolio."""
    statement = (
        select(
            LedgerEntry.position_in_day,
            LedgerEntry.date,
            LedgerEntry.transaction_type,
            LedgerEntry.asset_id,
            LedgerEntry.quantity,
            LedgerEntry.price,
            LedgerEntry.cash_effect,
            LedgerEntry.ratio,
            LedgerEntry.currency,
            LedgerEntry.exchange_rate,
        )
        .where(LedgerEntry.portfolio_id == portfolio_id)
        .order_by(LedgerEntry.date, LedgerEntry.position_in_day, LedgerEntry.id)
    )
    return session.execute(statement).all()


def packed_closes(
    session: Session, asset_ids: Iterable[int]
) -> Mapping[int, list[Mapping[str, bytes | None]]]:
    """Return the packed days, closes and days of trades of each asset, year by year."""
    statement = (
        select(PriceYear.asset_id, PriceYear.days, PriceYear.close, PriceYear.trade_days)
        .where(PriceYear.asset_id.in_(list(asset_ids)))
        .order_by(PriceYear.asset_id, PriceYear.year)
    )
    pieces: defaultdict[int, list[Mapping[str, bytes | None]]] = defaultdict(list)
    for asset_id, days, close, trade_days in session.execute(statement):
        pieces[asset_id].append({"days": days, "close": close, "trade_days": trade_days})
    return pieces


def packed_prices(session: Session, asset_id: int) -> list[Mapping[str, bytes | None]]:
    """Return the packed days and all columns of an asset, year by year."""
    columns = [getattr(PriceYear, name) for name in PIECE]
    statement = select(*columns).where(PriceYear.asset_id == asset_id).order_by(PriceYear.year)
    return [dict(row) for row in session.execute(statement).mappings()]


def packed_last_closes(session: Session) -> Mapping[int, list[Mapping[str, bytes]]]:
    """Return the packed last two days and closes of every asset that everybody sees.

    They lie in the last two years that have prices; of each no more than its end is read.
    """
    recent = (
        select(PriceYear.year, _end(PriceYear.days, 8), _end(PriceYear.close, 16))
        .where(PriceYear.asset_id == Asset.id)
        .order_by(PriceYear.year.desc())
        .limit(2)
        .lateral("recent")
    )
    statement = (
        select(Asset.id, recent.c.days, recent.c.close)
        .join(recent, true())
        .where(Asset.owner_id.is_(None), Asset.is_active)
        .order_by(Asset.id, recent.c.year)
    )
    pieces: defaultdict[int, list[Mapping[str, bytes]]] = defaultdict(list)
    for asset_id, days, close in session.execute(statement):
        pieces[asset_id].append({"days": days, "close": close})
    return pieces


def _end(column: InstrumentedAttribute[bytes], length: int) -> ColumnElement[bytes]:
    start = func.greatest(func.octet_length(column) - (length - 1), 1)
    return func.substr(column, start, type_=LargeBinary).label(column.key)


def splits(session: Session, asset_ids: Iterable[int]) -> Mapping[int, list[tuple[date, float]]]:
    """Return (date, ratio) of every split of each asset."""
    statement = select(Split.asset_id, Split.date, Split.ratio).where(
        Split.asset_id.in_(list(asset_ids))
    )
    ratios: defaultdict[int, list[tuple[date, float]]] = defaultdict(list)
    for asset_id, day, ratio in session.execute(statement):
        ratios[asset_id].append((day, ratio))
    return ratios


def snapshots(owner_id: int, *, ordering: tuple[str, bool], **filters: Any) -> Listing:
    """Return the snapshots of a user's portfolios.

    Args:
        ordering: one of `SNAPSHOT_ORDERINGS`, and whether it descends.
        filters: of `_SNAPSHOT_FILTERS`.
    """
    name, descending = ordering
    chosen, *others = (
        column.desc() if descending else column.asc()
        for column in (SNAPSHOT_ORDERINGS[name], Snapshot.date, Snapshot.portfolio_id)
    )
    conditions = (_SNAPSHOT_FILTERS[name](value) for name, value in filters.items())
    statement = _snapshots(Portfolio.owner_id == owner_id, *conditions)
    return Listing(statement.order_by(chosen.nulls_last(), *others), lambda _, rows: rows)


def snapshot(session: Session, snapshot_id: int, owner_id: int) -> AnyRow:
    """Return one snapshot.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    portfolio_id, days = divmod(snapshot_id, _DAYS)
    day = _FIRST_DAY + timedelta(days=days)
    mine = Portfolio.owner_id == owner_id
    one = _snapshots(mine, Snapshot.portfolio_id == portfolio_id, Snapshot.date == day)
    row = session.execute(one).one_or_none()
    if row is None:
        raise NotFound.of("snapshot")
    return row


def newest_snapshot(session: Session, portfolio_id: int) -> AnyRow | None:
    """Return the last day of a portfolio; None too where it was deleted meanwhile."""
    days = _snapshots(Snapshot.portfolio_id == portfolio_id, ~Portfolio.is_deleted)
    return session.execute(days.order_by(Snapshot.date.desc()).limit(1)).one_or_none()


def closes(session: Session, portfolio_id: int, before: date) -> tuple[str, Sequence[float | None]]:
    """Return a portfolio's currency and its last values of days `before` one, newest first.

    Raises:
        NotFound: there is none.
    """
    kept = select(Portfolio.currency).where(Portfolio.id == portfolio_id, ~Portfolio.is_deleted)
    currency = session.scalar(kept)
    if currency is None:
        raise NotFound.of("portfolio")
    days = select(Snapshot.total_value).where(
        Snapshot.portfolio_id == portfolio_id, Snapshot.date < before
    )
    return currency, session.scalars(
        days.order_by(Snapshot.date.desc()).limit(LONGEST_WINDOW)
    ).all()


def _snapshots(*conditions: ColumnElement[bool]) -> AnySelect:
    whose = Portfolio.id == Snapshot.portfolio_id
    return select(*_SNAPSHOT).join(Portfolio, whose).where(*conditions)


def _by_id(rows: Iterable[Any]) -> dict[int, AssetRow]:
    return {row.id: AssetRow(*row) for row in rows}
