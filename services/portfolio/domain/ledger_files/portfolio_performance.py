"""Portfolio Performance's CSV of transactions, in all of its languages.

It writes headers, types, decimals and the delimiter in the user's language, and each account into
a file of its own: a purchase stands in the securities account's file with its shares, and once
more in the cash account's, as what was paid. Only the first is read; the other is skipped.

What it calls Value is what moved, after fees and taxes. It writes no price: it follows from that.
Where the paper is quoted in another currency the gross amount is in that one, and tells the rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files.cells import NOTES_LENGTH, Cells
from services.portfolio.domain.ledger_files.formats.account_money import at_rate
from services.portfolio.domain.ledger_files.layouts import (
    NOTHING_SAID,
    RATE_PLACES,
    Layout,
    Said,
    columns_of,
    moves_nothing,
    sheet_of,
)
from services.portfolio.domain.ledger_files.portfolio_performance_words import TITLES, WORDS
from services.portfolio.domain.ledger_files.reading import ledger_file
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
    Numbers,
    Skip,
)
from services.portfolio.domain.rules import RULES
from shared.files import Column, Days, Marks, Note, Table, notes_of, plain_title, require_needed
from shared.files import read as read_table
from shared.finance.entries import ACQUISITIONS, EARNINGS, FUNDING, TRADES, EntryType
from shared.finance.money import EXACT, MINOR_CURRENCIES, MINOR_UNITS, ZERO, round_to

_PRICE_PLACES: Final = 8
_MOST_PLACES: Final = 8

_NUMBERS: Final = frozenset({"amount", "gross", "fees", "taxes", "quantity"})
_NOT_READ: Final = ("rate", "wkn")
_TYPES: Final = {word: meant for meant, words in WORDS.items() for word in words}
LAYOUT: Final = Layout(
    name="portfolio_performance",
    program="Portfolio Performance's CSV of an account, in all of its languages",
    columns=tuple(
        Column(name, list(map(plain_title, titles)), name in _NUMBERS)
        for name, titles in TITLES.items()
        if name not in _NOT_READ
    ),
    needed=("date", "transaction_type", "amount"),
    types={word: type_ for word, (type_, _) in _TYPES.items()},
    not_read=(Skip.CASH_SIDE,),
    left_out=(*(it for name in _NOT_READ for it in TITLES[name]), "Ex-Date", "Time", "Uhrzeit"),
)

_CASH_OF: Final = {
    EntryType.TRANSFER_IN: EntryType.DEPOSIT,
    EntryType.TRANSFER_OUT: EntryType.WITHDRAWAL,
}
_OF_CASH_ACCOUNTS: Final = frozenset(EntryType) - TRADES - set(_CASH_OF)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How one file is written.

    Attributes:
        marks, days: how it writes numbers and dates.
        has_gross: whether there is a column that older files of cash accounts lack.
        of_cash: whether there are rows that only cash accounts have.
        unsigned: whether it is an older file of a securities account, where sales have no minus.
    """

    marks: Marks
    days: Days
    has_gross: bool
    of_cash: bool
    unsigned: bool

    @classmethod
    def of(cls, table: Table) -> "_Dialect":
        """Return the dialect that the rows of a file show."""
        kinds = {_kind(texts) for _, texts in table.lines}
        no_minus = not any(_is_negative(texts) for _, texts in table.lines)
        return cls(
            marks=table.marks([column.name for column in LAYOUT.columns if column.is_number]),
            days=table.days(["date"]),
            has_gross="gross" in table.columns,
            of_cash=bool(kinds & _OF_CASH_ACCOUNTS),
            unsigned=no_minus and EntryType.BUY in kinds,
        )

    def is_cash_side(self, kind: EntryType, value: Decimal) -> bool:
        """Return whether a row is a trade as the cash account saw it: paid is −, received +."""
        if kind not in TRADES:
            return False
        if not self.has_gross:
            return True
        if not value:
            return self.of_cash
        return not self.unsigned and (value > 0) == (kind is EntryType.SELL)


