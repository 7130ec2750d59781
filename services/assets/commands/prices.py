"""Prices: one quote at a time, or a history at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CursorResult,
    Date,
    Text,
    any_,
    bindparam,
    exists,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from services.assets.commands.changes import (
    changeable,
    requote,
    splits_of,
    tell,
    tell_of_history,
)
from services.assets.domain import quotes, splits
from services.assets.domain.access import Actor
from services.assets.domain.feeds import Basis
from services.assets.domain.price_files import PriceFile
from services.assets.domain.quotes import Bar, Faults
from services.assets.models import PRICE_IMPORT_IDS, Asset, Price, price_text
from shared.db import Query, copy_in, execute
from shared.errors import ServiceError, ValidationFailed
from shared.events.cards import TRADE
from shared.finance.days import latest_day
from shared.finance.money import MINOR_CURRENCIES


@dataclass(frozen=True)
class Quote:
    """A price of one day, as somebody quotes it.

    Attributes:
        day: that of `timestamp`, in UTC, by default.
        timestamp: when it was quoted; now by default.
        currency: that it is quoted in, the asset's own or its minor unit; the asset's by default.
    """

    price: Decimal
    day: date | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: int | None = None
    timestamp: datetime | None = None
    currency: str | None = None

    def bar(self, now: datetime) -> Bar:
        """Return the day's prices that it says, in its own currency."""
        quoted_at = self.timestamp or now
        day = self.day or quoted_at.astimezone(UTC).date()
        return Bar(day, self.price, self.open, self.high, self.low, self.volume, quoted_at)


@dataclass(frozen=True)
class Imported:
    """What an import recorded: prices of an asset, from the first to the last day.

    Attributes:
        import_id: by which it can be taken back; None where nothing is another price than before.
    """

    asset: int
    count: int
    first_date: date
    last_date: date
    import_id: int | None = None


MOST_PRICES: Final = 50_000  # rows of one import
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)

# One statement for a whole history; an array a column is many times faster than a row a bind.
_REPLACE_PRICES: Final = text(
    """
    INSERT INTO prices (asset_id, date, open, high, low, close, volume, source, import_id)
    SELECT :asset_id, day, open, high, low, close, volume, :source, :import_id
    FROM unnest(
        CAST(:dates AS date[]), CAST(:opens AS numeric[]), CAST(:highs AS numeric[]),
        CAST(:lows AS numeric[]), CAST(:closes AS numeric[]), CAST(:volumes AS bigint[])
    ) AS incoming (day, open, high, low, close, volume)
    ON CONFLICT (asset_id, date) DO UPDATE SET
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
        volume = excluded.volume, source = excluded.source, quoted_at = NULL,
        import_id = excluded.import_id
    WHERE prices.source <> ALL (:immune)
        AND (prices.source = :trade
            OR (prices.open, prices.high, prices.low, prices.close, prices.volume)
                IS DISTINCT FROM
                (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume))
    """
).bindparams(
    bindparam("immune", type_=ARRAY(Text)),
    bindparam("trade", TRADE),
    bindparam("import_id", type_=BigInteger),
)
# What of a bar is stored as it is, in its order.
_OF_BAR: Final = ("date", "close", "open", "high", "low", "volume")
_ANY_THERE: Final = Query(
    select(
        exists()
        .where(Price.asset_id == bindparam("asset"))
        .where(Price.date.between(bindparam("first"), bindparam("last")))
        .label("answer")
    )
)


def update_price(session: Session, asset_id: int, quote: Quote, *, by: Actor) -> Asset:
    """Record the price of one day.

    A later quote of the newest day moves the current price and the day's range; a quote of an
    older day fills the history and leaves the current price alone.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: the quote is not sound, in the future, or in another currency.
    """
    asset = changeable(session, asset_id, by)
    now = datetime.now(UTC)
    bar = in_currency_of(asset, quote.bar(now), quote.currency)
    _require_sound(bar, now)
    bar = _record(session, asset, bar)
    before = asset.current_price
    requote(session, asset)
    asset.sequence += 1
    data = {"price": _price_card(bar), "previous_price": price_text(before)}
    tell(session, asset, "price-updated", data)
    return asset


