"""What is left of 1,000 events when the worker that delivers them is killed 30 times.

    .venv/bin/python -m tests.load.webhook_kills

Ten endpoints that need 20 ms for an answer, a hundred events for each. Whenever 25 more deliveries
have come, the worker gets `kill -9` and is started again. What it was sending is due again when
its claim has run out, five seconds later.
"""

import time
from collections import Counter
from functools import partial

from shared.testing import wait_until
from tests.load.webhooks import Service, webhooks_service
from tests.webhooks.receiving import Handler, Receiver, answering
from tests.webhooks.working import publish, recorded, worker

ENDPOINTS = 10
EVENTS = 1000
KILLS = 30
BETWEEN = 25  # deliveries


def main() -> None:
    """Kill, wait, and print what arrived, how often, and whether all of it can be believed."""
    receivers = [Receiver(_slowly) for _ in range(ENDPOINTS)]
    began = time.monotonic()
    with webhooks_service() as service:
        secrets = [
            service.subscribe(owner, receiver.url)["secret"]
            for owner, receiver in enumerate(receivers, start=1)
        ]
        events = [recorded(number, owner=1 + number % ENDPOINTS) for number in range(1, EVENTS + 1)]
        publish(service.bus_url, *events)
        _kill_again_and_again(service, receivers)
        with worker(service.stand, service.bus_url):
            wait_until(partial(_all_have_come, receivers), seconds=120)
            time.sleep(1)
    came = Counter(request.id for receiver in receivers for request in receiver.requests)
    for receiver, secret in zip(receivers, secrets, strict=True):
        for request in receiver.requests:
            request.verified(secret)
    lost = {f"msg_{event.id.hex}" for event in events} - came.keys()
    print(
        f"{EVENTS} events, {KILLS} kills, {time.monotonic() - began:.0f} s: {len(came)} delivered,"
        f" {len(lost)} lost, {len(came) + len(lost) - EVENTS} unexpected,"
        f" {sum(came.values()) - len(came)} repeated with the same id,"
        f" {sum(came.values())} signatures verified"
    )


def _slowly(handler: Handler) -> None:
    time.sleep(0.02)
    answering(200)(handler)


def _kill_again_and_again(service: Service, receivers: list[Receiver]) -> None:
    for _ in range(KILLS):
        enough = _count(receivers) + BETWEEN
        with worker(service.stand, service.bus_url):
            wait_until(partial(_have_come, receivers, enough), seconds=60)


def _have_come(receivers: list[Receiver], count: int) -> bool:
    return _count(receivers) >= count


def _all_have_come(receivers: list[Receiver]) -> bool:
    return len({request.id for one in receivers for request in one.requests}) >= EVENTS


def _count(receivers: list[Receiver]) -> int:
    return sum(len(receiver.requests) for receiver in receivers)


if __name__ == "__main__":
    main()
