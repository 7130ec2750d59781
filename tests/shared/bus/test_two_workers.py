"""Two workers of one service: their events are applied in order, and one goes on when one dies."""

from collections import Counter

from shared import bus
from shared.db import Database
from shared.testing import wait_until
from tests.shared.bus.database import effects, unpublished
from tests.shared.bus.processes import ledger
from tests.shared.bus.test_outbox import record


def test_two_workers_apply_events_in_order_and_one_of_them_those_of_one_that_dies(
    database: Database, bus_url: str
) -> None:
    # What a connection had in hand that was given up comes again later: none is, however busy the
    # machine.
    patient = bus_url.replace("heartbeat=1", "heartbeat=300")
    # And what is told before there is a queue waits, and comes later, too.
    bus.consumer(patient, "ledger", ["price-updated"]).declare()
    with (
        ledger(database, patient, "price-updated") as first,
        ledger(database, patient, "price-updated"),
    ):
        events = record(database, 400)
        wait_until(lambda: len(effects(database)) == len(events))
        assert effects(database) == [one.id for one in events]
        # Whether or not it led.
        first.kill()
        events += record(database, 100)
        wait_until(lambda: len(effects(database)) >= len(events))
        wait_until(lambda: unpublished(database) == 0)
    assert Counter(effects(database)) == {one.id: 1 for one in events}
