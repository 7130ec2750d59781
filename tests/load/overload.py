"""Ten times what the product can do, for a minute: what it answers, takes, and how it comes back.

    .venv/bin/python -m tests.load.overload [--seconds 60 --times 10]

Needs nothing that runs: it starts the whole product, with quotas and flood guards lifted, and finds
out how many requests a second it answers to a few patient clients: reads of a portfolio, each tenth
a new transaction, each twentieth a computation. Then ten times as many come, whether those before
them are answered or not, on connections of their own. Printed are the answers by status, those of
429 and 503 without Retry-After and those that are no JSON (none may be), who got none, the largest
growth of a process, the seconds until a client is answered as quickly as before, and how many
acknowledged transactions are not there afterwards.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil
import requests

from tests.e2e.conftest import CHOSEN, Client, Product, started

MIB: Final = 2**20
PATIENT: Final = 8
MOST_AT_ONCE: Final = 4000  # connections; more would be this side's own end
TIMEOUT: Final = 40.0  # seconds: the gateway answers within 30
NORMAL: Final = 5  # answers in a row
_UNIQUE: Final = itertools.count()


@dataclass
class Seen:
    """What came back."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of what was done
    acknowledged: list[str] = field(default_factory=list)  # external ids
    without_retry: int = 0
    not_json: int = 0

    def note(self, external_id: str | None, head: bytes, body: bytes, seconds: float) -> None:
        """Note one answer."""
        status = head[9:12].decode()
        self.statuses[status] += 1
        lower = head.lower()
        self.not_json += b"\r\ncontent-type: application/json" not in lower
        if status in {"429", "503"}:
            self.without_retry += b"\r\nretry-after: " not in lower
        if status.startswith("2"):
            self.seconds.append(seconds)
            if external_id:
                assert json.loads(body)["external_id"] == external_id
                self.acknowledged.append(external_id)


@dataclass(frozen=True)
class Target:
    """Where requests go, and as whom."""

    host: str
    port: int
    token: str
    portfolio: int

    def request(self, number: int) -> tuple[bytes, str | None]:
        """Return the bytes of one of the requests, and its external id if it writes."""
        if number % 10 == 5:
            external_id = f"overload-{next(_UNIQUE)}"
            entry = {
                "portfolio": self.portfolio,
                "transaction_type": "DEPOSIT",
                "date": "2024-01-02",
                "amount": "1",
                "external_id": external_id,
            }
            body = json.dumps(entry).encode()
            return self._head("POST", "/api/transactions/", len(body)) + body, external_id
        path = f"/api/portfolios/{self.portfolio}/"
        if number % 20 == 0:
            path += f"performance_metrics/?risk_free_rate=0.0{next(_UNIQUE) % 10_000}"
        return self._head("GET", path, 0), None

    def _head(self, method: str, path: str, length: int) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            f"Authorization: Token {self.token}",
            "Content-Type: application/json",
            f"Content-Length: {length}",
            "Connection: close",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def ask(self, number: int, seen: Seen) -> None:
        """Send one request and note what comes back."""
        request, external_id = self.request(number)
        began = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._exchange(request)
        except (OSError, TimeoutError) as error:
            seen.statuses[type(error).__name__] += 1
            return
        head, _, body = answer.partition(b"\r\n\r\n")
        if head:
            seen.note(external_id, head + b"\r\n", body, time.monotonic() - began)
        else:
            seen.statuses["no answer"] += 1

    async def _exchange(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(request)
            return await reader.read(-1)
        finally:
            writer.close()


async def patient(target: Target, seconds: float) -> Seen:
    """Ask with few clients, each of which waits for its answers."""
    seen, until = Seen(), time.monotonic() + seconds

    async def client(number: int) -> None:
        while time.monotonic() < until:
            await target.ask(number, seen)
            number += PATIENT

    await asyncio.gather(*(client(number) for number in range(PATIENT)))
    return seen


async def flood(target: Target, rate: float, seconds: float, over: threading.Event) -> Seen:
    """Ask `rate` times a second, whatever happens; when all are asked, it is `over`."""
    seen, tasks = Seen(), set[asyncio.Task[None]]()
    began = time.monotonic()
    for number in itertools.count():
        due = began + number / rate
        if due > began + seconds:
            break
        if due > time.monotonic() or number % 50 == 0:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        if len(tasks) >= MOST_AT_ONCE:
            seen.statuses["not sent: too many wait"] += 1
            continue
        task = asyncio.create_task(target.ask(number, seen))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    over.set()
    while tasks:
        await asyncio.wait(tasks)
    return seen


@contextmanager
def watched_memory(product: Product) -> Iterator[dict[str, int]]:
    """Note by how many bytes each process has grown at most."""
    processes = product.launcher.children(recursive=True)
    before = {process: process.memory_info().rss for process in processes}
    grown: dict[str, int] = {}
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.5):
            for process, bytes_before in before.items():
                with contextlib.suppress(psutil.Error):  # a runner of jobs that is done
                    growth = process.memory_info().rss - bytes_before
                    name = f"{process.name()} {process.pid}"
                    grown[name] = max(grown.get(name, 0), growth)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        is_over.set()
        thread.join()


