"""CSV files as programs and spreadsheets write them: where the header is, and what follows it."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from shared.files.columns import Columns, Title
from shared.files.dates import Days
from shared.files.errors import FileRefused
from shared.files.form import Form
from shared.files.numbers import Marks
from shared.files.texts import decoded, require_table, visible

_DELIMITERS: Final = ",;\t|"
_HEADER_WITHIN: Final = 40  # lines: what stands before a header is short
_LONGEST_HEADER: Final = 20_000  # characters that are looked at to find it
_LONGEST: Final = 300  # characters of a title line that are shown
_MOST_COLUMNS: Final = 500
_MOST_ROWS: Final = 50_000
# What Python's reader says of a record, in its own words → what is to be done.
_FAULTS: Final = {
    "field larger than field limit": (
        "a cell has more than 131,072 characters: a quotation mark is missing, or another delimiter"
        " is meant"
    ),
    "unexpected end of data": "a quotation mark has no end: close the cell, or double the mark",
    "expected after": (
        "behind a quotation mark that closes a cell stands more: double the marks within a cell"
    ),
}
_SEPARATOR: Final = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A file with a header.

    Attributes:
        form: how it is written, as it was read.
        titles: of the header, in its order.
        lines: the line where a record begins, and its texts by column.
        title_lines: what stands before the header.
    """

    form: Form
    titles: Sequence[Title]
    lines: Sequence[tuple[int, dict[str, str]]]
    title_lines: Sequence[str]

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that there are."""
        return frozenset(title.column for title in self.titles if title.column)

    def texts(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the cells of some columns that are not empty."""
        for _, texts in self.lines:
            for name in names:
                if text := visible(texts.get(name, "")):
                    yield text

    def form_read(self, marks: Marks, days: Days) -> Form:
        """Return how the file is written, as its numbers and dates show it too."""
        return replace(self.form, decimal=marks.decimal, date_format=days.shown)

    def marks(self, names: Sequence[str]) -> Marks:
        """Return how the file writes numbers, as its columns of numbers show."""
        return Marks(self.texts(names), self.form.decimal, self.form.delimiter or "")

    def days(self, names: Sequence[str]) -> Days:
        """Return how the file writes dates.

        Raises:
            FileRefused: what the sender says of them is no format.
        """
        try:
            return Days(self.texts(names), self.form.date_format)
        except ValueError as error:
            raise FileRefused(f"date_format: {error}") from error


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a header is: lines before it, and the delimiter of its cells."""

    line: int
    delimiter: str


def read(content: bytes, form: Form, columns: Columns) -> Table:
    """Return the records of a CSV file; empty ones are left out.

    The header is the first of its lines, title lines left out, with the most titles that are known.

    Args:
        form: what the sender says of it.
        columns: those that it may have.

    Raises:
        FileRefused: it is no CSV file, has too many rows or columns, or a title twice.
    """
    text, encoding = decoded(content, form.encoding)
    require_table(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\n" not in text else text
    lines = text.split("\n")
    place = _place(lines, form, columns)
    body = "\n".join(lines[place.line :])
    records = _records(body, place.delimiter, place.line)
    _, texts = next(records, (0, [""]))
    texts = [_value(text) for text in texts]
    if len(texts) > _MOST_COLUMNS:
        raise FileRefused(f"The header has {len(texts)} columns; at most {_MOST_COLUMNS} are read.")
    titles = columns.find(texts)
    rows = [
        (line, _by_column(line, titles, cells))
        for line, cells in islice(_filled(records), _MOST_ROWS + 1)
    ]
    if len(rows) > _MOST_ROWS:
        raise FileRefused(f"The file has more than {_MOST_ROWS:,} rows: send it in parts.")
    known = replace(form, encoding=encoding, delimiter=place.delimiter, skip_lines=place.line)
    return Table(known, titles, rows, _title_lines(lines[: place.line], place.delimiter))


def _title_lines(lines: Sequence[str], delimiter: str) -> list[str]:
    texts = [line.strip() for line in lines if not _SEPARATOR.fullmatch(line)]
    return [text.strip(delimiter)[:_LONGEST] for text in texts if text.strip(f"{delimiter} ")]


def _place(lines: Sequence[str], form: Form, columns: Columns) -> _Place:
    first = form.skip_lines or 0
    declared = form.delimiter
    if form.skip_lines is None and lines and (said := _SEPARATOR.fullmatch(lines[0].strip())):
        first, declared = 1, declared or said[1]
    first = next((index for index in range(first, len(lines)) if lines[index].strip()), len(lines))
    if first >= len(lines):
        raise FileRefused("The file has no header.")
    last = first + 1 if form.skip_lines is not None else first + _HEADER_WITHIN
    places = [
        _Place(index, delimiter)
        for index in range(first, min(last, len(lines)))
        for delimiter in declared or _DELIMITERS
    ]
    # Of equal ones the first, there the one with more cells.
    best = max(places, key=lambda place: _likelihood(lines[place.line], place, columns))
    if columns.count(_cells(lines[best.line], best.delimiter)):
        return best
    return max(
        places[: len(declared or _DELIMITERS)], key=lambda it: lines[first].count(it.delimiter)
    )


def _likelihood(line: str, place: _Place, columns: Columns) -> tuple[int, int, int]:
    return (
        columns.count(_cells(line, place.delimiter)),
        -place.line,
        line.count(place.delimiter),
    )


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        beginning = line[:_LONGEST_HEADER].strip("\r\ufeff")
        return next(csv.reader([beginning], delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(text: str, delimiter: str, before: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = before + 1
    try:
        for cells in reader:
            yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        reason = next((it for words, it in _FAULTS.items() if words in str(error)), str(error))
        raise FileRefused(f"Not a CSV file: line {line}: {reason}.") from error


def _filled(records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, cells) for line, cells in records if any(map(visible, cells)))


def _value(cell: str) -> str:
    # Programs write ="0042" so that a spreadsheet leaves it as it is.
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def _by_column(line: int, titles: Sequence[Title], cells: Sequence[str]) -> dict[str, str]:
    is_header = any(title.column for title in titles)  # else that is the fault of the file
    if is_header and any(cell.strip() for cell in cells[len(titles) :]):
        raise FileRefused(
            f"Line {line} has more cells than the header: quote those with the delimiter in them."
        )
    return {
        title.column: _value(cell)
        for title, cell in zip(titles, cells, strict=False)
        if title.column
    }
