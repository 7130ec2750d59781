"""What a portfolio is made of, as the public API answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.domain.totals import in_base
from services.portfolio.models import Asset, Portfolio, Position
from services.portfolio.queries import portfolios, remarks, sums
from services.portfolio.queries.bases import days
from shared.finance.allocation import Constituent, Grouping, allocate
from shared.finance.days import oldest_fresh
from shared.finance.money import EXACT, ZERO, plus, round_money
from shared.finance.rates import Rate
from shared.http import AnyRow

# Of each currency to the portfolio's.
RateOf = Mapping[str, Rate | None]


@dataclass(frozen=True, slots=True)
class Composition:
    """What a portfolio holds; its text tells two answers apart.

    Attributes:
        cash: in the portfolio's currency; None is unknown.
        as_of: the newest day of a price in it; today without any.
    """

    portfolio: int
    currency: str
    constituents: Sequence[Constituent]
    cash: Decimal | None
    as_of: date
    warnings: Sequence[remarks.Warning]


def composition(session: Session, owner_id: int, portfolio_id: int) -> Composition:
    """Return what a portfolio holds, each at its last price and rate.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    portfolio = portfolios.row(session, owner_id, portfolio_id)
    rows = _positions(session, portfolio_id)
    today, day = days()
    rates = _rates(session, portfolio, rows, day)
    unrated = _unrated_in_cash(session, portfolio)
    cash = portfolio.cash_balance if portfolio.cash_since else ZERO
    return Composition(
        portfolio=portfolio_id,
        currency=portfolio.currency,
        constituents=[_constituent(row, rates) for row in rows],
        cash=None if unrated else cash,
        as_of=max((row.price_date for row in rows if row.price_date), default=today),
        warnings=[
            *_warnings(portfolio, rows, rates, unrated, oldest_fresh(today)),
            *(
                remarks.split_not_booked("allocation", symbol, day)
                for _, symbol, day in sums.unbooked_splits(session, [portfolio_id]).get(
                    portfolio_id, ()
                )
            ),
        ],
    )


def allocation(of: Composition, grouping: Grouping) -> dict[str, Any]:
    """Return the answer for one way to put holdings together."""
    slices = allocate(of.constituents, of.cash, grouping, of.currency)
    warnings = list(of.warnings)
    if any(part.value is not None and part.percentage is None for part in slices):
        warnings.append(remarks.nothing_to_divide("percentage"))
    return {
        "portfolio": of.portfolio,
        "group_by": grouping,
        "currency": of.currency,
        "total_value": _total(of),
        "as_of": of.as_of,
        "allocation": slices,
        "warnings": warnings,
    }


def _positions(session: Session, portfolio_id: int) -> Sequence[AnyRow]:
    statement = (
        select(
            Position.quantity,
            Asset.symbol,
            Asset.name,
            Asset.asset_type,
            Asset.currency,
            Asset.sector,
            Asset.country,
            Asset.current_price,
            Asset.price_date,
            Asset.price_source,
        )
        .join(Asset, Asset.id == Position.asset_id)
        .where(Position.portfolio_id == portfolio_id, Position.quantity > 0)
        .order_by(Asset.symbol, Asset.id)
    )
    return session.execute(statement).all()


def _rates(session: Session, portfolio: Portfolio, rows: Sequence[AnyRow], day: date) -> RateOf:
    target, currencies = portfolio.currency, sorted({row.currency for row in rows})
    pairs = {(currency, target) for currency in currencies}
    rates = fx.load(session, portfolio.owner_id, pairs, day, day)
    return {currency: rates.find(currency, target, day) for currency in currencies}


def _constituent(row: AnyRow, rates: RateOf) -> Constituent:
    def value_of(currency: str) -> Decimal | None:
        rate = rates[currency]
        return rate.value if rate else None

    price: Decimal | None = row.current_price
    value = None if price is None else EXACT.multiply(row.quantity, price)
    return Constituent(
        symbol=row.symbol,
        name=row.name,
        asset_type=row.asset_type,
        currency=row.currency,
        sector=row.sector,
        country=row.country,
        value=in_base(value, row.currency, value_of),
    )


def _total(of: Composition) -> Decimal | None:
    total = reduce(plus, (each.value for each in of.constituents), of.cash)
    return None if total is None else round_money(total, of.currency)


def _unrated_in_cash(session: Session, portfolio: Portfolio) -> frozenset[str]:
    """Return the currencies whose unknown rate makes cash unknown."""
    if not portfolio.unrated:
        return frozenset()
    unrated = sums.unrated(session, [portfolio.id]).get(portfolio.id, ())
    return frozenset(of.currency for of in unrated if "balance" in of.entered)


def _warnings(
    portfolio: Portfolio,
    rows: Sequence[AnyRow],
    rates: RateOf,
    unrated: frozenset[str],
    oldest: date,
) -> list[remarks.Warning]:
    warnings = []
    for row in rows:
        last = remarks.LastPrice(row.symbol, row.price_date, row.price_source)
        warnings += remarks.price("allocation", last, oldest)
    missing = sorted(unrated.union(source for source, rate in rates.items() if rate is None))
    warnings += remarks.rates("allocation", missing, rates.values(), portfolio.currency, oldest)
    if portfolio.cash_since and portfolio.cash_balance < 0 and not unrated:
        warnings.append(remarks.negative_cash("allocation"))
    return warnings
