"""The rows of a file, whatever program wrote it."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Final, TypedDict, TypeVar

from services.portfolio.domain.errors import InvalidEntry
from shared.errors import Fields, ValidationFailed
from shared.finance.entries import DISPOSALS, EntryType
from shared.finance.money import EXACT, ZERO, plain
from shared.finance.splits import ratio_text

Item = TypeVar("Item")

OF_CONTENT: Final = "content:"  # begins an `external_id` that no file gave


class FileRefused(ValidationFailed):
    """The file is not what its format says; none of its rows can be read."""

    def __init__(self, message: str) -> None:
        super().__init__({"file": [message]}, message)


class Skip(StrEnum):
    """Why a row is no transaction of ours."""

    CASH_SIDE = "Trades in a cash account's file: they stand in the securities account's file."
    LIABILITY = "Liabilities are not part of a ledger."
    DRAFT = "Activities dated after the export are drafts."


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetReference:
    """How a file names an asset.

    Attributes:
        currency: that the asset is quoted in, as far as the file says so.
        written: its symbol as the file writes it, where `symbol` is not that.
    """

    isin: str | None = None
    symbol: str | None = None
    name: str | None = None
    currency: str | None = None
    written: str | None = field(default=None, compare=False)

    @property
    def symbol_in_file(self) -> str | None:
        """Its symbol as the file writes it."""
        return self.written or self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One transaction of a file; its fields are those of `entries.Entry`, as far as they are given.

    Attributes:
        line: where it begins in the file, from 1; of JSON its place in the list.
        currency: None where the file leaves it to the asset or the portfolio.
        external_id: the file's own, or made from the content by `ledger_file`.
        position_in_day: place among the rows of its day, where the file knows it.
    """

    line: int = field(compare=False)
    date: datetime.date
    type: EntryType
    asset: AssetReference | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    currency: str | None = None
    exchange_rate: Decimal | None = None
    ratio: Fraction | None = None
    notes: str = ""
    external_id: str | None = None
    position_in_day: int | None = None

    @property
    def money_currency(self) -> str | None:
        """The currency of its money: that of its asset unless it says another."""
        return self.currency or (self.asset.currency if self.asset else None)


class Numbers(TypedDict, total=False):
    """The numbers of a row that depend on its type."""

    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    fees: Decimal
    taxes: Decimal


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """What a file says.

    Attributes:
        rows: in the order in which they are to be created.
        skipped: reason → how many rows.
        errors: line → field → messages, of the rows that cannot be read.
    """

    rows: tuple[LedgerRow, ...]
    skipped: Mapping[Skip, int]
    errors: Mapping[int, Fields]


def id_beginning(row: LedgerRow) -> str:
    """Return how the ids made of a row's content begin; its ordinal among equal rows follows."""
    return f"{OF_CONTENT}{sha256(_content(row).encode()).hexdigest()[:32]}:"


def gapless_beginnings(ids: Iterable[str]) -> set[str]:
    """Return the beginnings of the ids made of content whose ordinals go from 1 without a gap.

    As many rows of this content without an id get just these ids again.
    """
    ordinals: defaultdict[str, set[str]] = defaultdict(set)
    for external_id in ids:
        beginning, colon, ordinal = external_id.rpartition(":")
        ordinals[beginning + colon].add(ordinal)
    return {
        beginning
        for beginning, numbers in ordinals.items()
        if numbers == {str(ordinal) for ordinal in range(1, len(numbers) + 1)}
    }


def ledger_file(
    items: Iterable[tuple[int, Item]], row_of: Callable[[int, Item], LedgerRow | Skip]
) -> LedgerFile:
    """Return the rows that `row_of` makes of a file's items.

    Args:
        items: line and what stands there.
        row_of: may raise InvalidEntry.
    """
    rows: list[LedgerRow] = []
    skipped: Counter[Skip] = Counter()
    errors: dict[int, Fields] = {}
    for line, item in items:
        try:
            row = row_of(line, item)
        except InvalidEntry as error:
            errors[line] = error.fields
            continue
        if isinstance(row, Skip):
            skipped[row] += 1
        else:
            rows.append(row)
    errors |= _repeated_ids(rows)
    return LedgerFile(_in_order_of_creation(_identified(rows)), skipped, errors)


def _in_order_of_creation(rows: Iterable[LedgerRow]) -> tuple[LedgerRow, ...]:
    return tuple(sorted(rows, key=_place))


def _place(row: LedgerRow) -> tuple[datetime.date, int, bool]:
    """By day, and there as the file numbers its rows; disposals go last."""
    return (row.date, row.position_in_day or 0, row.type in DISPOSALS)


def _repeated_ids(rows: Iterable[LedgerRow]) -> dict[int, Fields]:
    seen: set[str] = set()
    repeated: dict[int, Fields] = {}
    for row in rows:
        if row.external_id in seen:
            repeated[row.line] = {"external_id": ["Another row has this id too."]}
        elif row.external_id:
            seen.add(row.external_id)
    return repeated


def _identified(rows: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
    """Give each row without an id one of its content and of its ordinal among equal rows.

    So the same file twice gives the same ids, and two equal trades in one file two different ones.
    Our own export gives some of these ids itself; no other row gets them.
    """
    ids = {row.external_id for row in rows if row.external_id}
    ordinals: Counter[str] = Counter()
    for row in rows:
        if row.external_id:
            yield row
            continue
        beginning = id_beginning(row)
        ordinals[beginning] += 1
        while f"{beginning}{ordinals[beginning]}" in ids:
            ordinals[beginning] += 1
        yield replace(row, external_id=f"{beginning}{ordinals[beginning]}")


def _content(row: LedgerRow) -> str:
    # Notes and an asset's name may be edited without it being another transaction.
    asset = row.asset or AssetReference()
    named = asset.isin or asset.symbol or asset.name or ""
    ratio = ratio_text(row.ratio) if row.ratio else ""
    numbers = (row.quantity, row.price, row.amount, row.fees, row.taxes, row.exchange_rate)
    texts = (row.date.isoformat(), row.type, named, row.currency or "", ratio)
    return "\x1f".join((*texts, *map(_number, numbers)))


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value.normalize(EXACT))
