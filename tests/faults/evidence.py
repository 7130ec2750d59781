"""What is there: in the ledger, in copies of it, on the bus, at the receiver of a webhook."""

import contextlib
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

import psycopg

from shared import bus
from shared.events import Event
from shared.settings import SERVICES
from shared.testing import wait_until
from tests.faults.brokers import WITNESS
from tests.faults.checker import Entry, Found, Holding, Told
from tests.faults.site import SUBSCRIBED, WITNESSED, Site

# Who hears which of portfolio's events.
_HEARERS: Final = {
    "analytics": ["transaction-created", "portfolio-created"],
    "assets": ["transaction-created"],
    "webhooks": ["transaction-created", "portfolio-created", "position-changed"],
}
_LEDGER: Final = """
    SELECT notes, id, portfolio_id, asset_id, transaction_type, quantity, price, fees, amount
    FROM transactions WHERE portfolio_id = ANY(%s) ORDER BY id
"""
_COPIES: Final = """
    SELECT id, portfolio_id, asset_id, transaction_type, quantity, price, fees, cash_effect
    FROM ledger_entries WHERE portfolio_id = ANY(%s)
"""
_POSITIONS: Final = """
    SELECT portfolio_id, asset_id, quantity, cost FROM positions WHERE portfolio_id = ANY(%s)
"""
_MISCOUNTED: Final = """
    SELECT id FROM portfolios WHERE id = ANY(%s) AND (counted_sequence <> sequence OR
        transaction_count <> (SELECT count(*) FROM transactions WHERE portfolio_id = portfolios.id))
"""
_EVENTS: Final = "SELECT event_id::text, type FROM outbox WHERE id > %s AND type = ANY(%s)"
_HEARD: Final = "SELECT count(*) FROM inbox WHERE event_id = ANY(%s::uuid[])"
_UNPUBLISHED: Final = "SELECT count(*) FROM outbox WHERE published_at IS NULL AND type <> ALL(%s)"
_UNVALUED: Final = "SELECT count(*) FROM revaluation_marks"
# All of a ledger is asked for after what tells of it was heard.
_BEHIND: Final = "SELECT count(*) FROM portfolios WHERE is_behind"
_LOOK: Final = 0.2  # seconds between two looks whether all is quiet
_UNDELIVERED: Final = "SELECT count(*) FROM deliveries WHERE status = 'PENDING'"


@dataclass
class Watch:
    """What one fault is to be judged by: what came since it began.

    Attributes:
        portfolios: those that its clients write to.
        stranded: types of events that nobody wants, and that stay unpublished.
        foreign: ids of events that no service wrote.
    """

    site: Site
    portfolios: Sequence[int]
    stranded: list[str] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        newest = self.site.rows("portfolio", "SELECT coalesce(max(id), 0) FROM outbox")
        self._since = newest[0][0]
        self._before = len(self.site.receiver.requests)

    def wait_until_quiet(self) -> None:
        """Wait until nothing is on its way any more."""
        wait_until(self._is_quiet)

    def found(self) -> Found:
        """Return what is there, once it is quiet."""
        site, mine = self.site, list(self.portfolios)
        ledger = [(name, _entry(row)) for name, *row in site.rows("portfolio", _LEDGER, mine)]
        accounts = "SELECT id, cash_balance FROM portfolios WHERE id = ANY(%s)"
        recorded = frozenset(self._events(WITNESSED))
        return Found(
            ledger=ledger,
            positions={
                (portfolio, asset): Holding(Fraction(quantity), Fraction(cost))
                for portfolio, asset, quantity, cost in site.rows("portfolio", _POSITIONS, mine)
            },
            cash={row[0]: Fraction(row[1]) for row in site.rows("portfolio", accounts, mine)},
            miscounted=[id_ for (id_,) in site.rows("portfolio", _MISCOUNTED, mine)],
            copies=[_entry(row) for row in site.rows("analytics", _COPIES, mine)],
            recorded=recorded,
            told=self._told(recorded),
            deliverable=frozenset(self._events([SUBSCRIBED])),
            delivered=self._delivered(),
        )

    def _is_quiet(self) -> bool:
        time.sleep(_LOOK)
        # Whoever is asked may be one that was just broken.
        with contextlib.suppress(psycopg.Error):
            return (
                not any(self._count(service, _UNPUBLISHED, self.stranded) for service in SERVICES)
                and all(self._has_heard(*hearer) for hearer in _HEARERS.items())
                and not self._count("analytics", _BEHIND)
                and not self._count("analytics", _UNVALUED)
                and not self._count("webhooks", _UNDELIVERED)
            )
        return False

    def _has_heard(self, service: str, types: Collection[str]) -> bool:
        events = self._events(types)
        return self._count(service, _HEARD, events) == len(events)

    def _events(self, types: Collection[str]) -> list[str]:
        rows = self.site.rows("portfolio", _EVENTS, self._since, list(types))
        return [id_ for id_, _ in rows if id_ not in self.foreign]

    def _count(self, service: str, query: str, *values: object) -> int:
        return int(self.site.rows(service, query, *values)[0][0])

    def _told(self, recorded: Collection[str]) -> list[Told]:
        """Return what waits in the queue of the witness, who was not there while it came."""
        told: list[Told] = []
        stop = threading.Event()

        def take(messages: Sequence[bus.Message]) -> None:
            events = [Event.from_json(message.body) for message in messages]
            told.extend(Told(str(one.id), one.subject, one.sequence) for one in events)

        witness = bus.consumer(self.site.bus_url, WITNESS, WITNESSED)
        thread = threading.Thread(target=witness.consume, args=[take, stop])
        thread.start()
        missing = set(recorded)
        with contextlib.suppress(TimeoutError):  # the verdict names what did not come
            wait_until(lambda: not missing - {event.id for event in told}, seconds=60)
        stop.set()
        thread.join()
        return [event for event in told if event.id in missing]

    def _delivered(self) -> list[str]:
        new = self.site.receiver.requests[self._before :]
        return [_event_id(request.id) for request in new]


def _entry(row: Sequence[Any]) -> Entry:
    id_, portfolio, asset, type_, *numbers = row
    return Entry(id_, portfolio, asset, type_, *(Fraction(number or 0) for number in numbers))


def _event_id(webhook_id: str) -> str:
    return str(UUID(webhook_id.removeprefix("msg_")))
