"""After a restore all kept events are sent again, and applied where they were not."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from shared.bus import inbox, outbox, replay
from shared.db import Database
from shared.events import Event
from tests.shared.bus.database import (
    InboxRow,
    OutboxRow,
    effects,
    leave_effect,
    unpublished,
)
from tests.shared.bus.receiving import event


def test_what_was_applied_long_before_is_dropped_and_the_rest_applied(database: Database) -> None:
    events = [event(number) for number in range(3)]
    database.unit(lambda session: outbox.add(session, *events))
    long_ago = datetime.now(UTC) - timedelta(days=40)
    database.unit(lambda session: session.execute(update(OutboxRow).values(published_at=long_ago)))
    _hear(database, events[:2])
    database.unit(lambda session: session.execute(update(InboxRow).values(received_at=long_ago)))

    assert database.unit(replay.send_again) == 3

    assert unpublished(database) == 3
    # Each worker begins with this: nothing may be lost by it.
    assert (database.unit(outbox.purge), database.unit(inbox.purge)) == (0, 0)
    with database.sessions() as session:
        kept = session.scalars(select(OutboxRow.payload).order_by(OutboxRow.id)).all()
    _hear(database, [Event.from_json(payload.encode()) for payload in kept])
    assert effects(database) == [one.id for one in events]


def _hear(database: Database, events: list[Event]) -> None:
    inbox.process(database.sessions, "ledger", events, {"price-updated": leave_effect})
