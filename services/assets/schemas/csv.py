"""Prices in CSV, as rows for the same schema that JSON goes through."""

import csv
import io
from typing import Any, Final

COLUMNS: Final = ("date", "close", "open", "high", "low", "volume")


def price_rows(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a CSV file with a header; an empty cell is a value not given.

    Raises:
        ValueError: it is not CSV in UTF-8, or its columns are not ours; says why.
    """
    reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _require_columns(header)
        return [_row(header, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise ValueError(f"Line {reader.line_num} is not CSV: {error}.") from error


def _require_columns(header: list[str]) -> None:
    if unknown := [name for name in header if name not in COLUMNS]:
        raise ValueError(f"Unknown columns: {', '.join(unknown)}; known are {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise ValueError("A column is there twice.")
    if not {"date", "close"} <= set(header):
        raise ValueError("The first line must name the columns, date and close among them.")


def _row(header: list[str], cells: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: text for name, cell in zip(header, cells, strict=False) if (text := cell.strip())
    }
    if len(cells) > len(header):
        row["more"] = cells[len(header) :]  # no field has this name, so the row is refused
    if "volume" in row and row["volume"].isascii() and row["volume"].isdigit():
        row["volume"] = int(row["volume"])
    return row
