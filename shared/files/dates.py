"""Dates as programs write them in whatever language, read by what their file shows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final, NamedTuple

EARLIEST: Final = date(1900, 1, 1)
_LONGEST: Final = 64

# As English and German write them, short and in full.
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan january januar jän jänner", "feb february februar", "mar march mär märz mrz",
         "apr april", "may mai", "jun june juni", "jul july juli", "aug august",
         "sep sept september", "oct october okt oktober", "nov november",
         "dec december dez dezember"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})(?:[:.]?(?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[AaPp][Mm]|Uhr)? ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_TIME: Final = rf"(?:[T ,;]+{_CLOCK}| ?(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}))?"
_TIME_ALONE: Final = re.compile(_CLOCK, re.ASCII)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME, re.ASCII
)
_YEAR_LAST: Final = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME, re.ASCII
)
_NAME: Final = r"(?P<name>[A-Za-zÄä]{3,9})\.?"
# 4 January 2021, 04-Jan-2021, 4. Januar 2021; Jan 04, 2021.
_NAMED: Final = (
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]{_NAME},?[ -](?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"{_NAME}[ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ -](?P<year>\d{{4}}){_TIME}"),
)
_TOKENS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMM": r"(?P<name>[A-Za-zÄä]{3})",
    "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
}
_TOKEN: Final = re.compile("|".join(_TOKENS))
_SHOWN: Final = {"D": "DD/MM/YYYY", "M": "MM/DD/YYYY"}
# The number of a day in a spreadsheet: from 1927 to 2064.
_SERIAL: Final = re.compile(r"([1-5]\d{4})(?:[.,]\d+)?", re.ASCII)
_DAY_ZERO: Final = date(1899, 12, 30)
_HINT: Final = "use YYYY-MM-DD, or say date_format"


class Moment(NamedTuple):
    """A day, and the time of day where one is written that is not midnight."""

    day: date
    time: time | None


@dataclass(frozen=True, slots=True)
class _Parts:
    """The numbers of a date; where `is_open`, month and day may be the other way round."""

    year: int
    month: int
    day: int
    time: time | None
    is_open: bool = False


def parse_format(text: str) -> "re.Pattern[str]":
    """Return the pattern of a `date_format`.

    Raises:
        ValueError: it lacks a day, a month or a year, or has one twice.
    """
    tokens = _TOKEN.findall(text)
    kinds = sorted(token[0] for token in tokens)
    if kinds != ["D", "M", "Y"] or len(text) > _LONGEST:
        raise ValueError("Write the day, month and year once each, such as DD/MM/YYYY.")
    pattern, end = "", 0
    for token in _TOKEN.finditer(text):
        pattern += re.escape(text[end : token.start()]) + _TOKENS[token[0]]
        end = token.end()
    return re.compile(pattern + re.escape(text[end:]) + _TIME, re.ASCII)


def parse_time(text: str) -> time | None:
    """Return a time of day, as it may stand behind a date; None is midnight.

    Raises:
        ValueError: it is none.
    """
    match = _TIME_ALONE.fullmatch(text.strip())
    if match is None:
        raise ValueError("Not a time of day: use HH:MM.")
    at = _time(match)
    return None if at == time() else at


class Days:
    """How one file writes its dates.

    The year first, the day, the month and the year between points, or a month by its name can be
    nothing else. Between
    strokes or dashes (05/01/2021) the day or the month may come first: a number above twelve in any
    row shows which; what no row shows is ambiguous.

    Args:
        texts: the cells of the file that are dates.
        written: what the sender says (`Form.date_format`).

    Raises:
        ValueError: `written` is no format.
    """

    def __init__(self, texts: Iterable[str] = (), written: str | None = None) -> None:
        self.written = written
        self._pattern = parse_format(written) if written else None
        firsts = {_first(text) for text in texts} - {None} if not written else set()
        self._first = firsts.pop() if len(firsts) == 1 else None

    @property
    def shown(self) -> str | None:
        """The format that was said, or what its dates between strokes or dashes show of one."""
        return self.written or _SHOWN.get(self._first or "")

    def read(self, text: str) -> Moment:
        """Return the day, and the time of day, that `text` writes; an offset changes neither.

        Raises:
            ValueError: it is none, before 1900, or can be read in two ways.
        """
        parts = self._said(text) if self._pattern else _parts(text)
        if parts is None:
            raise ValueError(f"Not a valid date: {_mend(text)}.")
        if not parts.is_open:
            return _moment(parts, parts.month, parts.day)
        if self._first is None and parts.month != parts.day:
            raise ValueError(
                f"Ambiguous: {text.strip()} may be {_shown(parts.year, parts.day, parts.month)} or"
                f" {_shown(parts.year, parts.month, parts.day)}. Say date_format=DD/MM/YYYY or"
                " date_format=MM/DD/YYYY."
            )
        if self._first == "M":
            return _moment(parts, parts.month, parts.day)
        return _moment(parts, parts.day, parts.month)

    def _said(self, text: str) -> _Parts | None:
        match = self._pattern.fullmatch(text.strip()) if self._pattern else None
        if match is None:
            # A format says how foreign dates are; ours can be nothing else.
            parts = _parts(text)
            return (
                parts
                if parts and not parts.is_open and _YEAR_FIRST.fullmatch(text.strip())
                else None
            )
        named = match.groupdict()
        year = int(named["year"]) if named.get("year") else _century(int(named["short"]))
        name = named.get("name")
        month = _MONTHS.get(name.lower(), 0) if name else int(named["month"])
        return _Parts(year, month, int(named["day"]), _time(match))


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _first(text: str) -> str | None:
    """Return what comes first in a date whose two first numbers show it."""
    match = _YEAR_LAST.fullmatch(text.strip())
    if match is None or match["mark"] == ".":
        return None
    one, two = int(match["one"]), int(match["two"])
    if one > 12 >= two:
        return "D"
    return "M" if two > 12 >= one else None


def _parts(text: str) -> _Parts | None:
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        if not match["mark"] and len(match["month"] + match["day"]) != 4:
            return None
        return _Parts(int(match["year"]), int(match["month"]), int(match["day"]), _time(match))
    if match := _YEAR_LAST.fullmatch(text):
        one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
        if match["mark"] == "." or one > 12:
            return _Parts(year, two, one, _time(match))
        return _Parts(year, one, two, _time(match), is_open=two <= 12)
    return _named_parts(text)


def _named_parts(text: str) -> _Parts | None:
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _NAMED)), None)
    if match is None:
        return None
    month = _MONTHS.get(match["name"].lower(), 0)
    return _Parts(int(match["year"]), month, int(match["day"]), _time(match))


def _time(match: "re.Match[str]") -> time | None:
    if match["hour"] is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = (match["half"] or "").lower()
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ValueError("Not a valid time of day.") from None


def _moment(parts: _Parts, month: int, day: int) -> Moment:
    try:
        found = date(parts.year, month, day)
    except ValueError:
        raise ValueError(f"Not a valid date: {_HINT}.") from None
    if found < EARLIEST:
        raise ValueError("Dates before 1900 are not accepted.")
    midnight = parts.time is None or parts.time == time()
    return Moment(found, None if midnight else parts.time)


def _mend(text: str) -> str:
    if serial := _SERIAL.fullmatch(text.strip()):
        day = _DAY_ZERO + timedelta(int(serial[1]))
        return f"{text.strip()} is {day} as a spreadsheet counts days; format the column as dates"
    return _HINT


def _shown(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"
