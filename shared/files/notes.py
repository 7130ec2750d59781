"""What the sender of a table should know of how it was read, and what a header lacks."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from shared.files.columns import Column, Columns
from shared.files.errors import FileRefused
from shared.files.tables import Table

_LONGEST: Final = 300  # characters of what is shown of a file


class Note(NamedTuple):
    """What the sender of a file should know of how it was read; has the form of a warning."""

    field: str
    code: str
    message: str


def notes_of(table: Table, columns: Columns) -> list[Note]:
    """Return what is to be said of a table: title lines, columns left out, no rows, a guess."""
    notes = []
    if table.title_lines:
        count, shown = len(table.title_lines), " | ".join(table.title_lines)[:_LONGEST]
        notes.append(Note("file", "title_lines", f"{count} lines stand before the header: {shown}"))
    left_out = [
        title.text
        for title in table.titles
        if title.text and title.column is None and not columns.is_ignored(title.text)
    ]
    if left_out:
        shown = ", ".join(left_out)[:_LONGEST]
        notes.append(Note("file", "columns_left_out", f"Columns that are not read: {shown}"))
    if not table.lines:
        line = (table.form.skip_lines or 0) + 1
        notes.append(Note("file", "no_rows", f"Nothing stands below the header in line {line}."))
    if table.form.encoding == "windows-1252":
        message = "Not UTF-8: read as windows-1252; `encoding` says another."
        notes.append(Note("file", "encoding_guessed", message))
    return notes


def require_needed(
    table: Table, needed: Iterable[str], columns: Sequence[Column], *, may_be_said: bool = False
) -> None:
    """Require columns without which no row can be read.

    Args:
        may_be_said: whether the sender may say which title means which column (`columns`).

    Raises:
        FileRefused: one is missing; with what there is, and which are known.
    """
    missing = [name for name in needed if name not in table.columns]
    if not missing:
        return
    titles = ", ".join(title.text for title in table.titles if title.text)[:_LONGEST] or "nothing"
    known = ", ".join(column.name for column in columns)
    usual = "; ".join(
        f"{column.name} may be called {', '.join(column.titles)}"
        for column in columns
        if column.name in missing
    )
    hint = f' Say which one it is: columns={{"{missing[0]}": "<title>"}}.' if may_be_said else ""
    raise FileRefused(
        f"The header lacks: {', '.join(missing)}. Line {(table.form.skip_lines or 0) + 1} was read"
        f" as the header; it has: {titles}. Known columns: {known}; {usual}.{hint}"
    )
