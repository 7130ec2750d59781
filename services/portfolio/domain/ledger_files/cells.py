"""Texts of a file turned into values; bounded before any arithmetic."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar

from services.portfolio.domain.errors import InvalidEntry
from shared.finance.money import MINOR_CURRENCIES, ZERO, is_quotation
from shared.finance.splits import parse_ratio

NOTES_LENGTH: Final = 10_000
_LONGEST_NUMBER: Final = 64
_EARLIEST: Final = date(1900, 1, 1)
_ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}[\d:.]*Z?)?", re.ASCII)
_GERMAN_DAY: Final = re.compile(r"\d{2}\.\d{2}\.\d{4}", re.ASCII)
# C0 controls but tab and line ends; PostgreSQL cannot store NUL, and UTF-8 no lone surrogate.
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

# How a file writes numbers: decimal mark → pattern. Groups are of three digits, so that a mark of
# the other language is refused and never read as a grouping: 1.5 is not 15.
_NUMBERS: Final = {
    ".": re.compile(r"[+-]?(\d+|\d{1,3}([,'’\s]\d{3})+)(\.\d*)?|[+-]?\.\d+", re.ASCII),
    ",": re.compile(r"[+-]?(\d+|\d{1,3}([.'’\s]\d{3})+)(,\d*)?|[+-]?,\d+", re.ASCII),
}
_BLANKS: Final = str.maketrans("\xa0\u202f−", "  -")

Value = TypeVar("Value")


class Cells:
    """One row: field → text. What cannot be read is None and counted as wrong.

    Args:
        texts: as they stand in the file.
        decimal_mark: `.` or `,`.
    """

    def __init__(self, texts: Mapping[str, str], decimal_mark: str = ".") -> None:
        self._texts = texts
        self._mark = decimal_mark
        self._wrong: dict[str, str] = {}

    def check(self) -> None:
        """Raise InvalidEntry naming every field that could not be read."""
        if self._wrong:
            raise InvalidEntry(self._wrong)

    def refuse(self, name: str, reason: str) -> None:
        """Count a field as wrong."""
        self._wrong.setdefault(name, reason)

    def text(self, name: str, longest: int = 255) -> str | None:
        """Return a text without outer blanks; None when it is empty."""
        text = self._texts.get(name, "").strip()
        if len(text) > longest:
            self.refuse(name, f"Longer than {longest} characters.")
            return None
        if _UNSTORABLE.search(text):
            self.refuse(name, "Control characters are not allowed.")
            return None
        return text or None

    def number(self, name: str, *, places: int = 8, digits: int = 12) -> Decimal | None:
        """Return a number of at most `digits` before the point and `places` after it."""
        return self._parsed(name, lambda text: parse_number(text, self._mark, places, digits))

    def charge(self, name: str, *, places: int = 8) -> Decimal:
        """Return fees or taxes; nothing is 0."""
        return self.number(name, places=places) or ZERO

    def day(self, name: str) -> date:
        """Return a day from 1900 on; it must be there."""
        day = self._parsed(name, parse_day)
        if day is None:
            self.refuse(name, "The row needs a date.")
        return day or _EARLIEST

    def currency(self, name: str) -> str | None:
        """Return an ISO 4217 code, or a minor unit that exchanges quote in."""
        return self._parsed(name, _parse_currency)

    def ratio(self, name: str) -> Fraction | None:
        """Return the ratio of a split."""
        return self._parsed(name, parse_ratio)

    def _parsed(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        text = self.text(name)
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            self.refuse(name, str(error))
        return None


def parse_number(text: str, decimal_mark: str, places: int, digits: int) -> Decimal:
    """Return the number that `text` writes, with the decimals it is written with.

    Raises:
        ValueError: it is none, or too long before or after the point.
    """
    text = text.translate(_BLANKS)
    if len(text) > _LONGEST_NUMBER or not _NUMBERS[decimal_mark].fullmatch(text):
        raise ValueError("Not a decimal number.")
    whole, _, decimals = text.partition(decimal_mark)
    number = Decimal(f"{re.sub('[^0-9+-]', '', whole)}.{decimals}")
    if abs(number) >= Decimal(10) ** digits:
        raise ValueError(f"At most {digits} digits before the point are accepted.")
    if len(decimals.rstrip("0")) > places:
        raise ValueError(f"At most {places} decimals are accepted.")
    return number


def parse_day(text: str) -> date:
    """Return the day of `2024-01-31`, `2024-01-31T00:00` or `31.01.2024`.

    Raises:
        ValueError: it is none of them, no day, or before 1900.
    """
    day = _written_day(text)
    if day is None:
        raise ValueError("Not a valid date: use YYYY-MM-DD.")
    if day < _EARLIEST:
        raise ValueError("Dates before 1900 are not accepted.")
    return day


def _written_day(text: str) -> date | None:
    try:
        if iso := _ISO_DAY.fullmatch(text):
            return date.fromisoformat(iso[1])
        if _GERMAN_DAY.fullmatch(text):
            return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        pass
    return None


def _parse_currency(text: str) -> str:
    code = text if text in MINOR_CURRENCIES else text.upper()
    if not is_quotation(code):
        raise ValueError("Not an ISO 4217 currency code.")
    return code
