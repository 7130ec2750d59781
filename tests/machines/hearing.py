"""Services that hear of what another one has, late, twice and out of order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import text

from shared.bus import inbox
from shared.events import Event
from shared.replica import Handler, Rebuild, Replica, with_owners
from shared.testing import Stand


@dataclass(frozen=True)
class Listener:
    """A service that copies rows of another.

    Attributes:
        shown: the queries that show all of its copies.
        catch_up: asks the owner for what is behind, as another part of its worker does; returns
            how many there were.
    """

    stand: Stand
    handlers: Mapping[str, Handler]
    replica: Replica[Any]
    shown: Sequence[str]
    catch_up: Callable[[], int] = lambda: 0

    def hear(self, events: Sequence[Event]) -> None:
        """Apply events as a worker does, in one batch; those that it knows are dropped."""
        wanted = [event for event in events if event.type in self.handlers]
        database = self.stand.database
        name = self.stand.name
        with_owners(lambda: inbox.process(database.sessions, name, wanted, self.handlers))

    def copies(self) -> list[list[tuple[Any, ...]]]:
        """Return all that was copied."""
        with self.stand.database.engine.connect() as connection:
            return [[tuple(row) for row in connection.execute(text(it))] for it in self.shown]

    def rebuild(self) -> None:
        """Copy everything anew, from nothing."""
        self.stand.empty()
        Rebuild(self.stand.database, lambda _: None).copy(self.replica)


class Hearing(RuleBasedStateMachine):
    """A machine whose `stand` is the owner, and to which `listeners` listen."""

    stand: ClassVar[Stand]
    listeners: ClassVar[Sequence[Listener]]

    def __init__(self) -> None:
        super().__init__()
        for listener in self.listeners:
            listener.stand.empty()

    @rule(data=st.data(), which=st.integers(0, 2))
    def hear(self, data: st.DataObject, which: int) -> None:
        """Let a listener hear of anything that has happened, perhaps once more."""
        events = st.lists(st.sampled_from(self.stand.events()), max_size=6)
        self.listeners[which].hear(data.draw(events))

    def teardown(self) -> None:
        """See that who has heard all at last has what the owner has, and what a rebuild makes."""
        events = self.stand.events()
        for listener in self.listeners:
            listener.hear(events[::-1])
            listener.hear(events)
            while listener.catch_up():
                pass
            live = listener.copies()
            listener.rebuild()
            rebuilt = listener.copies()
            assert live == rebuilt, f"{listener.stand.name}:\n{live}\nrebuilt:\n{rebuilt}"
