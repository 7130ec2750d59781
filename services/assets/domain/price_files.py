"""Files of one asset's prices: our own list, Yahoo's, Stooq's, a broker's, a spreadsheet's.

Prices of other programs are binary floats; they are rounded to the eight decimals that are kept,
and volumes to whole pieces. A row without a close, such as a day of `null`, is left out and
counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.assets.domain.quotes import PRICE_PLACES, Bar, Faults
from shared.errors import ValidationFailed
from shared.files import (
    Cells,
    Column,
    Columns,
    FileRefused,
    Form,
    Note,
    Table,
    Title,
    notes_of,
    read,
    require_needed,
)
from shared.finance.money import round_to

_COLUMNS: Final = (
    Column(
        "date",
        ["day", "trade date", "date time", "datetime", "timestamp", "snapped at", "nav date",
         "datum", "tag", "data"],
    ),
    Column(
        "close",
        ["closing price", "close last", "last", "last price", "quote", "price", "nav", "value",
         "schlusskurs", "schluss", "kurs", "letzter", "zuletzt", "preis", "wert", "rücknahmepreis",
         "zamkniecie"],
        is_number=True,
    ),
    Column(
        "open",
        ["opening price", "eröffnung", "eröffn", "eröffnungskurs", "erster", "otwarcie"],
        is_number=True,
    ),
    Column("high", ["hoch", "tageshoch", "höchst", "höchstkurs", "najwyzszy"], is_number=True),
    Column("low", ["tief", "tagestief", "tiefst", "tiefstkurs", "najnizszy"], is_number=True),
    Column("volume", ["stücke", "stuecke", "volumen", "wolumen"], is_number=True),
)  # fmt: skip
# Of our own list of prices: they belong to its installation, or follow from the rest.
_OF_OUR_LIST: Final = ("id", "asset", "symbol", "source", "adjusted_close")
_NEEDED: Final = ("date", "close")
_RANGE: Final = ("open", "high", "low")
_NO_VALUE: Final = frozenset({"null", "n/a", "n.a.", "-", "--"})
_PLACES: Final = 30  # of a binary float, written in full
_SYMBOL: Final = "symbol"
_MILLISECONDS: Final = 10**11  # as seconds the year 5138, as milliseconds 1973


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file says.

    Attributes:
        lines: of the bars, where each begins in the file, from 1.
        bars: one a row.
        errors: line → what is wrong with a row that cannot be read.
        form, titles, title_lines: how the file was read.
    """

    lines: Sequence[int]
    bars: Sequence[Bar]
    errors: Mapping[int, Faults]
    notes: Sequence[Note]
    form: Form
    titles: Sequence[Title]
    title_lines: Sequence[str]


def read_prices(content: bytes, form: Form, said: Mapping[str, str] | None = None) -> PriceFile:
    """Return the prices in a CSV file.

    Args:
        form: what its sender says of it.
        said: our name of a column → its title; None where there is nobody who could say.

    Raises:
        FileRefused: it is no CSV file, lacks a date, a close or a column that is said, or is of
            several assets.
    """
    left_out = [*_OF_OUR_LIST[:2], *_OF_OUR_LIST[3:]]
    columns = Columns((*_COLUMNS, Column(_SYMBOL)), said or {}, left_out)
    table = read(content, form, columns)
    require_needed(table, _NEEDED, _COLUMNS, may_be_said=said is not None)
    if len(set(table.texts([_SYMBOL]))) > 1:
        raise FileRefused("These are prices of several assets: send each to its own.")
    marks = table.marks([column.name for column in _COLUMNS if column.is_number])
    days = table.days(["date"])
    lines: list[int] = []
    bars: list[Bar] = []
    errors: dict[int, Faults] = {}
    empty = 0
    for line, texts in table.lines:
        cells = Cells(_given(texts), marks, days)
        bar = _bar(cells)
        if cells.wrong:
            errors[line] = {name: [reason] for name, reason in cells.wrong.items()}
        elif bar is None:
            empty += 1
        else:
            lines.append(line)
            bars.append(bar)
    notes = _notes(table, columns, empty)
    form = table.form_read(marks, days)
    return PriceFile(lines, bars, errors, notes, form, _titles(table), table.title_lines)


