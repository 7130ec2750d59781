"""Tables of ledgers: what a format's columns and words are, and how its rows are read by them.

The columns are those of `words.COLUMNS`, whatever they are called in a file. A foreign file has its
own habits, which are taken where its titles are its own: amounts without a sign take that of their
type, and fees that are all negative are what they cost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files import words
from services.portfolio.domain.ledger_files.cells import NOTES_LENGTH, Cells
from services.portfolio.domain.ledger_files.reading import ledger_file
from services.portfolio.domain.ledger_files.reversals import without_reversals
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
    Sheet,
    Skip,
)
from services.portfolio.domain.rules import RULES
from shared.files import (
    Column,
    Columns,
    Days,
    FileRefused,
    Form,
    Marks,
    Table,
    notes_of,
    parse_time,
    read,
    require_needed,
)
from shared.finance.entries import DISPOSALS, FUNDING, EntryType
from shared.finance.money import EXACT, GRID, MINOR_CURRENCIES, ZERO, round_to

_PLACES: Final = 8
_MOST_PLACES: Final = 40
RATE_PLACES: Final = 12

Line = tuple[int, dict[str, str]]  # of a table: where it begins, and its texts by column


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the sender says of a file.

    Attributes:
        form: how it is written.
        columns: our name of a column → its title.
        types: a word of the file → the type that it means.
        is_preview: whether it is only to be shown; then a table that lacks columns is one without
            rows.
    """

    form: Form = field(default_factory=Form)
    columns: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, EntryType] = field(default_factory=dict)
    is_preview: bool = False


NOTHING_SAID: Final = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table that a program writes.

    Attributes:
        name: of the format.
        program: what writes it.
        columns: that are read, with their titles.
        needed: those without which no row can be read.
        types: a word of the program, in lower case → the type that it means.
        skips: a word of the program, in lower case → why its rows are no transactions.
        not_read: why other rows are none, which no word shows.
        left_out: titles that are known and not read.
        by_sign: a word, in lower case → the type where its amount is positive, and where it is not.
        date_format: of its dates, unless the sender says another.
        currency: of rows that name none.
        prepared: gives rows what other rows say of them.
        adapted: makes of a row's texts those that we read, or says why there is no row.
        finished: makes of a row that has been read the one that is meant.
        is_exact: whether its numbers are decimals; binary floats are rounded to those of a ledger.
        is_free: whether it may have any columns, so that a misspelt one must be found.
        content_type: the media type of its files.
        elements: of XML: the names of the elements that are its rows.
    """

    name: str
    program: str
    columns: tuple[Column, ...] = words.COLUMNS
    needed: tuple[str, ...] = ("date", "transaction_type")
    types: Mapping[str, EntryType] = field(default_factory=lambda: words.TYPES)
    skips: Mapping[str, str] = field(default_factory=dict)
    not_read: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    by_sign: Mapping[str, tuple[EntryType, EntryType]] = field(default_factory=dict)
    date_format: str | None = None
    currency: str | None = None
    prepared: Callable[[Sequence[Line]], Sequence[Line]] | None = None
    adapted: Callable[[dict[str, str]], dict[str, str] | str] | None = None
    finished: Callable[[LedgerRow, Cells], LedgerRow | str] | None = None
    is_exact: bool = True
    is_free: bool = False
    content_type: str = "text/csv"
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Habits:
    """How the rows of one file are to be understood.

    Attributes:
        is_unsigned: whether what costs is written without a sign.
        has_negative_charges: whether its fees, or taxes, are written with a minus.
    """

    layout: Layout
    said: Said
    marks: Marks
    days: Days
    is_unsigned: bool
    has_negative_charges: Mapping[str, bool]

    def places(self, places: int) -> int:
        """Return how many decimals a number may have; a binary float may have any."""
        return places if self.layout.is_exact else _MOST_PLACES


def read_layout(layout: Layout, content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of a file; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no CSV file, lacks a needed column, or has one that looks misspelt.
    """
    columns = columns_of(layout, said)
    form = replace(said.form, date_format=said.form.date_format or layout.date_format)
    table = read(content, form, columns)
    missing = [name for name in layout.needed if name not in table.columns]
    if missing and said.is_preview:
        sheet = sheet_of(table, table.marks([]), table.days([]))
        return LedgerFile((), {}, {}, replace(sheet, missing=missing))
    require_needed(table, layout.needed, layout.columns, may_be_said=True)
    if layout.is_free and (misspelt := columns.misspelt(table.titles)):
        # A misspelt `fes` must not silently lose all fees.
        doubts = ", ".join(f"{title} (did you mean {name}?)" for title, name in misspelt.items())
        raise FileRefused(f"The header has unknown columns: {doubts}.")
    return replace(rows_of(layout, table, said), notes=tuple(notes_of(table, columns)))


