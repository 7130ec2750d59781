"""What one endpoint that hangs costs 49 others.

    .venv/bin/python -m tests.load.webhook_endpoints

50 users with an endpoint each; 2,000 events, fifty a second, each for one of them in turn.
First all endpoints answer, then one of them hangs. From the event to the receiver counts.
"""

from datetime import datetime
from itertools import count

from shared.events import Event
from shared.testing import wait_until
from tests.load.webhooks import Service, percentile_95, publish_at, webhooks_service
from tests.webhooks.receiving import Handler, Receiver
from tests.webhooks.working import publish, recorded, worker

ENDPOINTS = 50
EVENTS = 2000
RATE = 50  # events a second
NUMBERS = count(1)


def main() -> None:
    """Measure with all endpoints well, and with one that hangs; print both and their ratio."""
    receivers = [Receiver() for _ in range(ENDPOINTS)]
    with webhooks_service() as service:
        for owner, receiver in enumerate(receivers, start=1):
            service.subscribe(owner, receiver.url)
        publish(service.bus_url, recorded(next(NUMBERS)))
        with worker(service.stand, service.bus_url):
            wait_until(lambda: receivers[0].requests)
            well = _latency(service, receivers, receivers)
            receivers[0].answer = _hang
            beside = _latency(service, receivers, receivers[1:])
    print(
        f"{EVENTS} events, {ENDPOINTS} endpoints, {RATE} a second: 95 % within {well * 1000:.0f} ms"
        f" when all are well, within {beside * 1000:.0f} ms beside one that hangs"
        f" ({beside / well:.2f} times); most in flight to that one:"
        f" {receivers[0].most_in_flight}"
    )


def _hang(handler: Handler) -> None:
    handler.connection.recv(1)  # nothing comes until the sender gives up


def _latency(service: Service, receivers: list[Receiver], waited_for: list[Receiver]) -> float:
    """Return the 95th percentile of the seconds from an event to its receiver."""
    for receiver in receivers:
        receiver.requests.clear()
    events = [recorded(next(NUMBERS), owner=1 + place % ENDPOINTS) for place in range(EVENTS)]
    said: dict[str, datetime] = {}
    publish_at(service.bus_url, RATE, (_now(event, said) for event in events))
    each = EVENTS // ENDPOINTS
    wait_until(lambda: all(len(one.requests) == each for one in waited_for))
    return percentile_95(
        (request.received - said[request.id]).total_seconds()
        for receiver in waited_for
        for request in receiver.requests
    )


def _now(event: Event, said: dict[str, datetime]) -> Event:
    """Return the event as one of this moment."""
    made = Event.now("portfolio", event.type, event.subject, event.sequence, event.data)
    said[f"msg_{made.id.hex}"] = made.time
    return made


if __name__ == "__main__":
    main()