def import_prices(
    session: Session,
    asset_id: int,
    rows: Sequence[Bar],
    *,
    by: Actor,
    source: str = "import",
    basis: Basis = "as_traded",
    currency: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Record many days' prices of one asset; a day that has a price gets the new one.

    Args:
        rows: 1 to 50,000, one a day.
        source: where they come from, 30 characters at most.
        basis: `split_adjusted` rows are turned back by the splits that the asset has.
        currency: of the rows, the asset's own or its minor unit; the asset's by default.
        dry_run: only say what would be recorded or refused.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: too many rows, in another currency, or rows that are not sound:
            `prices` → index → field.
    """
    asset = changeable(session, asset_id, by)
    if not 1 <= len(rows) <= MOST_PRICES:
        raise ValidationFailed.of("prices", f"1 to {MOST_PRICES} prices at once.")
    sound, wrong = _sifted(session, asset, rows, basis, currency)
    if wrong:
        raise ValidationFailed({"prices": wrong})
    return _record_history(session, asset, list(sound.values()), source, dry_run=dry_run)


def import_price_file(
    session: Session,
    asset_id: int,
    file: PriceFile,
    *,
    by: Actor,
    basis: Basis = "as_traded",
    currency: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Record the prices of a file, all or none.

    Args:
        basis, currency, dry_run: as for `import_prices`.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: too many rows or none, in another currency, or rows that are not sound:
            `prices` → line of the file → field.
    """
    asset = changeable(session, asset_id, by)
    count = len(file.bars) + len(file.errors)
    if not 1 <= count <= MOST_PRICES:
        raise ValidationFailed.of("prices", f"1 to {MOST_PRICES} prices at once, not {count}.")
    sound, wrong = _sifted(session, asset, file.bars, basis, currency)
    errors = {**file.errors, **{file.lines[index]: faults for index, faults in wrong.items()}}
    if errors:
        by_line = {str(line): faults for line, faults in sorted(errors.items())}
        raise ValidationFailed({"prices": by_line}, f"{len(errors)} rows of the file are refused.")
    return _record_history(session, asset, list(sound.values()), "import", dry_run=dry_run)


def import_sound_prices(
    session: Session,
    asset_id: int,
    rows: Sequence[Bar],
    *,
    by: Actor,
    basis: Basis = "as_traded",
    currency: str | None = None,
    comes_along: bool = False,
) -> list[int | ServiceError]:
    """Record those of many days' prices that are sound; return of each its id, or why it is not.

    Args:
        rows, basis, currency: as for `import_prices`; there may be no rows.
        comes_along: with an import of transactions; then they have no id by which they are taken
            back.

    Raises:
        NotFound, Forbidden: see `changes.changeable`.
        ValidationFailed: they are in another currency.
    """
    asset = changeable(session, asset_id, by)
    sound, wrong = _sifted(session, asset, rows, basis, currency)
    if sound:
        _record_history(session, asset, list(sound.values()), "import", comes_along=comes_along)
    ids = _ids(session, asset.id, [row.date for row in sound.values()])
    return [
        ValidationFailed(wrong[index]) if index in wrong else ids[row.date]
        for index, row in enumerate(rows)
    ]


def _sifted(
    session: Session, asset: Asset, rows: Sequence[Bar], basis: Basis, currency: str | None
) -> tuple[dict[int, Bar], dict[int, Faults]]:
    """Return the sound rows as they are kept, and what is wrong with the others, by index.

    What is turned back to as traded is looked at again: it may have become too large, or nothing.
    """
    latest = latest_day(datetime.now(UTC))
    bars = [in_currency_of(asset, row, currency) for row in rows]
    wrong = quotes.faults_of_all(bars, latest)
    sound = {index: bar for index, bar in enumerate(bars) if index not in wrong}
    if basis == "as_traded":
        return sound, wrong
    of_asset = splits_of(session, asset.id)
    for index, bar in list(sound.items()):
        sound[index] = splits.as_traded(bar, of_asset)
        if faults := quotes.faults(sound[index], latest):
            wrong[index] = _of_as_traded(faults)
            del sound[index]
    return sound, wrong


def _of_as_traded(faults: Faults) -> Faults:
    return {
        field: [f"As traded: {message}" for message in messages]
        for field, messages in faults.items()
    }


def _record_history(
    session: Session,
    asset: Asset,
    bars: Sequence[Bar],
    source: str,
    *,
    dry_run: bool = False,
    comes_along: bool = False,
) -> Imported:
    days = [bar.date for bar in bars]
    imported = Imported(asset.id, len(bars), min(days), max(days))
    if dry_run:
        return imported
    import_id = None if comes_along else session.scalar(PRICE_IMPORT_IDS)
    changed = replace_prices(session, asset.id, bars, source, import_id=import_id)
    requote(session, asset)
    first, last = imported.first_date, imported.last_date
    tell_of_history(session, asset, first, last, count=imported.count, source=source)
    return replace(imported, import_id=import_id if changed else None)


def _ids(session: Session, asset_id: int, days: Sequence[date]) -> dict[date, int]:
    """Return the ids of an asset's prices by their days."""
    of_days = any_(literal(list(days), ARRAY(Date)))
    ids = select(Price.date, Price.id).where(Price.asset_id == asset_id, Price.date == of_days)
    return {row.date: row.id for row in session.execute(ids)}


def _require_sound(quote: Bar, now: datetime) -> None:
    wrong = quotes.faults(quote, latest_day(now))
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
    # The price of a trade is no quote of the day: another one takes its place.
    day = _bar(row) if row and row.source != TRADE else None
    bar = quotes.merged(day, quote, is_newest=is_newest)
    if row is None:
        row = Price(asset_id=asset.id, date=bar.date)
        session.add(row)
    row.open, row.high, row.low, row.close = bar.open, bar.high, bar.low, bar.close
    row.volume, row.quoted_at, row.source = bar.volume, bar.quoted_at, "manual"
    row.import_id = None
    session.flush()
    return bar


def in_currency_of(asset: Asset, quote: Bar, currency: str | None) -> Bar:
    """Return a bar in the asset's currency.

    Raises:
        ValidationFailed: it is quoted in another one, and not in its minor unit.
    """
    if currency is None or currency == asset.currency:
        return quote
    if MINOR_CURRENCIES.get(currency) != asset.currency:
        raise ValidationFailed.of("currency", f"The asset's prices are in {asset.currency}.")
    return quotes.in_major_units(quote)


def replace_prices(
    session: Session,
    asset_id: int,
    rows: Sequence[Bar],
    source: str,
    immune: Sequence[str] = (),
    *,
    import_id: int | None = None,
) -> int:
    """Write sound prices, one a day, over those that differ; return how many changed.

    The first history of an asset goes by COPY, in half the time.

    Args:
        asset_id: of an asset that is locked.
        immune: sources whose prices stay.
        import_id: of what they come by.
    """
    if not rows:
        return 0
    if not _are_there(session, asset_id, [row.date for row in rows]):
        values = ((asset_id, source, import_id, *row[: len(_OF_BAR)]) for row in rows)
        copy_in(session, Price.__tablename__, ("asset_id", "source", "import_id", *_OF_BAR), values)
        return len(rows)
    result = session.execute(
        _REPLACE_PRICES,
        {
            "asset_id": asset_id,
            "source": source,
            "immune": list(immune),
            "import_id": import_id,
            "dates": _array(row.date for row in rows),
            "opens": _array(row.open for row in rows),
            "highs": _array(row.high for row in rows),
            "lows": _array(row.low for row in rows),
            "closes": _array(row.close for row in rows),
            "volumes": _array(row.volume for row in rows),
        },
    )
    # Session.execute promises a Result; for an INSERT it is a CursorResult.
    return cast(CursorResult[Any], result).rowcount


def _are_there(session: Session, asset_id: int, days: Sequence[date]) -> bool:
    """Return whether an asset has any price from the first to the last of the days."""
    asked = {"asset": asset_id, "first": min(days), "last": max(days)}
    return bool(execute(session, _ANY_THERE, asked).fetchall()[0].answer)


def _array(values: Iterable[date | Decimal | int | None]) -> str:
    """Return an array as PostgreSQL writes it; the driver looks for what to quote in each value."""
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def _bar(row: Price) -> Bar:
    return Bar(row.date, row.close, row.open, row.high, row.low, row.volume, row.quoted_at)


def _price_card(bar: Bar) -> dict[str, object]:
    return {
        "date": bar.date.isoformat(),
        "open": price_text(bar.open),
        "high": price_text(bar.high),
        "low": price_text(bar.low),
        "close": price_text(bar.close),
        "volume": bar.volume,
    }
