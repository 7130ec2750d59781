"""Copies compared with their owners: row by row, by the number, the sum and a checksum of rows.

Safe beside a running worker: what an event changes at this moment is looked at again, until the
copy equals its owner's or moves no more.
"""

import hashlib
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import islice
from typing import Final, Generic, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.client import in_parts
from shared.db import Database
from shared.errors import ServiceError
from shared.finance.money import EXACT
from shared.replica.copies import Replica, S

Row = Iterable[object]

_PAUSE: Final = 1.0  # seconds between two looks at what differs
_SURE: Final = 2  # looks at which nothing moves, where no event can be on its way
_PATIENT: Final = 20  # and where one can be
_MOST: Final = 300  # looks, at what never rests
_SHOWN: Final = 20  # differences of a copy


class Differing(ServiceError):
    """A copy is not what its owner says; with the whole report."""


class Side(NamedTuple):
    """What one of the two has of a row of its owner, or of all of them.

    Attributes:
        sequence: of the last event that it contains.
        total: the sum of all numbers.
    """

    sequence: int
    rows: int
    total: Decimal
    checksum: str

    @classmethod
    def of(cls, sequence: int, rows: Iterable[Row]) -> "Side":
        """Return what stands in `rows`, whatever their order."""
        lines: list[str] = []
        total, floats = Decimal(0), list[float]()
        for row in rows:
            words = [*map(_word, row)]
            for word in words:
                if isinstance(word, Decimal):
                    total = EXACT.add(total, word)
                elif isinstance(word, float):
                    floats.append(word)
            lines.append("\t".join(map(str, words)))
        # One by one as decimals they would take ten times as long; `fsum` asks for no order.
        total = EXACT.add(total, Decimal(repr(math.fsum(floats))))
        return cls(sequence, len(lines), EXACT.normalize(total), _checksum(sorted(lines)))

    def __str__(self) -> str:
        return f"{self.rows} rows, sum {self.total:f}"


class Pair(NamedTuple):
    """The two of one row: None where one has none.

    Attributes:
        seen: the sequence of our row, even of one that is less than a copy.
    """

    theirs: Side | None
    ours: Side | None
    seen: int | None

    @property
    def differs(self) -> bool:
        """Whether their content is another one."""
        if self.theirs is None or self.ours is None:
            return self.theirs is not self.ours
        return self.theirs[1:] != self.ours[1:]

    @property
    def words(self) -> str:
        """What each of them has."""
        return f"{self.ours or 'nothing'}; at the owner {self.theirs or 'nothing'}"

    @property
    def is_awaited(self) -> bool:
        """Whether an event may be on its way that changes it."""
        if self.theirs is None or self.ours is None:
            return True
        return self.theirs.sequence > self.ours.sequence


@dataclass(frozen=True)
class Compared(Generic[S]):
    """A copy and how it is read.

    Attributes:
        told: returns, as rows, what our copy of an owner's answer should be.
        kept: returns, as rows, what it is.
        is_sequential: whether ours is all that its owner has said up to its sequence; where other
            events tell parts of it, they may be on their way.
    """

    replica: Replica[S]
    told: Callable[[S], Iterable[Row]]
    kept: Callable[[Session, int], Iterable[Row]]
    is_sequential: bool = True


