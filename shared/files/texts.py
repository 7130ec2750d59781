"""The text of a file, whatever it is encoded in."""

import re
from typing import Final

from shared.files.errors import FileRefused
from shared.files.form import ENCODINGS

_UTF_32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_BEGINNING: Final = 512  # bytes that show UTF-16 without its mark
_NO_TEXT: Final = {
    b"%PDF": "This is a PDF: ask for the file as CSV.",
    b"\xd0\xcf\x11\xe0": "This is an Excel workbook: save it as CSV.",
    b"\x1f\x8b": "This is compressed (gzip): unpack it and send what is inside.",
    b"BZh": "This is compressed (bzip2): unpack it and send what is inside.",
    b"\xfd7zXZ": "This is compressed (xz): unpack it and send what is inside.",
    b"7z\xbc\xaf": "This is an archive (7-Zip): unpack it and send the file inside.",
    b"Rar!": "This is an archive (RAR): unpack it and send the file inside.",
    b"\x89PNG": "This is a picture: send the table itself, as CSV.",
    b"\xff\xd8\xff": "This is a picture: send the table itself, as CSV.",
}
_ZIP: Final = b"PK\x03\x04"
_OF_WORKBOOKS: Final = (b"xl/", b"opendocument.spreadsheet", b"Index/Tables")
_UTF_8: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# Marks of direction, joiners and byte order marks, which come along with what is copied.
_NO_WIDTH: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]")
_ANYTHING: Final = re.compile("[^\\s\u200b-\u200f\u2060\ufeff]")
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML: Final = re.compile(r"<[?!a-z]", re.IGNORECASE)
_JSON: Final = re.compile(r'[\[{]\s*["\[{\]}]')


def visible(text: str) -> str:
    """Return a text without outer blanks, and without what has no width."""
    return _NO_WIDTH.sub("", text).strip()


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding, one of `ENCODINGS`.

    Args:
        encoding: what it is in; found out by default: UTF-8, UTF-16, else Windows-1252, in which
            spreadsheets on Windows save.

    Raises:
        FileRefused: it is empty, or no text in that encoding.
    """
    _require_text(content)
    text, name = _decoded(content, encoding)
    if not _ANYTHING.search(text):
        raise FileRefused("The file is empty: nothing but blanks came.")
    return text, name


def require_table(text: str) -> None:
    """Refuse what is written in another language than tables are.

    Raises:
        FileRefused: it is a page of the web, XML or JSON.
    """
    beginning = visible(text[:1000])
    if _HTML.match(beginning):
        raise FileRefused(
            "This is a web page (HTML), perhaps an error or a login: download the file again."
        )
    if _XML.match(beginning):
        raise FileRefused(
            "This is XML, no table: export the file as CSV; formats of XML have names of their own."
        )
    if _JSON.match(beginning):
        raise FileRefused(
            "This is JSON, no table: export the file as CSV. An export of Ghostfolio is sent with"
            " Content-Type: application/json and format=ghostfolio."
        )


def _require_text(content: bytes) -> None:
    for beginning, reason in _NO_TEXT.items():
        if content.startswith(beginning):
            raise FileRefused(reason)
    if content.startswith(_ZIP):
        if any(name in content for name in _OF_WORKBOOKS):
            raise FileRefused("This is a workbook (Excel): save it as CSV.")
        raise FileRefused("This is an archive (ZIP): unpack it and send the file inside.")
    if content.startswith(_UTF_32):
        raise FileRefused("This is UTF-32: save it as UTF-8.")


def _decoded(content: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding == "utf-16" or (encoding is None and _is_wide(content)):
        return _wide(content), "utf-16"
    try:
        name = encoding or "utf-8"
        return content.decode(ENCODINGS[name]), name
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if encoding:
            raise _not_in(encoding, line) from error
    if _UTF_8.search(content):
        raise FileRefused(
            f"Two encodings: line {line} is not UTF-8, but others are. Save the file as UTF-8, or"
            " say encoding=windows-1252."
        )
    try:
        return content.decode(ENCODINGS["windows-1252"]), "windows-1252"
    except UnicodeDecodeError as error:
        raise _not_in("UTF-8", line) from error


def _is_wide(content: bytes) -> bool:
    """Return whether a text is in UTF-16: half of its bytes are zeros, every second one of them."""
    beginning = content[:_BEGINNING]
    fewer, more = sorted((beginning[::2].count(0), beginning[1::2].count(0)))
    return content.startswith(_MARKS) or (more * 3 > len(beginning) and fewer * 10 < more)


def _wide(content: bytes) -> str:
    """Return a text in UTF-16; without its mark its zeros show which byte comes first."""
    name = "utf-16"
    if not content.startswith(_MARKS):
        beginning = content[:_BEGINNING]
        if not (zeros := beginning.count(0)):
            raise _not_in("utf-16", 1)
        name = "utf-16-be" if beginning[::2].count(0) * 2 > zeros else "utf-16-le"
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        line = content.decode(name, errors="ignore").count("\n") + 1
        raise _not_in("UTF-16", line) from error


def _not_in(encoding: str, line: int) -> FileRefused:
    return FileRefused(
        f"Not a text file in {encoding}: line {line} has what it cannot have. Save it as UTF-8, or"
        f" say encoding={'|'.join(ENCODINGS)}."
    )
