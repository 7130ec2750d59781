"""The copies that analytics, webhooks and assets make of the ledgers, from events in any order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from shared.bus import inbox
from shared.events import Event
from shared.replica import Handler, Rebuild, Replica, with_owners
from shared.testing import Stand
from tests.machines.ledgers import Ledgers


@dataclass(frozen=True)
class Listener:
    """A service that copies portfolios.

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


class Hearsay(Ledgers):
    """Users change ledgers, and listeners hear of it late, twice and out of order."""

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

    @rule(data=st.data(), name=st.sampled_from(["Mine", "Yours"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Give a portfolio another name."""
        self.user.patch(f"/api/portfolios/{self._portfolio(data)}/", {"name": name})

    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        """Delete a portfolio, and make another one."""
        number = self._portfolio(data)
        self.user.delete(f"/api/portfolios/{number}/")
        del self.entries[number]
        self.imports = [one for one in self.imports if one[0] != number]
        new = self.user.portfolio(cost_basis_method=self.methods[number])
        self.methods[new], self.entries[new] = self.methods[number], {}

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