def rows_of(layout: Layout, table: Table, said: Said) -> LedgerFile:
    """Return the rows of a table whose columns are found."""
    habits = _habits(layout, said, table)
    lines = layout.prepared(table.lines) if layout.prepared else table.lines
    file = ledger_file(lines, lambda line, texts: _row(line, texts, habits))
    if not layout.is_free:
        file = without_reversals(file)
    return replace(file, sheet=sheet_of(table, habits.marks, habits.days))


def columns_of(layout: Layout, said: Said) -> Columns:
    """Return the columns of a format, with the titles that the sender says.

    Raises:
        FileRefused: it names a column that the format has not.
    """
    return Columns(layout.columns, said.columns, layout.left_out)


def sheet_of(table: Table, marks: Marks, days: Days) -> Sheet:
    """Return how a table was read."""
    return Sheet(table.form_read(marks, days), table.titles, table.title_lines)


def _habits(layout: Layout, said: Said, table: Table) -> _Habits:
    foreign = {title.column for title in table.titles if title.column and not title.is_own}
    signs = {
        name: [text.lstrip("$€£¥ ")[:1] in ("-", "−", "(") for text in table.texts([name])]
        for name in ("amount", "fees", "taxes")
    }
    return _Habits(
        layout,
        said,
        table.marks([column.name for column in layout.columns if column.is_number]),
        table.days(["date"]),
        is_unsigned=not layout.is_free or ("amount" in foreign and not any(signs["amount"])),
        has_negative_charges={
            name: any(signs[name]) and (name in foreign or not layout.is_free)
            for name in ("fees", "taxes")
        },
    )


def _row(line: int, texts: dict[str, str], habits: _Habits) -> LedgerRow | str:
    if habits.layout.adapted:
        adapted = habits.layout.adapted(texts)
        if isinstance(adapted, str):
            return adapted
        texts = adapted
    if habits.layout.currency:
        texts = {"currency": habits.layout.currency, **{n: it for n, it in texts.items() if it}}
    cells = Cells(texts, habits.marks, habits.days)
    word = (cells.word("transaction_type") or "").lower()
    if word in habits.layout.skips:
        return habits.layout.skips[word]
    kind = _type(cells, word, habits)
    moment = cells.moment("date")
    row = LedgerRow(
        line=line,
        date=moment.day,
        type=kind,
        asset=_asset_of(cells, kind, habits.layout),
        quantity=_quantity(cells, kind, habits),
        price=_rounded(cells.number("price", places=habits.places(GRID)), habits),
        amount=_amount(cells, kind, habits),
        fees=_charge(cells, "fees", habits),
        taxes=_charge(cells, "taxes", habits),
        currency=cells.currency("currency"),
        exchange_rate=cells.number("exchange_rate", places=RATE_PLACES),
        ratio=cells.ratio("ratio"),
        notes=cells.text("notes", NOTES_LENGTH) or "",
        external_id=cells.text("external_id"),
        position_in_day=_position(cells),
        time=_time(cells) or moment.time,
        charges_currency=cells.currency("fees_currency"),
    )
    if EXACT.add(row.fees, row.taxes) and not _is_of_row(row.charges_currency, row):
        cells.refuse("fees_currency", "It must be that of the row, or pounds where that is pence.")
    cells.check()
    if moves_nothing(row):
        return Skip.NOTHING
    return habits.layout.finished(row, cells) if habits.layout.finished else row


