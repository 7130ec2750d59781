"""Copies of another's rows: when their owner is asked, what its answers do, and how it all ends."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.bus import inbox
from shared.bus.inbox import InboxMixin
from shared.db import Database
from shared.errors import NotFound, Unavailable
from shared.events import Event
from shared.replica import (
    Compared,
    Comparison,
    Differing,
    Handler,
    Incomplete,
    Latest,
    Missing,
    Rebuild,
    Stepwise,
    answered,
    each,
    put,
    row_of,
    with_owners,
)
from shared.testing.stand import create_database


class Base(DeclarativeBase):
    """Two copies of the same notes, one of each order."""


class InboxRow(InboxMixin, Base):
    """Events applied."""


class Copy(Base):
    """What is kept of a note."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    text: Mapped[str]


class Note(Copy):
    """The last text of a note."""

    __tablename__ = "notes"


class Log(Copy):
    """All texts that a note ever had."""

    __tablename__ = "logs"


class Page(NamedTuple):
    id: int
    text: str


class Snapshot(NamedTuple):
    sequence: int
    card: Page


class Owner:
    """Who has the notes.

    Attributes:
        asked: whom it was asked about.
        meanwhile: is done while somebody waits for an answer.
    """

    def __init__(self) -> None:
        self.texts: dict[int, list[str]] = {}
        self.asked: list[int] = []
        self.is_away = False
        self.broken: set[int] = set()
        self.meanwhile: Callable[[], object] = lambda: None

    def write(self, note: int, word: str, type_: str = "note-written") -> Event:
        self.texts.setdefault(note, []).append(word)
        return Event.now("notes", type_, f"notes/{note}", len(self.texts[note]), {"text": word})

    def ids(self) -> Iterator[int]:
        self._answer()
        yield from sorted(self.texts)

    def note(self, note: int) -> Snapshot:
        texts = self._texts(note)
        return Snapshot(len(texts), Page(note, texts[-1]))

    def log(self, note: int) -> Snapshot:
        texts = self._texts(note)
        return Snapshot(len(texts), Page(note, " ".join(texts)))

    def _texts(self, note: int) -> list[str]:
        self.asked.append(note)
        self._answer()
        if note in self.broken:
            raise Unavailable("The notes service answered 500.")
        if note not in self.texts:
            raise NotFound("There is no such note.")
        return self.texts[note]

    def _answer(self) -> None:
        self.meanwhile()
        if self.is_away:
            raise Unavailable("The notes service does not answer.")


