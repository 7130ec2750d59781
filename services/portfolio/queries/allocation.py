"""What a portfolio is made of, as the public API answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.domain.allocation import Holding, allocate
from services.portfolio.domain.entries import ZERO
from services.portfolio.domain.freshness import oldest_fresh
from services.portfolio.domain.totals import in_base
from services.portfolio.models import Asset, Portfolio, Position
from services.portfolio.queries import portfolios, remarks, sums
from shared.apportionment import exact_sum
from shared.dates import latest_day
from shared.http import AnyRow
from shared.money import EXACT, round_money
from shared.rates import Rate
from shared.vocabulary import Grouping

Money = Decimal | None
Rates = Mapping[str, Rate | None]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a portfolio holds; its text tells two answers apart.

    Attributes:
        cash: in the portfolio's currency; None is unknown.
        as_of: the newest day of a price in it; today without any.
    """

    portfolio: int
    currency: str
    held: Sequence[Holding]
    cash: Money
    as_of: date
    warnings: Sequence[remarks.Warning]


def holdings(session: Session, owner_id: int, portfolio_id: int) -> Holdings:
    """Return what a portfolio holds, each at its last price and rate.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    portfolio = portfolios.row(session, owner_id, portfolio_id)
    rows = _positions(session, portfolio_id)
    now = datetime.now(UTC)
    rates = _rates(session, rows, portfolio.currency, latest_day(now))
    unrated = _unrated_in_cash(session, portfolio)
    cash = portfolio.cash_balance if portfolio.cash_since else ZERO
    return Holdings(
        portfolio=portfolio_id,
        currency=portfolio.currency,
        held=[_holding(row, rates) for row in rows],
        cash=None if unrated else cash,
        as_of=max((row.price_date for row in rows if row.price_date), default=now.date()),
        warnings=[
            *_warnings(portfolio, rows, rates, unrated, oldest_fresh(now.date())),
            *(
                remarks.split_not_booked("allocation", symbol, day)
                for _, symbol, day in sums.unbooked_splits(session, [portfolio_id]).get(
                    portfolio_id, ()
                )
            ),
        ],
    )


def allocation(of: Holdings, grouping: Grouping) -> dict[str, Any]:
    """Return the answer for one way to put holdings together."""
    slices = allocate(of.held, of.cash, grouping, of.currency)
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
        )
        .join(Asset, Asset.id == Position.asset_id)
        .where(Position.portfolio_id == portfolio_id, Position.quantity > 0)
        .order_by(Asset.symbol, Asset.id)
    )
    return session.execute(statement).all()


def _rates(session: Session, rows: Sequence[AnyRow], target: str, day: date) -> Rates:
    currencies = sorted({row.currency for row in rows})
    rates = fx.load(session, {(currency, target) for currency in currencies}, day, day)
    return {currency: rates.find(currency, target, day) for currency in currencies}


def _holding(row: AnyRow, rates: Rates) -> Holding:
    def rate(currency: str) -> Decimal | None:
        found = rates[currency]
        return found.value if found else None

    price: Money = row.current_price
    value = None if price is None else EXACT.multiply(row.quantity, price)
    return Holding(
        symbol=row.symbol,
        name=row.name,
        asset_type=row.asset_type,
        currency=row.currency,
        sector=row.sector,
        country=row.country,
        value=in_base(value, row.currency, rate),
    )


def _total(of: Holdings) -> Money:
    values = [of.cash, *(holding.value for holding in of.held)]
    known = [value for value in values if value is not None]
    return round_money(exact_sum(known), of.currency) if len(known) == len(values) else None


def _unrated_in_cash(session: Session, portfolio: Portfolio) -> frozenset[str]:
    """Return the currencies whose unknown rate makes cash unknown."""
    if not portfolio.unrated:
        return frozenset()
    unrated = sums.unrated(session, [portfolio.id]).get(portfolio.id, ())
    return frozenset(of.currency for of in unrated if "balance" in of.entered)


def _warnings(
    portfolio: Portfolio,
    rows: Sequence[AnyRow],
    rates: Rates,
    unrated: frozenset[str],
    oldest: date,
) -> list[remarks.Warning]:
    found = []
    for row in rows:
        if row.price_date is None:
            found.append(remarks.price_missing("allocation", row.symbol))
        elif row.price_date < oldest:
            found.append(remarks.stale_price("allocation", row.symbol, row.price_date))
    missing = unrated.union(currency for currency, rate in rates.items() if rate is None)
    for currency in sorted(missing):
        found.append(remarks.rate_missing("allocation", currency, portfolio.currency))
    found += remarks.stale_rates("allocation", [rate for rate in rates.values() if rate], oldest)
    if portfolio.cash_since and portfolio.cash_balance < 0 and not unrated:
        found.append(remarks.negative_cash("allocation"))
    return found
