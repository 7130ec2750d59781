"""Which title of a header is which column."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from shared.files.errors import FileRefused
from shared.files.texts import visible

# What programs write between the words of a title: Trade_Date, Trade-Date, Date/Time.
_BETWEEN: Final = re.compile(r"[\s_\-/.:()#*\xa0]+")
_ALIKE: Final = 0.8
_LONGEST: Final = 100  # characters of a title that is looked at


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a format has.

    Attributes:
        name: what we call it.
        titles: of headers that mean it, the likeliest first, as `plain_title` writes them.
        is_number: whether its cells show how the file writes numbers.
    """

    name: str
    titles: Sequence[str] = ()
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a header.

    Attributes:
        text: as it is written.
        column: what it is read as; None is left out.
        is_own: whether it is our own name of the column, not another program's.
    """

    text: str
    column: str | None
    is_own: bool = False


def plain_title(text: str) -> str:
    """Return a title in lower case with single blanks between its words."""
    return _BETWEEN.sub(" ", visible(text).lower()).strip()


class Columns:
    """The columns of a format, found by their titles.

    Args:
        columns: those of the format.
        said: column → title, as the sender says; goes before everything. One without a title is
            not read.
        left_out: titles that are known and not read.

    Raises:
        FileRefused: `said` names a column that there is not, or one title for two columns.
    """

    def __init__(
        self,
        columns: Iterable[Column],
        said: Mapping[str, str],
        left_out: Iterable[str] = (),
    ) -> None:
        self._columns = {column.name: column for column in columns}
        if unknown := said.keys() - self._columns.keys():
            known = ", ".join(sorted(self._columns)) or "none"
            raise FileRefused(
                f"columns: there is no {', '.join(sorted(unknown))}; known are {known}."
            )
        self._said = _by_title(said)
        self._settled = frozenset(said)
        self._left_out = {plain_title(title) for title in left_out}
        self._meant: dict[str, tuple[int, str]] = {}
        for column in self._columns.values():
            for place, title in enumerate((plain_title(column.name), *column.titles)):
                self._meant.setdefault(title, (place, column.name))

    def count(self, titles: Iterable[str]) -> int:
        """Return how many titles are known."""
        plain = {plain_title(text) for text in titles}
        return sum(title in self._said or title in self._meant for title in plain)

    def find(self, texts: Sequence[str]) -> list[Title]:
        """Return what each title of a header means.

        Of several that mean one column the likeliest is read, and the others are left out.

        Raises:
            FileRefused: a title that is needed stands twice, or a column that the sender names is
                not there.
        """
        plain = [plain_title(text) for text in texts]
        for place, title in enumerate(plain[1:]):
            # Behind an amount a column without a title has its currency.
            plain[place + 1] = title or (f"{plain[place]} currency" if plain[place] else "")
        self._require_said(plain, texts)
        best: dict[str, int] = {}
        for index, title in enumerate(plain):
            name = self._name(title)
            if name is None:
                continue
            if name in best and plain[best[name]] == title:
                raise FileRefused(f"A column stands twice in the header: {texts[index].strip()}.")
            if name not in best or self._rank(title) < self._rank(plain[best[name]]):
                best[name] = index
        by_index = {index: name for name, index in best.items()}
        return [
            Title(
                text.strip()[:_LONGEST],
                by_index.get(index),
                plain_title(by_index.get(index, "")) == title,
            )
            for index, (text, title) in enumerate(zip(texts, plain, strict=True))
        ]

    def misspelt(self, titles: Iterable[Title]) -> dict[str, str]:
        """Return titles that are left out and look like one of the format: title → that one."""
        mine = [plain_title(name) for name in self._columns]
        near: dict[str, str] = {}
        for title in titles:
            plain = plain_title(title.text)
            known = plain in self._left_out or plain in self._meant
            if title.column or known or not plain or len(plain) > _LONGEST:
                continue
            if matches := get_close_matches(plain, mine, n=1, cutoff=_ALIKE):
                near[title.text] = matches[0].replace(" ", "_")
        return near

    def is_ignored(self, title: str) -> bool:
        """Return whether a title is one that is known and never read."""
        return plain_title(title) in self._left_out

    def _require_said(self, plain: Sequence[str], texts: Sequence[str]) -> None:
        missing = [title for title in self._said if title not in plain]
        if missing:
            there = ", ".join(text.strip() for text in texts if text.strip())
            raise FileRefused(
                f"The header has no column {', '.join(missing)}, which `columns` names; it has:"
                f" {there}."
            )

    def _name(self, title: str) -> str | None:
        if not title:
            return None
        if title in self._said:
            return self._said[title]
        _, name = self._meant.get(title, (0, None))
        # The sender has said which title it is, or that it is none.
        return None if name in self._settled or title in self._left_out else name

    def _rank(self, title: str) -> int:
        return -1 if title in self._said else self._meant[title][0]


def _by_title(said: Mapping[str, str]) -> dict[str, str]:
    by_title: dict[str, str] = {}
    for name, title in said.items():
        if title and by_title.setdefault(plain_title(title), name) != name:
            raise FileRefused(f"columns: the title {title} is named twice: say it of one column.")
    return by_title