class Reader:
    """A service that copies notes."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self.database = database
        self.owner = owner
        self.notes = Latest[Snapshot](
            name="notes",
            database=database,
            key=Note.id,
            sequence=Note.sequence,
            ids=owner.ids,
            ask=each(owner.note),
            at_once=2,
            put=partial(_put, Note),
            store=partial(_put, Note),
            forget=partial(_forget, Note),
        )
        self.logs = Stepwise[Snapshot](
            name="logs",
            database=database,
            key=Log.id,
            sequence=Log.sequence,
            ids=owner.ids,
            ask=each(owner.log),
            store=partial(_put, Log),
            forget=partial(_forget, Log),
        )
        self.handlers: dict[str, Handler] = {
            "note-written": self.logs.step(_append),
            "note-rewritten": self.logs.ask_again(),
            "note-shown": self.notes.take(_read),
        }

    def hear(self, *events: Event) -> None:
        for event in events:
            with_owners(partial(self._apply, event))

    def hear_at_once(self, *events: Event) -> None:
        """Handle several in one transaction."""

        def unit(session: Session) -> None:
            for event in events:
                self.handlers[event.type](session, event)

        with_owners(lambda: self.database.unit(unit))

    def hear_in_a_batch(self, *events: Event) -> None:
        """Handle several as a consumer does."""
        sessions = self.database.sessions
        with_owners(lambda: inbox.process(sessions, "reader", events, self.handlers))

    def rebuild(self, *, say: Callable[[str], None] = lambda _: None) -> str:
        run = Rebuild(self.database, say)
        notes = run.copy(self.notes)
        return run.closed(f"{notes} notes; {run.forgotten} forgotten.")

    def verify(self, *, is_mending: bool = False) -> str:
        run = Comparison(self.database, "reader", is_mending=is_mending, pause=0)
        run.copy(Compared(self.logs, lambda snapshot: [(snapshot.card.text,)], self._kept))
        return run.closed()

    def damage(self, statement: str) -> None:
        self.database.unit(lambda session: session.execute(text(statement)))

    @staticmethod
    def _kept(session: Session, note: int) -> list[tuple[str]]:
        return [(session.get_one(Log, note).text,)]

    def has(self, table: type[Copy] = Log) -> dict[int, tuple[int, str]]:
        with self.database.sessions() as session:
            return {row.id: (row.sequence, row.text) for row in session.scalars(select(table))}

    def _apply(self, event: Event) -> None:
        inbox.process(self.database.sessions, "reader", [event], self.handlers)


def _put(table: type[Copy], session: Session, snapshot: Snapshot) -> bool:
    if snapshot.card.text == "unbearable":
        raise ValueError("Nobody can keep this.")
    return put(session, table, row_of(table, snapshot))


def _forget(table: type[Copy], session: Session, note: int, sequence: int) -> None:
    row = session.get(table, note)
    if row is not None and row.sequence <= sequence:
        session.delete(row)


def _append(session: Session, event: Event) -> None:
    row = session.get(Log, event.subject_id)
    texts = f"{row.text} {event.data['text']}" if row else event.data["text"]
    put(session, Log, {"id": event.subject_id, "sequence": event.sequence, "text": texts})


def _append_all(session: Session, events: Sequence[Event]) -> None:
    for event in events:
        _append(session, event)
        session.expire_all()


def _read(event: Event) -> Snapshot:
    return Snapshot(event.sequence, Page(event.subject_id, event.data["text"]))


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(create_database(postgres_url, "replica"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def reader(database: Database, owner: Owner) -> Reader:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE notes, logs, inbox"))
    return Reader(database, owner)


def test_steps_in_order_need_no_owner(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(1, "a"), owner.write(1, "b"))
    assert reader.has() == {1: (2, "a b")}
    assert owner.asked == []


def test_a_gap_is_filled_by_the_owner_once_and_what_comes_late_is_dropped(
    reader: Reader, owner: Owner
) -> None:
    first, second, third = (owner.write(1, word) for word in "abc")
    reader.hear(third, second, first, owner.write(1, "d"))
    assert reader.has() == {1: (4, "a b c d")}
    assert owner.asked == [1]


def test_an_event_that_says_only_that_something_changed_makes_us_ask(
    reader: Reader, owner: Owner
) -> None:
    reader.hear(owner.write(1, "a"), owner.write(1, "b", "note-rewritten"))
    assert (reader.has(), owner.asked) == ({1: (2, "a b")}, [1])


def test_the_owner_is_asked_while_no_transaction_is_open(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(1, "a"))
    _, third = owner.write(1, "b"), owner.write(1, "c")

    def look() -> None:
        with reader.database.engine.connect() as connection:
            connection.execute(text("SELECT FROM logs WHERE id = 1 FOR UPDATE NOWAIT"))
            others = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            assert connection.scalar(text(others)) == 0

    owner.meanwhile = look
    reader.hear(third)
    assert (reader.has(), owner.asked) == ({1: (3, "a b c")}, [1])


def test_what_an_event_makes_newer_meanwhile_stays(reader: Reader, owner: Owner) -> None:
    _, second = owner.write(1, "a"), owner.write(1, "b")

    def store_a_later_answer() -> None:
        reader.database.unit(lambda session: _put(Log, session, Snapshot(9, Page(1, "later"))))

    owner.meanwhile = store_a_later_answer
    reader.hear(second)
    assert reader.has() == {1: (9, "later")}


def test_an_event_whose_subject_its_owner_does_not_know_is_dropped(
    reader: Reader, owner: Owner
) -> None:
    _, second = owner.write(1, "a"), owner.write(1, "b")
    owner.texts.clear()
    reader.hear(second)
    assert (reader.has(), owner.asked) == ({}, [1])


def test_an_owner_that_was_put_back_is_believed_and_the_event_dropped(
    reader: Reader, owner: Owner
) -> None:
    *_, fourth = [owner.write(1, word) for word in "abcd"]
    owner.texts[1] = ["a", "b"]
    reader.hear(fourth)
    assert (reader.has(), owner.asked) == ({1: (2, "a b")}, [1])
    reader.hear(owner.write(1, "e"))
    assert (reader.has(), owner.asked) == ({1: (3, "a b e")}, [1])


def test_a_step_that_its_owner_has_lost_is_applied_if_it_is_the_next(
    reader: Reader, owner: Owner
) -> None:
    *_, third = [owner.write(1, word) for word in "abc"]
    owner.texts[1] = ["a", "b"]
    reader.hear(third)
    assert reader.has() == {1: (3, "a b c")}


def test_an_owner_who_is_away_holds_the_event_and_nothing_is_lost(
    reader: Reader, owner: Owner
) -> None:
    _, second = owner.write(1, "a"), owner.write(1, "b")
    owner.is_away = True
    with pytest.raises(Unavailable):
        reader.hear(second)
    owner.is_away = False
    reader.hear(second)
    assert reader.has() == {1: (2, "a b")}


def test_several_events_of_one_transaction_ask_once_for_each_subject(
    reader: Reader, owner: Owner
) -> None:
    [_, *ones], [_, *twos] = ([owner.write(note, word) for word in "abcd"] for note in (1, 2))
    reader.hear_at_once(*ones, *twos, *ones)
    assert reader.has() == {1: (4, "a b c d"), 2: (4, "a b c d")}
    assert owner.asked == [1, 2]


def test_of_many_older_events_of_one_transaction_one_looks(reader: Reader, owner: Owner) -> None:
    events = [owner.write(1, word) for word in "abcd"]
    reader.hear(events[-1])
    looks: list[str] = []

    def look(_: object, __: object, statement: str, *___: object) -> None:
        looks.append(statement)

    listen(reader.database.engine, "before_cursor_execute", look)
    reader.hear_at_once(*events)
    remove(reader.database.engine, "before_cursor_execute", look)
    assert ["FROM logs" in statement for statement in looks] == [True]
    assert reader.has() == {1: (4, "a b c d")}


def test_steps_made_together_look_once_and_leave_out_what_is_not_next(
    reader: Reader, owner: Owner
) -> None:
    first, gap, second = (owner.write(1, word) for word in "abc")
    other, old = owner.write(2, "x"), owner.write(3, "y")
    reader.hear(old)
    looks: list[str] = []

    def look(_: object, __: object, statement: str, *___: object) -> None:
        looks.append(statement)

    reader.handlers["note-written"] = reader.logs.steps(_append_all)
    listen(reader.database.engine, "before_cursor_execute", look)
    reader.hear_in_a_batch(first, other, replace(old, id=uuid4()), gap, owner.write(2, "z"))
    remove(reader.database.engine, "before_cursor_execute", look)
    assert sum("FOR NO KEY UPDATE" in statement for statement in looks) == 1
    assert reader.has() == {1: (2, "a b"), 2: (2, "x z"), 3: (1, "y")}
    owner.write(1, "d")
    reader.hear_in_a_batch(owner.write(1, "e"), second)
    assert reader.has()[1] == (5, "a b c d e")
    assert owner.asked == [1]


def test_several_events_on_what_is_gone_ask_once(reader: Reader, owner: Owner) -> None:
    [_, *events] = [owner.write(1, word) for word in "abcd"]
    owner.texts.clear()
    reader.hear_at_once(*events)
    assert (reader.has(), owner.asked) == ({}, [1])


def test_what_a_handler_did_before_it_misses_something_is_undone(
    reader: Reader, owner: Owner
) -> None:
    def count_and_ask(session: Session, event: Event) -> None:
        session.add(Note(id=len(owner.asked) + 1, sequence=1, text="seen"))
        session.flush()
        log = answered(event, "a log", partial(owner.log, 1))
        session.add(Note(id=9, sequence=1, text=log.card.text))

    reader.handlers["note-written"] = count_and_ask
    reader.hear(owner.write(1, "a"))
    assert reader.has(Note) == {2: (1, "seen"), 9: (1, "a")}


def test_what_nobody_has_asked_for_is_missing(owner: Owner) -> None:
    with pytest.raises(Missing, match="note-written of notes/1"):
        answered(owner.write(1, "a"), "a log", partial(owner.log, 1))


def test_a_handler_that_misses_the_same_again_and_again_fails(reader: Reader, owner: Owner) -> None:
    def never_content(_: Session, event: Event) -> None:
        raise Missing(event, "a log", partial(owner.log, 1))

    reader.handlers["note-written"] = never_content
    with pytest.raises(Missing):
        reader.hear(owner.write(1, "a"))
    assert owner.asked == [1]


def test_of_events_that_carry_everything_the_newest_wins(reader: Reader, owner: Owner) -> None:
    events = [owner.write(1, word, "note-shown") for word in "abc"]
    reader.hear(events[0], events[2], events[1])
    assert (reader.has(Note), owner.asked) == ({1: (3, "c")}, [])


def test_a_rebuild_copies_everything_and_forgets_what_is_gone(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(4, "gone", "note-shown"))
    owner.texts.clear()
    for note in (1, 2, 3):
        owner.write(note, "a")
    said: list[str] = []
    assert reader.rebuild(say=said.append) == "3 notes; 1 forgotten."
    assert reader.has(Note) == dict.fromkeys((1, 2, 3), (1, "a"))
    assert said == ["3 notes."]


@pytest.mark.parametrize("asked", ["unbearable", "broken"])
def test_a_bad_row_does_not_end_a_rebuild_and_is_told_at_its_end(
    reader: Reader, owner: Owner, asked: str
) -> None:
    reader.hear(owner.write(2, "before", "note-shown"))
    for note in (1, 3, 4):
        owner.write(note, "a")
    if asked == "broken":
        owner.broken = {2}
    else:
        owner.write(2, "unbearable")
    with pytest.raises(Incomplete) as caught:
        reader.rebuild()
    summary, failures, failure = str(caught.value).splitlines()
    assert (summary, failures) == ("3 notes; 0 forgotten.", "1 failed:")
    assert failure.startswith("notes 2: ")
    assert reader.has(Note) == {1: (1, "a"), 2: (1, "before"), 3: (1, "a"), 4: (1, "a")}


def test_a_rebuild_without_its_owner_ends_and_forgets_nothing(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(1, "a", "note-shown"))
    owner.is_away = True
    with pytest.raises(Unavailable):
        reader.rebuild()
    assert reader.has(Note) == {1: (1, "a")}


def test_a_unit_of_a_rebuild_that_fails_is_told_and_the_others_are_done(
    reader: Reader,
) -> None:
    def work(_: Session, key: int) -> int:
        if key == 2:
            raise ValueError("No.\nNever.")
        return key * 10

    run = Rebuild(reader.database, lambda _: None)
    assert run.each("things", [1, 2, 3], work) == [10, 30]
    with pytest.raises(Incomplete) as caught:
        run.closed("Done.")
    assert str(caught.value) == "Done.\n1 failed:\nthings 2: No."


def test_an_owner_tells_of_those_that_there_are(owner: Owner) -> None:
    owner.write(1, "a")
    owner.write(3, "c")
    several: Callable[[Sequence[int]], Iterable[Snapshot]] = each(owner.note)
    assert [snapshot.card.text for snapshot in several([1, 2, 3])] == ["a", "c"]


def test_copies_that_equal_their_owners_are_told_by_rows_sum_and_checksum(
    reader: Reader, owner: Owner
) -> None:
    reader.hear(owner.write(1, "a"), owner.write(2, "b"))
    title, line = reader.verify().splitlines()
    assert title.split() == ["reader", "items", "rows", "sum", "checksum", "differ"]
    name, items, rows, total, checksum, differ = line.split()
    assert (name, items, rows, total, differ) == ("logs", "2", "2", "0", "0")
    assert len(checksum) == 16


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE logs SET text = 'wrong' WHERE id = 1",
        "UPDATE logs SET text = 'wrong', sequence = 99 WHERE id = 1",
        "UPDATE logs SET sequence = 1, text = 'a' WHERE id = 1",
        "DELETE FROM logs WHERE id = 1",
        "INSERT INTO logs (id, sequence, text) VALUES (3, 1, 'of nobody')",
    ],
)
def test_whatever_is_wrong_with_a_copy_is_found_and_mended(
    reader: Reader, owner: Owner, damage: str
) -> None:
    reader.hear(owner.write(1, "a"), owner.write(1, "b"), owner.write(2, "c"))
    before = reader.has()
    reader.damage(damage)
    with pytest.raises(Differing) as caught:
        reader.verify()
    wrong = 3 if "INSERT" in damage else 1
    _, ours, theirs, difference = str(caught.value).splitlines()
    assert ours.split()[-1] == "1"
    assert theirs.startswith("  at the owner")
    assert difference.startswith(f"  {wrong}: ")
    assert reader.verify(is_mending=True).splitlines()[2:] == ["  1 mended."]
    assert reader.has() == before
    reader.verify()


def test_what_events_are_just_changing_is_no_difference(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(1, "a"))
    waiting = [owner.write(1, "b"), owner.write(1, "c")]

    def hear_one() -> None:
        owner.meanwhile = lambda: None
        if waiting:
            reader.hear(waiting.pop(0))
        owner.meanwhile = hear_one

    owner.meanwhile = hear_one
    reader.verify()
    assert waiting == []


def test_a_comparison_without_the_owner_ends_as_not_done(reader: Reader, owner: Owner) -> None:
    reader.hear(owner.write(1, "a"))
    owner.is_away = True
    with pytest.raises(Unavailable):
        reader.verify()


@pytest.mark.parametrize("is_mending", [False, True])
def test_what_is_derived_stays_as_it_is_unless_it_is_to_be_mended(
    reader: Reader, owner: Owner, *, is_mending: bool
) -> None:
    def correct(session: Session, note: int) -> int:
        session.get_one(Log, note).text = "corrected"
        return 1

    reader.hear(owner.write(1, "a"))
    run = Comparison(reader.database, "reader", is_mending=is_mending)
    run.derived("lines", [1], correct)
    if is_mending:
        assert run.closed().splitlines()[-1] == "  1 mended."
    else:
        with pytest.raises(Differing, match="1: 1 wrong"):
            run.closed()
    assert reader.has() == {1: (1, "corrected" if is_mending else "a")}
