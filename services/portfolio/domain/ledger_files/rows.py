"""The rows of a file, whatever program wrote it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypedDict

from shared.errors import Fields
from shared.files import Form, Note, Title
from shared.finance.entries import EntryType
from shared.finance.money import ZERO


class Skip(StrEnum):
    """Why a row is no transaction of ours."""

    CASH_SIDE = "Trades in a cash account's file: they stand in the securities account's file."
    LIABILITY = "Liabilities are not part of a ledger."
    DRAFT = "Activities dated after the export are drafts."
    NOTHING = "Rows of 0 move nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetReference:
    """How a file names an asset.

    Attributes:
        currency: that the asset is quoted in, as far as the file says so.
        money: where it does not, the currency of the row: of several assets with the ISIN it
            means the one in that.
        written: its symbol as the file writes it, where `symbol` is not that.
    """

    isin: str | None = None
    symbol: str | None = None
    name: str | None = None
    currency: str | None = None
    money: str | None = None
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
        time: of the day, where the file has one that is not midnight.
        charges_currency: of fees and taxes, where the file says that it is another one.
        rate_into: what `exchange_rate` leads to, where that need not be the portfolio's currency.
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
    time: datetime.time | None = field(default=None, compare=False)
    charges_currency: str | None = field(default=None, compare=False)
    rate_into: str | None = field(default=None, compare=False)

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
class Sheet:
    """How a table was read: how it is written, what its titles mean, what stands before them.

    Attributes:
        missing: columns without which no row can be read.
    """

    form: Form
    titles: Sequence[Title]
    title_lines: Sequence[str]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """What a file says.

    Attributes:
        rows: in the order in which they are to be created.
        skipped: reason → how many rows.
        errors: line → field → messages, of the rows that cannot be read.
        sheet: how a table was read; None of a file that is none.
        notes: what its sender should know.
        closes: prices that it has of the sender's own assets, day → price.
    """

    rows: tuple[LedgerRow, ...]
    skipped: Mapping[str, int]
    errors: Mapping[int, Fields]
    sheet: Sheet | None = None
    notes: tuple[Note, ...] = ()
    closes: Mapping[AssetReference, Mapping[datetime.date, Decimal]] = field(default_factory=dict)
