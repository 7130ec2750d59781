"""Numbers as programs write them in whatever language, read by what their file shows."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

LONGEST: Final = 64
_HINT: Final = "Write it as 1234.50 or 1234,50."

_SIGNS: Final = re.compile(r"[$€£¥]")
# Blanks of every width, and the minus and the apostrophe as typographers have them.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\xa0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
    | dict.fromkeys("−–－﹣", "-")
    | dict.fromkeys("’‘ʼ", "'")
)
_SIMPLE: Final = re.compile(r"([+-]?)(\d+)(?:([.,])(\d+))?", re.ASCII)
# As programs write binary floats near zero, and spreadsheets numbers that are too long for them.
_SCALED: Final = re.compile(r"(.+?)[eE](-\d{1,3}|\+?\d+)", re.ASCII)
_SIGNED: Final = re.compile(r"([+-]?) ?(.*?) ?(-?)")
# Decimal mark → pattern. Groups are of three digits behind one and the same mark, and no program
# writes a group of zeros first: 0,498 is no 498.
_WRITTEN: Final = {
    mark: re.compile(
        rf"(?:\d+|[1-9]\d{{0,2}}(?P<group>[{other}' ])\d{{3}}(?:(?P=group)\d{{3}})*)"
        rf"(?:{re.escape(mark)}(?P<decimals>\d*))?|{re.escape(mark)}(?P<only>\d+)",
        re.ASCII,
    )
    for mark, other in ((".", ","), (",", "."))
}


class _Reading(NamedTuple):
    """What a text says with one of the marks before its decimals."""

    number: Decimal
    group: str | None
    has_decimals: bool


class Marks:
    """How one file writes its numbers.

    A mark that can be nothing else shows what it is: both in 1.234,50, the comma in 12,5 and in
    0,498, two equal ones in 1,234,567. One mark before three digits (400,125) is read by what other
    cells show: it groups only where one of them shows that it groups, or where that is said. In a
    file between commas the point alone is before decimals. What is left is ambiguous.

    Args:
        texts: the cells of the file that are numbers.
        decimal: what the sender says: `.` or `,`.
        delimiter: of the file.
    """

    def __init__(
        self, texts: Iterable[str] = (), decimal: str | None = None, delimiter: str = ""
    ) -> None:
        self._said = decimal
        counts: Counter[str] = Counter()
        groups: set[str] = set()
        if decimal is None:
            for text in texts:
                readings = _readings(text)
                if len(readings) == 1:
                    [(mark, reading)] = readings.items()
                    counts[mark] += reading.has_decimals
                    groups |= {reading.group} if reading.group else set()
        shown = {mark: count for mark, count in counts.items() if count}
        self._is_mixed = len(shown) > 1 or bool(shown.keys() & groups)
        self._groups = groups - shown.keys()
        self.decimal = decimal or max(shown, key=lambda mark: shown[mark], default=None)
        self._default = "." if delimiter == "," and not shown else None

    def number(self, text: str, *, places: int = 8, digits: int = 12) -> Decimal:
        """Return the number that `text` writes, with the decimals that it is written with.

        Args:
            places: decimals that it may have, zeros at the end not counted.
            digits: that it may have before the point.

        Raises:
            ValueError: it is none, too long, or can be read in two ways.
        """
        if len(text) > LONGEST:
            raise ValueError(f"Not a decimal number. {_HINT}")
        number = self._read(text)
        if not number:
            number = number.copy_abs()
        if number and number.adjusted() >= digits:
            raise ValueError(f"At most {digits} digits before the point are accepted.")
        if -int(number.as_tuple().exponent) > places and _decimals(number) > places:
            raise ValueError(f"At most {places} decimals are accepted.")
        return number

    def _read(self, text: str) -> Decimal:
        readings = _readings(text)
        if not readings:
            raise ValueError(f"Not a decimal number. {_mend(text)}")
        if self._said:
            return self._in_the_marks_said(text, readings)
        if len({reading.number for reading in readings.values()}) == 1:
            return self._unmistakable(text, readings)
        return self._by_the_file(text, readings)

    def _in_the_marks_said(self, text: str, readings: dict[str, _Reading]) -> Decimal:
        if self._said not in readings:
            raise ValueError(f"Not a decimal number: {text} with decimal={self._said}.")
        return readings[self._said].number

    def _unmistakable(self, text: str, readings: dict[str, _Reading]) -> Decimal:
        mark, reading = next(iter(readings.items()))
        is_shown = len(readings) == 1 and reading.has_decimals
        if is_shown and self.decimal not in (None, mark):
            raise ValueError(
                f"Not a decimal number: {text} in a file that writes {self.decimal} before"
                f" decimals; say decimal={mark} if all of its numbers are meant so."
            )
        return reading.number

    def _by_the_file(self, text: str, readings: dict[str, _Reading]) -> Decimal:
        [mark] = {character for character in text if character in ".,"}
        if not self._is_mixed and mark in (self.decimal, self._default):
            return readings[mark].number
        other = "," if mark == "." else "."
        if not self._is_mixed and mark in self._groups:
            return readings[other].number
        raise ValueError(
            f"Ambiguous: {text.strip()} may be {readings[mark].number:f} or"
            f" {readings[other].number:f}. Say decimal={mark} or decimal={other}."
        )


def _mend(text: str) -> str:
    if text.startswith(("=", "＝")):
        return "It is a formula: save its value."
    scaled = _SCALED.fullmatch(text)
    if scaled and _readings(scaled[1]):
        return "A spreadsheet has shortened it: write it in full."
    return _HINT


def _decimals(number: Decimal) -> int:
    return len(f"{number:f}".partition(".")[2].rstrip("0"))


def _simple_readings(sign: str, whole: str, mark: str | None, decimals: str) -> dict[str, _Reading]:
    """Return what digits with at most one mark between them may say, as most numbers are."""
    if mark is None:
        reading = _Reading(Decimal(sign + whole), None, False)
        return {".": reading, ",": reading}
    readings = {mark: _Reading(Decimal(f"{sign}{whole}.{decimals}"), None, True)}
    if len(decimals) == 3 and len(whole) < 4 and whole[0] != "0":
        other = "," if mark == "." else "."
        readings[other] = _Reading(Decimal(sign + whole + decimals), mark, False)
    return readings


def _scaled_readings(text: str, exponent: int) -> dict[str, _Reading]:
    return {
        mark: reading._replace(number=Decimal(f"{reading.number:f}e{exponent}"))
        for mark, reading in _readings(text).items()
        if reading.group is None
    }


def _readings(text: str) -> dict[str, _Reading]:
    """Return what a text may say: decimal mark → reading."""
    if len(text) > LONGEST:
        return {}
    if simple := _SIMPLE.fullmatch(text):
        return _simple_readings(*simple.groups())
    text = text.translate(_PLAIN).strip()
    if (scaled := _SCALED.fullmatch(text)) and scaled[2].startswith("-"):
        return _scaled_readings(scaled[1], int(scaled[2]))
    is_in_brackets = text.startswith("(") and text.endswith(")")
    text = _SIGNS.sub("", text[1:-1] if is_in_brackets else text).strip()
    parts = _SIGNED.fullmatch(text)
    if parts is None:
        return {}
    before, body, behind = parts.groups()
    if sum(map(bool, (before, behind, is_in_brackets))) > 1:
        return {}
    sign = "-" if before == "-" or behind or is_in_brackets else ""
    readings = {}
    for mark, pattern in _WRITTEN.items():
        if written := pattern.fullmatch(body):
            group = written["group"]
            whole, has_decimals, decimals = body.partition(mark)
            whole = whole.replace(group, "") if group else whole
            number = Decimal(f"{sign}{whole or 0}.{decimals}")
            marked = group if group in (".", ",") else None
            readings[mark] = _Reading(number, marked, bool(has_decimals))
    return readings