def seconds_to_normal(client: Client, portfolio: int, usual: float, over: threading.Event) -> float:
    """Return how long after it is `over` reads are as quick as they were, several in a row."""
    over.wait()
    began = time.monotonic()
    in_a_row = 0
    while in_a_row < NORMAL:
        asked = time.monotonic()
        try:
            is_normal = client.get(f"/api/portfolios/{portfolio}/").status_code == 200
        except requests.Timeout:
            is_normal = False
        is_normal = is_normal and time.monotonic() - asked < 3 * usual + 0.05
        in_a_row = in_a_row + 1 if is_normal else 0
    return time.monotonic() - began


def usual_seconds(client: Client, portfolio: int) -> float:
    """Return how long a read takes when nothing else happens."""
    times = []
    for _ in range(20):
        began = time.monotonic()
        assert client.get(f"/api/portfolios/{portfolio}/").status_code == 200
        times.append(time.monotonic() - began)
    return statistics.median(times)


def missing(client: Client, acknowledged: list[str]) -> int:
    """Return how many of the acknowledged transactions are not there."""
    there: set[str] = set()
    page = "/api/transactions/?page_size=500"
    while page:
        answer = client.get(page).json()
        there |= {entry["external_id"] for entry in answer["results"]}
        page = "/" + (answer["next"] or "///").split("/", 3)[3]
        page = page if len(page) > 1 else ""
    return len(set(acknowledged) - there)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--times", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), **CHOSEN) as product:
        client = product.client()
        address = urlsplit(product.url)
        portfolio = int(client.get("/api/portfolios/").json()["results"][0]["id"])
        target = Target(address.hostname or "", address.port or 0, client.token or "", portfolio)
        asyncio.run(patient(target, 3))
        calm = asyncio.run(patient(target, 10))
        usual = usual_seconds(client, portfolio)
        rate = len(calm.seconds) / 10
        print(f"capacity: {rate:.0f} requests/s; a read takes {usual * 1000:.1f} ms")
        over = threading.Event()
        with watched_memory(product) as grown, ThreadPoolExecutor(1) as probe:
            back = probe.submit(seconds_to_normal, client, portfolio, usual, over)
            seen = asyncio.run(flood(target, options.times * rate, options.seconds, over))
        _report(seen, grown, options.times * rate)
        print(f"normal {back.result():.1f} s after the last was sent (5)")
        lost = missing(client, calm.acknowledged + seen.acknowledged)
        print(f"acknowledged transactions {len(seen.acknowledged)}, not there {lost} (0)")


def _report(seen: Seen, grown: dict[str, int], rate: float) -> None:
    total = sum(seen.statuses.values())
    print(f"offered {rate:.0f}/s, {total} in all: {dict(seen.statuses.most_common())}")
    done = sorted(seen.seconds)
    if done:
        p95 = done[int(len(done) * 0.95)]
        print(f"done {len(done)}: median {statistics.median(done):.2f} s, p95 {p95:.2f} s")
    print(f"429 and 503 without Retry-After {seen.without_retry} (0), no JSON {seen.not_json} (0)")
    for name, size in sorted(grown.items(), key=lambda pair: -pair[1])[:4]:
        print(f"  grew by {size / MIB:.0f} MiB: {name}")


if __name__ == "__main__":
    main()