def read(content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of an account's file; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no CSV file, or lacks a needed column.
    """
    columns = columns_of(LAYOUT, said)
    table = read_table(content, said.form, columns)
    require_needed(table, LAYOUT.needed, LAYOUT.columns, may_be_said=True)
    dialect = _Dialect.of(table)
    transactions = Transactions()

    def row(line: int, texts: dict[str, str]) -> LedgerRow | str:
        cells = Cells(texts, dialect.marks, dialect.days)
        kind, sign = _type(cells, said)
        value = transactions.value(line, cells)
        if dialect.is_cash_side(kind, value):
            return Skip.CASH_SIDE
        return transactions.row(line, cells, kind, sign, value)

    file = transactions.in_asset_money(ledger_file(table.lines, row))
    notes = (*notes_of(table, columns), *transactions.notes())
    return replace(file, sheet=sheet_of(table, dialect.marks, dialect.days), notes=notes)


class Transactions:
    """Makes rows of transactions, and remembers what is to be said of them."""

    def __init__(self) -> None:
        self._rounded: list[int] = []
        self._rates: dict[int, tuple[Decimal, str]] = {}

    def value(self, line: int, cells: Cells) -> Decimal:
        """Return what moved: money of an account, which has the decimals of its currency."""
        value = cells.number("amount", digits=15)
        if value is None:
            cells.refuse("amount", "The row needs a value.")
            return ZERO
        currency = cells.currency("currency")
        rounded = round_to(value, MINOR_UNITS.get(currency or "", _MOST_PLACES))
        if rounded != value:
            self._rounded.append(line)
        return rounded

    def row(
        self, line: int, cells: Cells, kind: EntryType, sign: int, value: Decimal
    ) -> LedgerRow | str:
        """Return a row, or why there is none.

        Args:
            sign: of what moved by it.
            value: what moved.
        """
        asset = _asset(cells)
        if asset is None:
            kind = _CASH_OF.get(kind, kind)
        moved = EXACT.abs(value)
        moment = cells.moment("date")
        row = LedgerRow(
            line=line,
            date=moment.day,
            time=moment.time,
            type=kind,
            asset=None if kind in FUNDING else asset,
            currency=cells.currency("currency"),
            notes=cells.text("notes", NOTES_LENGTH) or "",
            external_id=cells.text("external_id"),
            **_numbers(cells, kind, sign, moved),
        )
        self._learn_rate(row, cells, moved)
        cells.check()
        return Skip.NOTHING if moves_nothing(row) else row

    def in_asset_money(self, file: LedgerFile) -> LedgerFile:
        """Return a file whose rows are in the currency of their paper, where they tell the rate.

        Their ids stay those of what the file says.
        """
        rows = tuple(
            at_rate(row, *self._rates[row.line]) if row.line in self._rates else row
            for row in file.rows
        )
        return replace(file, rows=rows)

    def notes(self) -> list[Note]:
        """Return what is to be said of the rows that were read."""
        if not self._rounded:
            return []
        lines = ", ".join(map(str, self._rounded[:20]))
        message = f"Values with more decimals than their currency has are rounded: line {lines}."
        return [Note("amount", "rounded", message)]

    def _learn_rate(self, row: LedgerRow, cells: Cells, moved: Decimal) -> None:
        """Remember the rate of a paper that is quoted in another currency than was paid in."""
        quoted_in, gross = cells.currency("asset_currency"), cells.number("gross", digits=15)
        major = MINOR_CURRENCIES.get(quoted_in or "", quoted_in)
        if row.asset is None or major is None or not gross or row.currency in (None, major):
            return
        charges = EXACT.add(cells.charge("fees"), cells.charge("taxes"))
        paid = (EXACT.subtract if row.type in ACQUISITIONS else EXACT.add)(moved, charges)
        gross = EXACT.abs(gross.scaleb(-2) if major != quoted_in else gross)
        rate = round_to(EXACT.divide(paid, gross), RATE_PLACES)
        if rate > 0:
            self._rates[row.line] = rate, major


def _numbers(cells: Cells, kind: EntryType, sign: int, moved: Decimal) -> Numbers:
    """Return the numbers of a row that are ours, from what moved in all."""
    quantity, fees, taxes = cells.number("quantity"), cells.charge("fees"), cells.charge("taxes")
    signed = EXACT.multiply(moved, sign)
    if kind in TRADES:
        # What costs nothing has a price, 0, and no amount that could say so.
        money = Numbers(amount=signed) if moved else Numbers(price=ZERO)
        return Numbers(quantity=quantity, fees=fees, taxes=taxes, **money)
    if kind in EARNINGS:
        gross = EXACT.add(signed, EXACT.add(fees, taxes))
        shares = (quantity or None) if kind is EntryType.DIVIDEND else None
        return Numbers(quantity=shares, amount=gross, fees=fees, taxes=taxes)
    if kind in _CASH_OF:
        return Numbers(quantity=quantity, price=_unit_price(moved, quantity))
    return Numbers(amount=signed)


def _unit_price(moved: Decimal, quantity: Decimal | None) -> Decimal | None:
    """Return what one unit cost, its share of fees and taxes included."""
    return round_to(EXACT.divide(moved, quantity), _PRICE_PLACES) if quantity else None


def _kind(texts: Mapping[str, str]) -> EntryType | None:
    kind, _ = _TYPES.get(texts.get("transaction_type", "").strip().lower(), (None, 0))
    return kind


def _is_negative(texts: Mapping[str, str]) -> bool:
    return texts.get("amount", "").strip().startswith(("-", "−"))


def _type(cells: Cells, said: Said) -> tuple[EntryType, int]:
    word = cells.text("transaction_type") or ""
    for name, kind in said.types.items():
        if name.lower() == word.lower():
            return kind, RULES[kind].sign or 1
    if word.lower() not in _TYPES:
        reason = f'Not a type of Portfolio Performance: say types={{"{word}": "BUY"}}.'
        cells.refuse("transaction_type", reason)
    return _TYPES.get(word.lower(), (EntryType.FEE, -1))


def _asset(cells: Cells) -> AssetReference | None:
    isin, symbol, name = cells.text("isin", 12), cells.text("symbol", 32), cells.text("asset_name")
    if not (isin or symbol or name):
        return None
    currency = cells.currency("asset_currency") or cells.currency("currency")
    return AssetReference(isin=isin, symbol=symbol, name=name, currency=currency)