def _is_of_row(charged: str | None, row: LedgerRow) -> bool:
    currency = row.money_currency
    return charged is None or currency is None or charged in {
        currency, MINOR_CURRENCIES.get(currency)
    }  # fmt: skip


def moves_nothing(row: LedgerRow) -> bool:
    """Return whether a row says that no money moved: a dividend, a fee or a deposit of 0."""
    is_of_money = row.type not in DISPOSALS and RULES[row.type].needs.isdisjoint(
        {"quantity", "ratio"}
    )
    charges = EXACT.add(row.fees, row.taxes)
    return (
        is_of_money and row.amount is not None and not row.amount and not row.price and not charges
    )


def _type(cells: Cells, word: str, habits: _Habits) -> EntryType:
    said = {name.lower(): type_ for name, type_ in habits.said.types.items()}
    kind = said.get(word) or habits.layout.types.get(word)
    if kind is None and word in habits.layout.by_sign:
        positive, negative = habits.layout.by_sign[word]
        kind = negative if (_money(cells, habits) or ZERO) < 0 else positive
    if kind is None:
        written = cells.text("transaction_type") or ""
        hint = f'; or say what it means: types={{"{written}": "BUY"}}' if written else ""
        reason = f"Must be one of: {', '.join(EntryType)}{hint}."
        cells.refuse("transaction_type", reason)
    return kind or EntryType.ADJUSTMENT


def _asset_of(cells: Cells, kind: EntryType, layout: Layout) -> AssetReference | None:
    """Return the asset of a row; brokers describe money too where they name papers."""
    asset = _asset(cells)
    if asset is None or layout.is_free:
        return asset
    return asset if kind not in FUNDING and (asset.isin or asset.symbol) else None


def _asset(cells: Cells) -> AssetReference | None:
    isin, currency = cells.word("isin", 12), cells.currency("asset_currency")
    asset = AssetReference(
        isin=isin,
        symbol=cells.word("symbol", 32),
        name=cells.text("asset_name"),
        currency=currency,
        money=cells.currency("currency") if isin and not currency else None,
    )
    return None if asset == AssetReference() else asset


def _quantity(cells: Cells, kind: EntryType, habits: _Habits) -> Decimal | None:
    """Return how many; many programs write what was sold with a minus."""
    quantity = _rounded(cells.number("quantity", places=habits.places(_PLACES)), habits)
    return EXACT.abs(quantity) if quantity and kind in DISPOSALS else quantity


def _amount(cells: Cells, kind: EntryType, habits: _Habits) -> Decimal | None:
    amount = _money(cells, habits)
    costs = RULES[kind].sign < 0
    return EXACT.minus(amount) if amount and amount > 0 and habits.is_unsigned and costs else amount


def _money(cells: Cells, habits: _Habits) -> Decimal | None:
    amount = cells.number("amount", places=habits.places(GRID), digits=15)
    return _rounded(amount, habits)


def _rounded(number: Decimal | None, habits: _Habits) -> Decimal | None:
    return number if number is None or habits.layout.is_exact else round_to(number, _PLACES)


def _charge(cells: Cells, name: str, habits: _Habits) -> Decimal:
    charge = _rounded(cells.charge(name, places=habits.places(GRID)), habits) or ZERO
    return EXACT.minus(charge) if charge and habits.has_negative_charges[name] else charge


def _time(cells: Cells) -> time | None:
    return cells.parsed("time", parse_time)


def _position(cells: Cells) -> int | None:
    place = cells.number("position_in_day", places=0, digits=19)
    return None if place is None else int(place)
