"""Portfolios as the public API answers them.

No history is read: a page of portfolios is one statement for the rows and a fixed number for what
they add up to.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.domain.totals import Sums, Totals, totals
from services.portfolio.models import Asset, Portfolio, Position, account_of_row
from services.portfolio.queries import remarks, sums
from services.portfolio.queries.bases import days, matches, of_rates, parameters
from shared.db import written
from shared.errors import NotFound
from shared.finance.days import oldest_fresh
from shared.finance.entries import ACQUISITIONS, EARNINGS, TRADES, EntryType
from shared.finance.money import EXACT, round_money
from shared.finance.rates import Rate
from shared.http import AnyRow, AnySelect, KeptListing, Pages

_PORTFOLIO: Final = (
    Portfolio.id,
    Portfolio.name,
    Portfolio.description,
    Portfolio.currency,
    Portfolio.cost_basis_method,
    Portfolio.is_active,
    Portfolio.created,
    Portfolio.modified,
    # What an ETag compares: see `Portfolio.revision`.
    Portfolio.revision,
    Portfolio.cash_since,
    Portfolio.cash_balance,
    Portfolio.interest,
    Portfolio.charges,
    Portfolio.unrated,
)
_COSTLY: Final = ACQUISITIONS | {EntryType.ADJUSTMENT}
# Which totals need the rate of the day of an entry.
_NEEDS_RATE: Final[Mapping[str, Callable[[sums.Unrated], bool]]] = {
    "total_cost_basis": lambda of: of.type in _COSTLY,
    "cash_balance": lambda of: "balance" in of.entered,
    "realized_gain_loss": lambda of: of.type in _COSTLY | TRADES,
    "income": lambda of: of.type in EARNINGS,
    "total_profit": lambda of: "charges" in of.entered,
}
_FILTERS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "id": lambda value: Portfolio.id == value,
    "is_active": lambda value: Portfolio.is_active == value,
    "search": lambda value: or_(
        matches(Portfolio.name, value), matches(Portfolio.description, value)
    ),
}
ORDERINGS: Final = {
    "id": Portfolio.id,
    "name": Portfolio.name,
    "created": Portfolio.created,
    "modified": Portfolio.modified,
}


def one(session: Session, owner_id: int, portfolio_id: int) -> dict[str, Any]:
    """Return one portfolio as its GET answers.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    statement = select(*_PORTFOLIO).where(
        Portfolio.id == portfolio_id, Portfolio.owner_id == owner_id
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound.of("portfolio")
    return resources(session, owner_id, [row])[0]


def row(session: Session, owner_id: int, portfolio_id: int) -> Portfolio:
    """Return the row of one portfolio, not locked.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    statement = select(Portfolio).where(
        Portfolio.id == portfolio_id, Portfolio.owner_id == owner_id
    )
    portfolio = session.scalar(statement)
    if portfolio is None:
        raise NotFound.of("portfolio")
    return portfolio


def owned(
    owner_id: int, *, ordering: tuple[str, bool] = ("id", False), **filters: Any
) -> KeptListing:
    """Return the portfolios of a user.

    Args:
        ordering: one of `ORDERINGS`, and whether it descends.
        filters: of `_FILTERS`.
    """
    pages = _pages(ordering, frozenset(filters))
    resources_of = partial(by_id, owner_id)
    return KeptListing(pages, parameters(owner_id, filters), days, resources_of, "portfolio")


def by_id(owner_id: int, session: Session, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return portfolios of a user as they are answered, by id; what is gone is left out."""
    rows = session.execute(select(*_PORTFOLIO).where(Portfolio.id.in_(ids))).all()
    return {resource["id"]: resource for resource in resources(session, owner_id, rows)}


@cache
def _pages(ordering: tuple[str, bool], filters: frozenset[str]) -> Pages:
    conditions = [_FILTERS[name](bindparam(name)) for name in sorted(filters)]
    ids = select(Portfolio.id, Portfolio.currency, written(Portfolio).label("written")).where(
        Portfolio.owner_id == bindparam("owner"), *conditions
    )
    name, descending = ordering
    column: Any = ORDERINGS[name]
    return Pages(ids, [column.desc() if descending else column.asc(), Portfolio.id], _bases)


def _bases(page: Subquery) -> AnySelect:
    """Return what a portfolio rests on: itself, its positions, their assets, and the rates.

    Whatever is recorded writes the portfolio, too.
    """
    positions = (
        select(
            func.count().label("count"),
            func.sum(written(Position)).label("positions"),
            func.sum(written(Asset)).label("assets"),
            func.bool_or(Asset.currency != page.c.currency).label("needs_rates"),
        )
        .select_from(Position)
        .join(Asset, Asset.id == Position.asset_id)
        .where(Position.portfolio_id == page.c.id)
        .lateral("held")
    )
    return select(
        page.c.id,
        page.c.count,
        page.c.written,
        positions.c.count,
        positions.c.positions,
        positions.c.assets,
        of_rates(positions.c.needs_rates),
    ).join(positions, true())


def resources(session: Session, owner_id: int, rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Return portfolios of a user as they are answered."""
    ids = [row.id for row in rows]
    today, day = days()
    oldest = oldest_fresh(today)
    by_currency = sums.of_positions(session, ids)
    doubtful = sums.doubtful_prices(session, ids, oldest)
    splits = sums.unbooked_splits(session, ids)
    unrated = sums.unrated(session, ids)
    pairs = {(of.currency, row.currency) for row in rows for of in by_currency.get(row.id, ())}
    rates = fx.load(session, owner_id, pairs, day, day)
    answers = []
    for row in rows:
        positions = by_currency.get(row.id, [])
        used = {
            of.currency: rates.find(of.currency, row.currency, day) for of in positions if of.held
        }
        unrated_ = unrated.get(row.id, [])
        resource = _resource(row, positions, used, unrated_)
        for last in doubtful.get(row.id, ()):
            resource["warnings"] += remarks.price("total_value", last, oldest)
        for _, symbol, split_day in splits.get(row.id, ()):
            resource["warnings"].append(remarks.split_not_booked("total_value", symbol, split_day))
        missing = [source for source, rate in used.items() if rate is None]
        resource["warnings"] += remarks.rates(
            "total_value", missing, used.values(), row.currency, oldest
        )
        resource["warnings"] += _past_rate_warnings(resource, unrated_)
        answers.append(resource)
    return answers


def _resource(
    row: AnyRow,
    positions: Sequence[Sums],
    rates: Mapping[str, Rate | None],
    unrated: Sequence[sums.Unrated],
) -> dict[str, Any]:
    unknown = {name for of in unrated for name in of.entered}
    of_portfolio = totals(
        positions, account_of_row(row), lambda currency: _value(rates[currency]), unknown
    )
    money = {
        "total_value": of_portfolio.value,
        "total_cost_basis": of_portfolio.cost,
        "total_return": of_portfolio.gain,
        "cash_balance": of_portfolio.cash,
        "realized_gain_loss": of_portfolio.realized,
        "income": of_portfolio.income,
        "total_profit": of_portfolio.profit,
    }
    return {
        **row._mapping,
        **{name: _rounded(amount, row.currency) for name, amount in money.items()},
        "total_return_percentage": _percentage(of_portfolio),
        "position_count": sum(of.held for of in positions),
        "warnings": _money_warnings(of_portfolio),
    }


def _money_warnings(of: Totals) -> list[remarks.Warning]:
    warnings = []
    if of.cost == 0:
        warnings.append(remarks.no_cost_basis("total_return_percentage"))
    if of.cash is not None and of.cash < 0:
        warnings.append(remarks.negative_cash("cash_balance"))
    return warnings


def _past_rate_warnings(
    resource: Mapping[str, Any], unrated: Sequence[sums.Unrated]
) -> list[remarks.Warning]:
    """Return the warnings of what was paid or received at a rate that is not known."""
    return [
        remarks.rate_missing(name, source, resource["currency"])
        for name, needs in _NEEDS_RATE.items()
        if resource[name] is None
        for source in sorted({of.currency for of in unrated if needs(of)})
    ]


def _percentage(of: Totals) -> Decimal | None:
    if of.gain is None or not of.cost:
        return None
    return EXACT.divide(EXACT.multiply(of.gain, 100), of.cost)


def _value(rate: Rate | None) -> Decimal | None:
    return rate.value if rate else None


def _rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else round_money(amount, currency)
