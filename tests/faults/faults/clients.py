"""What clients ask and receivers answer, with nothing broken."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from tests.faults.journal import Row
from tests.faults.scene import Scene
from tests.load.webhooks import percentile_95
from tests.webhooks.receiving import Handler, Receiver, Request, answering

_AT_ONCE = 50
_HUGE = 10**9  # bytes
_CHUNK = b"x" * 65536


def nothing(scene: Scene) -> None:
    """Break nothing."""
    for _ in scene.rounds():
        pass


def same_key(scene: Scene) -> None:
    """Have 50 clients post the same row with the same key at once."""
    for number in scene.rounds():
        use_same_key(scene, str(number))


def use_same_key(scene: Scene, mark: str) -> None:
    """Post the same row with the same key, in `_AT_ONCE` requests."""
    clients = [scene.client() for _ in range(_AT_ONCE)]
    row = Row(f"{scene.name}-same-{mark}", scene.portfolios[-1], "DEPOSIT", amount="2.00000002")
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        writes = [threads.submit(client.write, [row]) for client in clients]
        answers = [write.result() for write in writes]
    ids = {answer.json()["id"] for answer in answers if answer is not None}
    assert len(ids) == 1, ids


def receivers(scene: Scene) -> None:
    """Subscribe receivers that hang, fail, redirect and flood beside the one that is well."""
    client = scene.site.client()
    bad = [Receiver(answer) for answer in _BAD]
    begin = change = len(scene.site.receiver.requests)
    hooks: list[int] = []
    for number in scene.rounds(2):
        if number == 0:
            change = len(scene.site.receiver.requests)
            for receiver in bad:
                hook = {"url": receiver.url, "events": ["transaction.created"]}
                hooks.append(client.post("/api/webhooks/", hook).json()["id"])
    well = scene.site.receiver.requests[begin:change]
    beside = scene.site.receiver.requests[change:]
    for hook_id in hooks:
        client.delete(f"/api/webhooks/{hook_id}/")
    for receiver in bad:
        receiver.close()
    scene.notes.append(
        f"95 % at the one that is well within {_delay(well):.2f} s before and {_delay(beside):.2f}"
        f" s beside {len(bad)} that are not, which were asked {sum(map(_asked, bad))} times"
    )


def _asked(receiver: Receiver) -> int:
    return len(receiver.requests)


def _delay(requests: Sequence[Request]) -> float:
    """Return the 95th percentile of the seconds from an event to its receiver."""
    return percentile_95(
        (one.received - datetime.fromisoformat(json.loads(one.body)["timestamp"])).total_seconds()
        for one in requests
    )


def _hang(handler: Handler) -> None:
    handler.connection.recv(1)  # nothing comes until the sender gives up


def _flood(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(_HUGE))
    handler.end_headers()
    for _ in range(_HUGE // len(_CHUNK)):
        handler.wfile.write(_CHUNK)


def _drip(handler: Handler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
        handler.wfile.write(bytes([byte]))
        time.sleep(1)


_BAD: Sequence[Callable[[Handler], None]] = (
    _hang,
    answering(500),
    answering(429, Retry_After="60"),
    answering(302, Location="http://127.0.0.1:1/"),
    answering(410),
    _flood,
    _drip,
)
