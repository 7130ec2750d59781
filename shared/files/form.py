"""How a file is written."""

from dataclasses import dataclass
from typing import Final

# Names of encodings that may be said → Python's.
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "windows-1250": "cp1250",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "macintosh": "mac-roman",
}
DELIMITERS: Final = {
    ",": ",",
    ";": ";",
    "|": "|",
    "\t": "\t",
    "tab": "\t",
    "comma": ",",
    "semicolon": ";",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a file is written, as far as its sender says so; what is None is found out.

    Attributes:
        encoding: one of `ENCODINGS`.
        delimiter: between the cells.
        decimal: the mark before the decimals, `.` or `,`.
        date_format: of its dates: `DD`, `MM` and `YYYY` with what stands between them, `D`, `M`,
            `YY`, and `MMM` for Jan to Dec; a time of day may follow.
        skip_lines: lines before the header.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    date_format: str | None = None
    skip_lines: int | None = None
