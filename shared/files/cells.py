"""Texts of one row turned into values; bounded before any arithmetic."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from shared.files.dates import EARLIEST, Days, Moment
from shared.files.numbers import Marks
from shared.files.texts import visible

# C0 controls but tab and line ends; PostgreSQL cannot store NUL, and UTF-8 no lone surrogate.
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_POINT: Final = Marks(decimal=".")
_ANY_DAY: Final = Days()

Value = TypeVar("Value")


class Cells:
    """One row: column → text. What cannot be read is None and counted as wrong.

    Args:
        texts: as they stand in the file.
        marks, days: how the file writes numbers and dates; by default with a point, year first.

    Attributes:
        wrong: column → why its cell cannot be read.
    """

    def __init__(
        self, texts: Mapping[str, str], marks: Marks = _POINT, days: Days = _ANY_DAY
    ) -> None:
        self.texts = texts
        self._marks = marks
        self._days = days
        self.wrong: dict[str, str] = {}

    def refuse(self, name: str, reason: str) -> None:
        """Count a cell as wrong."""
        self.wrong.setdefault(name, reason)

    def text(self, name: str, longest: int = 255) -> str | None:
        """Return a text without outer blanks; None when it is empty."""
        return self._checked(name, self.texts.get(name, "").strip(), longest)

    def word(self, name: str, longest: int = 255) -> str | None:
        """Return a text that is no prose: without what has no width too."""
        return self._checked(name, visible(self.texts.get(name, "")), longest)

    def _checked(self, name: str, text: str, longest: int) -> str | None:
        if not text:
            return None
        if len(text) > longest:
            self.refuse(name, f"Longer than {longest} characters.")
            return None
        if _UNSTORABLE.search(text):
            self.refuse(name, "Control characters are not allowed.")
            return None
        return text

    def number(self, name: str, *, places: int = 8, digits: int = 12) -> Decimal | None:
        """Return a number of at most `digits` before the point and `places` after it."""
        return self.parsed(
            name, lambda text: self._marks.number(text, places=places, digits=digits)
        )

    def moment(self, name: str) -> Moment:
        """Return a day from 1900 on, and its time of day if it has one; it must be there."""
        moment = self.parsed(name, self._days.read)
        if moment is None:
            self.refuse(name, "The row needs a date.")
        return moment or Moment(EARLIEST, None)

    def parsed(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        """Return what `parse` makes of a cell; its ValueError says what is wrong."""
        text = self.word(name)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(name, str(error))
        return None