class Comparison:
    """One run, and what it finds.

    Args:
        title: whose copies they are.
        is_mending: whether what differs is made anew.
        pause: seconds between two looks at what differs.
    """

    def __init__(
        self, database: Database, title: str, *, is_mending: bool, pause: float = _PAUSE
    ) -> None:
        self._database = database
        self._is_mending = is_mending
        self._pause = pause
        self._lines = [_line(title, "items", "rows", "sum", "checksum", "differ")]
        self._remaining = 0

    def copy(self, compared: Compared[S]) -> None:
        """Compare all that an owner has with all that we have of it.

        Raises:
            Unavailable: the owner does not answer.
        """
        replica = compared.replica
        pairs = self._settled(compared, {*self._database.unit(replica.kept), *replica.ids()})
        found = _differing(pairs)
        if found and self._is_mending:
            for key in found:
                self._mend(replica, key, pairs[key].seen)
            pairs |= self._settled(compared, found)
        self._lines.append(_summary(replica.name, [pair.ours for pair in pairs.values()], found))
        remaining = _differing(pairs)
        if remaining:
            theirs = [pair.theirs for pair in pairs.values()]
            self._lines.append(_summary("  at the owner", theirs, remaining))
        self._tell(found, {key: pairs[key].words for key in remaining})

    def derived(
        self, name: str, keys: Iterable[int], correct: Callable[[Session, int], int]
    ) -> None:
        """See whether what is made of our own rows would be another one if it were made anew.

        Args:
            correct: makes it anew; returns how much was wrong.
        """
        corrected = {key: self._corrected(key, correct) for key in keys}
        found = [key for key, count in corrected.items() if count]
        self._lines.append(_line(name, len(corrected), "", "", "", len(found)))
        remaining = [] if self._is_mending else found
        self._tell(found, {key: f"{corrected[key]} wrong" for key in remaining})

    def closed(self) -> str:
        """Return the report, if nothing differs, or nothing any more.

        Raises:
            Differing: something does.
        """
        report = "\n".join(self._lines)
        if self._remaining:
            raise Differing(report)
        return report

    def _settled(self, compared: Compared[S], keys: Collection[int]) -> dict[int, Pair]:
        """Look until nothing differs, or what differs moves no more."""
        pairs, still = self._look(compared, keys), 0
        for _ in range(_MOST):
            wrong = _differing(pairs)
            is_awaited = not compared.is_sequential or any(pairs[key].is_awaited for key in wrong)
            if not wrong or still >= (_PATIENT if is_awaited else _SURE):
                break
            time.sleep(self._pause)
            again = self._look(compared, wrong)
            still = still + 1 if all(again[key] == pairs[key] for key in wrong) else 0
            pairs |= again
        return pairs

    def _look(self, compared: Compared[S], keys: Collection[int]) -> dict[int, Pair]:
        """Ask the owner and then read ours, which so is never older than what was asked for."""
        pairs: dict[int, Pair] = {}
        for some in in_parts(sorted(keys), compared.replica.at_once):
            theirs = {
                snapshot.card.id: Side.of(snapshot.sequence, compared.told(snapshot))
                for snapshot in compared.replica.ask(some)
            }
            pairs |= {key: self._pair(compared, key, theirs.get(key)) for key in some}
        return pairs

    def _pair(self, compared: Compared[S], key: int, theirs: Side | None) -> Pair:
        replica = compared.replica
        with self._database.snapshots() as session:
            row = select(replica.sequence, replica.is_whole).where(replica.key == key)
            sequence, is_whole = session.execute(row).one_or_none() or (None, False)
            # What only says that something is gone is right where its owner has none.
            if sequence is None or not (is_whole or theirs):
                return Pair(theirs, None, sequence)
            return Pair(theirs, Side.of(sequence, compared.kept(session, key)), sequence)

    def _mend(self, replica: Replica[S], key: int, seen: int | None) -> None:
        snapshot = next(iter(replica.ask([key])), None)

        def mend(session: Session) -> None:
            if snapshot is not None:
                replica.replace(session, snapshot, seen)
            elif seen is not None:
                replica.forget(session, key, seen)

        self._database.unit(mend)

    def _corrected(self, key: int, correct: Callable[[Session, int], int]) -> int:
        if self._is_mending:
            return self._database.unit(lambda session: correct(session, key))
        with self._database.sessions() as session:  # which never commits
            return correct(session, key)

    def _tell(self, found: Sequence[int], remaining: Mapping[int, str]) -> None:
        self._remaining += len(remaining)
        shown = islice(remaining.items(), _SHOWN)
        self._lines += [f"  {key}: {words}" for key, words in shown]
        if mended := len(found) - len(remaining):
            self._lines.append(f"  {mended} mended.")


def _differing(pairs: Mapping[int, Pair]) -> list[int]:
    return [key for key, pair in sorted(pairs.items()) if pair.differs]


def _summary(name: str, sides: Iterable[Side | None], wrong: Sequence[int]) -> str:
    known = [side for side in sides if side]
    rows = sum(side.rows for side in known)
    total = reduce(EXACT.add, (side.total for side in known), Decimal(0))
    checksum = _checksum(sorted(side.checksum for side in known))
    return _line(name, len(known), rows, f"{total:f}", checksum, len(wrong))


def _line(name: str, *columns: object) -> str:
    items, rows, total, checksum, wrong = columns
    return f"{name:<16}{items:>10}{rows:>12}{total:>32}  {checksum:<16}{wrong:>8}"


def _word(value: object) -> object:
    """Return a value in a form that equal ones share: 1.50 and 1.5, a list and a tuple."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, Decimal):
        return EXACT.normalize(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(map(str, value))
    return value


def _checksum(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