def price_bars(content: bytes) -> list[Bar]:
    """Return the prices in a CSV file, of which nothing is said.

    Raises:
        FileRefused: see `read_prices`.
        ValidationFailed: a row is no price of a day.
    """
    file = read_prices(content, Form())
    if file.errors:
        raise ValidationFailed({"prices": file.errors})
    return list(file.bars)


def row_bars(rows: Sequence[object]) -> list[Bar]:
    """Return the prices in the rows of a JSON answer, their titles as those of files.

    Args:
        rows: objects with a date and a close at least, or pairs of both. A date may be a Unix
            time in seconds or milliseconds.

    Raises:
        FileRefused: they are of another form.
        ValidationFailed: a row is no price of a day.
    """
    objects = [_object(row) for row in rows]
    titles = list(dict.fromkeys(title for row in objects for title in row))
    found = Columns((*_COLUMNS,), {}, _OF_OUR_LIST).find(titles)
    columns = {title.text: title.column for title in found if title.column}
    missing = [name for name in _NEEDED if name not in columns.values()]
    if missing and rows:
        raise FileRefused(f"The rows lack: {', '.join(missing)}.")
    bars = []
    for row in objects:
        texts = {
            columns[title]: _text(columns[title], it)
            for title, it in row.items()
            if title in columns
        }
        cells = Cells(_given(texts))
        bar = _bar(cells)
        if cells.wrong:
            raise ValidationFailed({"prices": {name: [why] for name, why in cells.wrong.items()}})
        if bar is not None:
            bars.append(bar)
    return bars


def _object(row: object) -> Mapping[str, object]:
    if isinstance(row, dict):
        return {title.strip(): value for title, value in row.items()}
    if isinstance(row, list) and len(row) == len(_NEEDED):
        return dict(zip(_NEEDED, row, strict=True))
    raise FileRefused("The rows are neither objects nor pairs of a date and a close.")


def _text(column: str, value: object) -> str:
    """Return a value of JSON as a cell of a file says it."""
    if column == "date" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _day_of(value)
    if isinstance(value, Decimal) and abs(value.adjusted()) <= _PLACES:
        return f"{value:f}"
    return "" if value is None else str(value)


def _day_of(unix: int | Decimal) -> str:
    seconds = unix / 1000 if unix >= _MILLISECONDS else unix
    try:
        return datetime.fromtimestamp(float(seconds), UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return str(unix)  # which is no date


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that say something."""
    return {name: it for name, it in texts.items() if it.strip().lower() not in _NO_VALUE}


def _bar(cells: Cells) -> Bar | None:
    """Return the bar of a row; None where it has no close, or cannot be read."""
    day: date = cells.moment("date").day
    close, volume = _price(cells, "close"), cells.number("volume", places=_PLACES, digits=19)
    # A market that did not trade has an open, a high and a low of 0 in some files.
    opened, high, low = (_price(cells, name) or None for name in _RANGE)
    if close is None:
        return None
    pieces = None if volume is None else int(volume.to_integral_value(ROUND_HALF_UP))
    return Bar(day, close, opened, high, low, pieces)


def _price(cells: Cells, name: str) -> Decimal | None:
    price = cells.number(name, places=_PLACES)
    return None if price is None else round_to(price, PRICE_PLACES)


def _titles(table: Table) -> list[Title]:
    return [Title(title.text, None) if title.column == _SYMBOL else title for title in table.titles]


def _notes(table: Table, columns: Columns, empty: int) -> list[Note]:
    skipped = Note("close", "rows_skipped", f"{empty}: rows without a close.")
    return notes_of(table, columns) + ([skipped] if empty else [])
