"""The text of a file, whatever it is encoded in."""

from typing import Final

from shared.files.errors import FileRefused
from shared.files.form import ENCODINGS

_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_BEGINNING: Final = 512  # bytes that show UTF-16 without its mark
_NO_TEXT: Final = {
    b"PK\x03\x04": "This is a workbook (Excel) or an archive: save it as CSV.",
    b"\xd0\xcf\x11\xe0": "This is an Excel workbook: save it as CSV.",
    b"%PDF": "This is a PDF: ask for the file as CSV.",
    b"<": "This is XML or HTML: ask for the file as CSV.",
}


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding, one of `ENCODINGS`.

    Args:
        encoding: what it is in; found out by default: UTF-8, UTF-16, else Windows-1252, in which
            spreadsheets on Windows save.

    Raises:
        FileRefused: it is no text in that encoding.
    """
    for beginning, reason in _NO_TEXT.items():
        if content.startswith(beginning):
            raise FileRefused(reason)
    for name in [encoding] if encoding else _likely(content):
        try:
            return content.decode(ENCODINGS[name]), name
        except UnicodeDecodeError:
            continue
    expected = encoding or "UTF-8"
    raise FileRefused(f"Not a text file in {expected}; say encoding={'|'.join(ENCODINGS)}.")


def _likely(content: bytes) -> list[str]:
    if content.startswith(_WIDE):
        return ["utf-16"]
    beginning = content[:_BEGINNING]
    if beginning.count(0) * 3 > len(beginning):
        return ["utf-16"]
    return ["utf-8", "windows-1252"]
