"""Positions as the public API answers them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, bindparam, or_, select
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.models import Asset, Portfolio, Position
from services.portfolio.queries import remarks, sums
from services.portfolio.queries.bases import days, matches, of_rates, parameters
from shared.db import written
from shared.errors import NotFound
from shared.finance.days import oldest_fresh
from shared.finance.money import EXACT, ZERO, minus, round_money, times
from shared.finance.rates import Rate
from shared.http import AnyRow, AnySelect, KeptListing, Pages

_POSITION: Final = (
    Position.id,
    Position.portfolio_id.label("portfolio"),
    Portfolio.name.label("portfolio_name"),
    Portfolio.currency.label("base_currency"),
    Position.asset_id,
    Asset.symbol,
    Asset.name,
    Asset.asset_type,
    Asset.currency,
    Asset.current_price,
    Asset.previous_close,
    Asset.price_date,
    Asset.price_source,
    Position.quantity,
    Position.first_purchase_date,
    Position.cost,
    Position.base_cost,
    Position.realized,
    Position.income,
    # What an ETag compares.
    Position.sequence.label("revision"),
)
_BASIS: Final = (
    Position.id,
    Portfolio.name.label("portfolio_name"),
    Portfolio.currency.label("base_currency"),
    Asset.currency.label("currency"),
    written(Position).label("position"),
    written(Asset).label("asset"),
)
_SEARCHED: Final = (Asset.symbol, Asset.name, Portfolio.name)
_FILTERS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "id": lambda value: Position.id == value,
    "portfolio_id": lambda value: Position.portfolio_id == value,
    "asset_id": lambda value: Position.asset_id == value,
    "asset_type": lambda value: Asset.asset_type == value,
    "search": lambda value: or_(*(matches(text, value) for text in _SEARCHED)),
}
ORDERINGS: Final = {
    "id": Position.id,
    "symbol": Asset.symbol,
    "quantity": Position.quantity,
    "first_purchase_date": Position.first_purchase_date,
}


def one(session: Session, owner_id: int, position_id: int) -> dict[str, Any]:
    """Return one position as its GET answers.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = session.execute(
        _joined(select(*_POSITION)).where(
            Position.id == position_id, Portfolio.owner_id == owner_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound.of("position")
    return resources(session, owner_id, [row])[0]


def owned(
    owner_id: int,
    *,
    ordering: tuple[str, bool] = ("id", False),
    include_closed: bool = False,
    **filters: Any,
) -> KeptListing:
    """Return the positions of a user.

    Args:
        ordering: one of `ORDERINGS`, and whether it descends.
        include_closed: those of which nothing is held too.
        filters: of `_FILTERS`.
    """
    pages = _pages(ordering, include_closed, frozenset(filters))
    resources_of = partial(by_id, owner_id)
    return KeptListing(pages, parameters(owner_id, filters), days, resources_of, "position")


def by_id(owner_id: int, session: Session, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return positions of a user as they are answered, by id; what is gone is left out."""
    rows = session.execute(_joined(select(*_POSITION)).where(Position.id.in_(ids))).all()
    return {resource["id"]: resource for resource in resources(session, owner_id, rows)}


@cache
def _pages(ordering: tuple[str, bool], include_closed: bool, filters: frozenset[str]) -> Pages:
    conditions = [_FILTERS[name](bindparam(name)) for name in sorted(filters)]
    if not include_closed:
        conditions.append(Position.quantity > 0)
    ids = _joined(select(*_BASIS)).where(Portfolio.owner_id == bindparam("owner"), *conditions)
    name, descending = ordering
    column: Any = ORDERINGS[name]
    direction = column.desc() if descending else column.asc()
    return Pages(ids, [direction.nulls_last(), Position.id], _bases)


def _bases(page: Subquery) -> AnySelect:
    """Return what a position rests on: itself, its asset, a little of its portfolio, the rates."""
    columns = [page.c[column.name] for column in _BASIS[1:]]
    foreign = page.c.currency != page.c.base_currency
    return select(page.c.id, page.c.count, *columns, of_rates(foreign))


def _joined(statement: AnySelect) -> AnySelect:
    of_portfolio = statement.join(Portfolio, Portfolio.id == Position.portfolio_id)
    return of_portfolio.join(Asset, Asset.id == Position.asset_id)


def resources(session: Session, owner_id: int, rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Return positions of a user as they are answered."""
    today, day = days()
    rates = fx.load(
        session, owner_id, {(row.currency, row.base_currency) for row in rows}, day, day
    )
    oldest = oldest_fresh(today)
    splits = sums.unbooked_splits(session, {row.portfolio for row in rows})
    split_days = {
        (portfolio, asset): split_day
        for portfolio, unbooked in splits.items()
        for asset, _, split_day in unbooked
    }
    answers = []
    for row in rows:
        resource = _resource(row, rates.find(row.currency, row.base_currency, day), oldest)
        if split_day := split_days.get((row.portfolio, row.asset_id)):
            warning = remarks.split_not_booked("current_value", row.symbol, split_day)
            resource["warnings"].append(warning)
        answers.append(resource)
    return answers


def _resource(row: AnyRow, rate: Rate | None, oldest: date) -> dict[str, Any]:
    value = _value(row)
    gain = minus(value, row.cost)
    return {
        **row._mapping,
        "asset": _asset(row),
        "average_cost": EXACT.divide(row.cost, row.quantity) if row.quantity else None,
        "total_cost_basis": round_money(row.cost, row.currency),
        "current_value": _rounded(value, row.currency),
        "unrealized_gain_loss": _rounded(gain, row.currency),
        "unrealized_return_percentage": _percentage(gain, row.cost),
        "realized_gain_loss": round_money(row.realized, row.currency),
        "income": round_money(row.income, row.currency),
        "base": _base(row, value, rate),
        "warnings": _warnings(row, rate, oldest),
    }


def _asset(row: AnyRow) -> dict[str, Any]:
    change = minus(row.current_price, row.previous_close)
    return {
        "id": row.asset_id,
        "symbol": row.symbol,
        "name": row.name,
        "asset_type": row.asset_type,
        "current_price": row.current_price,
        "price_date": row.price_date,
        "price_change": change,
        "price_change_percentage": _percentage(change, row.previous_close),
    }


def _base(row: AnyRow, value: Decimal | None, rate: Rate | None) -> dict[str, Any]:
    value = None if value is None else times(value, rate.value if rate else None)
    return {
        "total_cost_basis": _rounded(row.base_cost, row.base_currency),
        "current_value": _rounded(value, row.base_currency),
        "unrealized_gain_loss": _rounded(minus(value, row.base_cost), row.base_currency),
        "exchange_rate": rate.value if rate else None,
    }


def _value(row: AnyRow) -> Decimal | None:
    if not row.quantity:
        return ZERO
    price: Decimal | None = row.current_price
    return None if price is None else EXACT.multiply(row.quantity, price)


def _percentage(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return EXACT.divide(EXACT.multiply(part, 100), whole) if part is not None and whole else None


def _rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else round_money(amount, currency)


def _warnings(row: AnyRow, rate: Rate | None, oldest: date) -> list[remarks.Warning]:
    warnings = []
    if not row.cost:
        warnings.append(remarks.no_cost_basis("unrealized_return_percentage"))
    if row.quantity:
        last = remarks.LastPrice(row.symbol, row.price_date, row.price_source)
        warnings += remarks.price("current_value", last, oldest)
    missing = [row.currency] if rate is None or row.base_cost is None else []
    used = [rate] if row.quantity else []
    return warnings + remarks.rates("base", missing, used, row.base_currency, oldest)
