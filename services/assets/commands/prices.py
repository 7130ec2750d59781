"""Prices: one quote at a time, or a history at once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Date, Numeric, bindparam, select, text
from sqlalchemy.orm import Session

from services.assets.commands.changes import changeable, tell
from services.assets.domain import quotes
from services.assets.domain.access import Actor
from services.assets.domain.quotes import Bar
from services.assets.models import Asset, Price, price_text
from shared.errors import ValidationFailed
from shared.money import MINOR_CURRENCIES

MOST_PRICES: Final = 50_000  # rows of one import
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)

# One statement for a whole history; an array a column is many times faster than a row a bind.
_REPLACE_PRICES: Final = text(
    """
    INSERT INTO prices (asset_id, date, open, high, low, close, volume, source)
    SELECT :asset_id, day, open, high, low, close, volume, :source
    FROM unnest(:dates, :opens, :highs, :lows, :closes, :volumes)
        AS incoming (day, open, high, low, close, volume)
    ON CONFLICT (asset_id, date) DO UPDATE SET
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
        volume = excluded.volume, source = excluded.source, quoted_at = NULL
    """
).bindparams(
    bindparam("dates", type_=ARRAY(Date)),
    *(bindparam(name, type_=ARRAY(Numeric)) for name in ("opens", "highs", "lows", "closes")),
    bindparam("volumes", type_=ARRAY(BigInteger)),
)


def update_price(
    session: Session,
    asset_id: int,
    *,
    by: Actor,
    price: Decimal,
    date: date | None = None,
    open: Decimal | None = None,
    high: Decimal | None = None,
    low: Decimal | None = None,
    volume: int | None = None,
    timestamp: datetime | None = None,
    currency: str | None = None,
) -> Asset:
    """Record the price of one day.

    A later quote of the newest day moves the current price and the day's range; a quote of an
    older day fills the history and leaves the current price alone.

    Args:
        date: the day of `timestamp`, in UTC, by default.
        timestamp: when it was quoted; now by default.
        currency: that it is quoted in, the asset's own or its minor unit; the asset's by default.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: the quote is not sound, in the future, or in another currency.
    """
    asset = changeable(session, asset_id, by)
    now = datetime.now(UTC)
    quoted_at = timestamp or now
    day = date or quoted_at.astimezone(UTC).date()
    quote = Bar(day, price, open, high, low, volume, quoted_at)
    quote = _in_currency_of(asset, quote, currency)
    _require_sound(quote, now)
    bar = _record(session, asset, quote)
    before = asset.current_price
    _requote(session, asset)
    asset.version += 1
    data = {"price": _price_card(bar), "previous_price": price_text(before)}
    tell(session, asset, "price-updated", data)
    return asset


def import_prices(
    session: Session, asset_id: int, rows: Sequence[Bar], *, by: Actor, source: str = "import"
) -> None:
    """Record many days' prices of one asset; a day that has a price gets the new one.

    Args:
        rows: at most 50,000, one a day, in the asset's currency.
        source: where they come from, 30 characters at most.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: too many rows, or rows that are not sound: `prices` → index → field.
    """
    asset = changeable(session, asset_id, by)
    if not rows:
        return
    if len(rows) > MOST_PRICES:
        raise ValidationFailed.of("prices", f"At most {MOST_PRICES} prices at once.")
    if wrong := quotes.faults_of_all(rows, quotes.latest_day(datetime.now(UTC))):
        raise ValidationFailed({"prices": wrong})
    _replace_prices(session, asset.id, rows, source)
    _requote(session, asset)
    asset.version += 1
    days = [row.date for row in rows]
    touched = {
        "first_date": min(days).isoformat(),
        "last_date": max(days).isoformat(),
        "count": len(rows),
    }
    tell(session, asset, "price-history-imported", touched)


def _require_sound(quote: Bar, now: datetime) -> None:
    wrong = quotes.faults(quote, quotes.latest_day(now))
    if "close" in wrong:
        wrong["price"] = wrong.pop("close")
    if quote.quoted_at and quote.quoted_at > now + _CLOCKS_DIFFER_BY:
        wrong["timestamp"] = ["The time is in the future."]
    if wrong:
        raise ValidationFailed(wrong)


def _record(session: Session, asset: Asset, quote: Bar) -> Bar:
    """Merge `quote` into its day's price and return what that is now."""
    row = session.scalar(select(Price).where(Price.asset_id == asset.id, Price.date == quote.date))
    is_newest = asset.price_date is None or quote.date >= asset.price_date
    bar = quotes.merged(_bar(row) if row else None, quote, is_newest=is_newest)
    if row is None:
        row = Price(asset_id=asset.id, date=bar.date)
        session.add(row)
    row.open, row.high, row.low, row.close = bar.open, bar.high, bar.low, bar.close
    row.volume, row.quoted_at, row.source = bar.volume, bar.quoted_at, "manual"
    session.flush()
    return bar


def _in_currency_of(asset: Asset, quote: Bar, currency: str | None) -> Bar:
    if currency is None or currency == asset.currency:
        return quote
    if MINOR_CURRENCIES.get(currency) != asset.currency:
        raise ValidationFailed.of("currency", f"The asset's prices are in {asset.currency}.")
    return quotes.in_major_units(quote)


def _replace_prices(session: Session, asset_id: int, rows: Sequence[Bar], source: str) -> None:
    session.execute(
        _REPLACE_PRICES,
        {
            "asset_id": asset_id,
            "source": source,
            "dates": [row.date for row in rows],
            "opens": [row.open for row in rows],
            "highs": [row.high for row in rows],
            "lows": [row.low for row in rows],
            "closes": [row.close for row in rows],
            "volumes": [row.volume for row in rows],
        },
    )


def _requote(session: Session, asset: Asset) -> None:
    """Make the asset's price columns what its two newest prices say."""
    newest = select(Price).where(Price.asset_id == asset.id).order_by(Price.date.desc()).limit(2)
    rows = session.scalars(newest.execution_options(populate_existing=True)).all()
    today = rows[0]
    asset.current_price = today.close
    asset.previous_close = rows[1].close if len(rows) > 1 else None
    asset.price_date = today.date
    asset.day_high = today.high
    asset.day_low = today.low
    asset.volume = today.volume
    asset.last_price_update = today.quoted_at or _midnight(today.date)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _bar(row: Price) -> Bar:
    return Bar(row.date, row.close, row.open, row.high, row.low, row.volume, row.quoted_at)


def _price_card(bar: Bar) -> dict[str, Any]:
    return {
        "date": bar.date.isoformat(),
        "open": price_text(bar.open),
        "high": price_text(bar.high),
        "low": price_text(bar.low),
        "close": price_text(bar.close),
        "volume": bar.volume,
    }
