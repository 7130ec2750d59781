"""CSV files as programs and spreadsheets write them."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.portfolio.domain.ledger_files.rows import FileRefused

_DELIMITERS: Final = ";,\t"


@dataclass(frozen=True, slots=True)
class Table:
    """A file with a header.

    Attributes:
        delimiter: between its cells.
        columns: names of the columns.
        lines: the line where a record begins, and its texts by column.
    """

    delimiter: str
    columns: frozenset[str]
    lines: Sequence[tuple[int, dict[str, str]]]


def read_table(text: str, name_of: Callable[[str], str]) -> Table:
    """Return the records of a CSV file; empty ones are left out.

    Args:
        name_of: the name of a column by its title.

    Raises:
        FileRefused: it is no CSV file, or has a title twice.
    """
    title = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=title.count)
    records = _records(text, delimiter)
    _, titles = next(records, (0, [""]))
    columns = [name_of(title.strip()) for title in titles]
    named = [column for column in columns if column]
    if len(set(named)) < len(named):
        raise FileRefused("A column stands twice in the header.")
    lines = [
        (line, _by_column(line, columns, cells))
        for line, cells in records
        if any(cell.strip() for cell in cells)
    ]
    return Table(delimiter, frozenset(named), lines)


def decoded(content: bytes, *encodings: str) -> str:
    """Return the text of a file in the first encoding that fits.

    Raises:
        FileRefused: none does.
    """
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("Not a text file in UTF-8.")


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(f"Not a CSV file: line {line}: {error}.") from error


def _by_column(line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cells[len(columns) :]):
        raise FileRefused(f"Line {line} has more cells than the header.")
    return {column: cell for column, cell in zip(columns, cells, strict=False) if column}
