"""Exchange rates, by the one rule of all services."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from services.assets.models import Asset, Price
from shared.errors import NotFound
from shared.finance.pairs import own_last, pair_ids
from shared.finance.rates import find_rate, pair_symbols
from shared.http import Resource

Close = tuple[Decimal, date]


def on(
    session: Session, user_id: int, source: str, target: str, day: date | None = None
) -> Resource:
    """Return a user's rate of a day: from the last closes on or before it.

    Their own pairs count beside the public ones: see `shared.finance.pairs`.

    Args:
        day: today, in UTC, by default.

    Raises:
        NotFound: no pair knows it.
    """
    day = day or datetime.now(UTC).date()
    rate = find_rate(source, target, _closes(session, user_id, source, target, day).get)
    if rate is None:
        raise NotFound(
            f"No rate from {source} to {target} is known on or before {day}.",
            title="Exchange rate not found",
        )
    return {
        "source": source,
        "target": target,
        "date": day,
        "rate": rate.value,
        "rate_date": rate.day,
        "via": rate.pairs,
    }


def _closes(
    session: Session, user_id: int, source: str, target: str, day: date
) -> dict[str, Close]:
    last = (
        select(Price.close, Price.date)
        .where(Price.asset_id == Asset.id, Price.date <= day)
        .order_by(Price.date.desc())
        .limit(1)
        .lateral("last")
    )
    pairs = pair_ids(Asset, pair_symbols([(source, target)]), user_id)
    statement = (
        select(Asset.symbol, last.c.close, last.c.date)
        .join(last, true())
        .where(Asset.id.in_(pairs))
        .order_by(last.c.date, own_last(Asset))
    )
    return {symbol: (close, of) for symbol, close, of in session.execute(statement)}
