"""What the dearest requests of one user do to everybody else, attack by attack.

    .venv/bin/python -m tests.load.starvation [--only csv passwords]

Needs nothing that runs: it starts the whole product, with quotas and flood guards lifted, so that
nothing but lanes and bounds protects it. While one user attacks, another reads once a second: a
portfolio, and something cheap of the attacked service. Printed are the slowest of those reads, the
answers of 5xx to them, by how much the process grew that grew most, and what the attacker was told.
"""

import argparse
import collections
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil
import requests

from services.portfolio.lanes import AT_ONCE
from tests.e2e.conftest import CHOSEN, Client, Product, started
from tests.webhooks.receiving import Receiver

SECONDS: Final = 20
DAYS: Final = 37_000
ENTRIES: Final = 40_000
REST: Final = 15  # seconds in which the others take in what was made
MIB: Final = 2**20
_JSON: Final = {"Content-Type": "application/json"}


@dataclass
class Scene:
    """Who takes part: the product, the attacker with what is theirs, and the other user."""

    product: Product
    attacker: Client
    other: Client
    asset: int
    portfolio: int
    long_portfolio: int
    others_portfolio: int

    def send(self, method: str, path: str, **arguments: object) -> int:
        """Send one request of the attacker on a connection of its own; return the status."""
        headers = {"Authorization": f"Token {self.attacker.token}"}
        headers |= arguments.pop("headers", {})  # type: ignore[call-overload]
        url = f"{self.product.url}{path}"
        answer = requests.request(method, url, headers=headers, timeout=120, **arguments)  # type: ignore[arg-type]
        return answer.status_code


@dataclass(frozen=True)
class Attack:
    """So many times the same at once, again and again, and a cheap read of what it aims at."""

    cheap_read: str
    at_once: int
    strike: Callable[[Scene], int]


@dataclass
class Seen:
    """What one attack did."""

    waits: dict[str, list[float]] = field(default_factory=lambda: collections.defaultdict(list))
    failures: int = 0
    answers: collections.Counter[int] = field(default_factory=collections.Counter)


def _unread_list(scene: Scene) -> int:
    return _unread(scene, "/api/price-history/", "text/csv")


def _unread_curve(scene: Scene) -> int:
    path = f"/api/portfolios/{scene.portfolio}/historical_performance/"
    return _unread(scene, path, "application/json")


def _unread(scene: Scene, path: str, accept: str) -> int:
    """Ask for something long, and do not read it for as long as an attack lasts."""
    address = urlsplit(scene.product.url)
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        # As from afar: of the large packets of a loopback the kernel would hold megabytes.
        unread.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        unread.settimeout(SECONDS)
        unread.connect((address.hostname, address.port))
        request = (
            f"GET {path} HTTP/1.1\r\n"
            f"Host: {address.netloc}\r\nAccept: {accept}\r\n"
            f"Authorization: Token {scene.attacker.token}\r\n\r\n"
        )
        unread.sendall(request.encode())
        status = int(unread.recv(12).split()[1])
        if status == 200:
            time.sleep(SECONDS)
        return status


def _password(scene: Scene) -> int:
    body = {"current_password": "not the right one", "new_password": "another long password"}
    return scene.send("POST", "/api/users/me/password/", json=body)


def _indicators(scene: Scene) -> int:
    names = ",".join(f"cci_{length}" for length in range(991, 1001))
    path = f"/api/assets/{scene.asset}/technical_indicators/"
    return scene.send("GET", path, params={"indicators": names, "start_date": "2026-01-01"})


def _dry_import(scene: Scene) -> int:
    rows = (f"2024-01-02,BUY,SINCE1925,1,90,row{number}" for number in range(20_000))
    text = "\n".join(["date,transaction_type,symbol,quantity,price,external_id", *rows])
    path = f"/api/transactions/import/?portfolio_id={scene.portfolio}&dry_run=true"
    return scene.send("POST", path, data=text.encode(), headers={"Content-Type": "text/csv"})


def _numbers(scene: Scene) -> int:
    body = b'{"transactions": [' + b"1.5," * (15 * MIB // 4) + b"1.5]}"
    return scene.send("POST", "/api/transactions/bulk/", data=body, headers=_JSON)


def _nested(scene: Scene) -> int:
    body = b'{"transactions": [' + b"[[[[]]]]," * (15 * MIB // 9) + b"1]}"
    return scene.send("POST", "/api/transactions/bulk/", data=body, headers=_JSON)


def _unknown_names(scene: Scene) -> int:
    body = b'{"assets": [{' + b",".join(b'"name%d":1' % n for n in range(450_000)) + b"}]}"
    return scene.send("POST", "/api/assets/bulk/", data=body, headers=_JSON)


def _unknown_fields(scene: Scene) -> int:
    body = b"{" + b",".join(b'"field%d":1' % number for number in range(60_000)) + b"}"
    return scene.send("POST", "/api/webhooks/", data=body, headers=_JSON)


def _curve(scene: Scene) -> int:
    return scene.send("GET", f"/api/portfolios/{scene.portfolio}/historical_performance/")


def _simulation(scene: Scene) -> int:
    asked = {"portfolio_id": scene.portfolio, "type": "monte_carlo", "horizon_days": 252}
    seed = time.time_ns() % 10**6
    path = "/api/analytics/scenario_analysis/"
    return scene.send("GET", path, params={**asked, "simulations": 10000, "seed": seed})


def _deliveries(scene: Scene) -> int:
    rows = [{**_purchase(scene.portfolio, scene.asset), "date": "2024-01-03"}] * 300
    return scene.send("POST", "/api/transactions/bulk/", json={"transactions": rows})


def _backdated(scene: Scene) -> int:
    body = {**_purchase(scene.long_portfolio, scene.asset), "date": "2009-12-31"}
    return scene.send("POST", "/api/transactions/", json=body)


ATTACKS: Final[Mapping[str, Attack]] = {
    "csv": Attack("/api/price-history/?page_size=1", 8, _unread_list),
    "unread": Attack("/api/analytics/scenario_analysis/scenarios/", 40, _unread_curve),
    "passwords": Attack("/api/users/me/", 100, _password),
    "indicators": Attack("/api/analytics/scenario_analysis/scenarios/", 10, _indicators),
    "imports": Attack("/api/transactions/?page_size=1", 9, _dry_import),
    "numbers": Attack("/api/transactions/?page_size=1", 4, _numbers),
    "nested": Attack("/api/transactions/?page_size=1", 2, _nested),
    "names": Attack("/api/assets/?page_size=1", 12, _unknown_names),
    "fields": Attack("/api/webhooks/", 12, _unknown_fields),
    "curves": Attack("/api/analytics/scenario_analysis/scenarios/", 12, _curve),
    "simulations": Attack("/api/analytics/scenario_analysis/scenarios/", 12, _simulation),
    "deliveries": Attack("/api/webhooks/", 1, _deliveries),
    "backdated": Attack("/api/transactions/?page_size=1", 12, _backdated),
}


def main() -> None:
    """Run the attacks one after the other; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), **CHOSEN) as product:
        scene = _set(product)
        with _subscribed(scene):
            print(f"{'attack':12} slowest read of a portfolio, of the service; 5xx; grown; answers")
            for name in options.only:
                _report(name, *_under(scene, ATTACKS[name]))


def _set(product: Product) -> Scene:
    """Give the attacker an asset with a price on every day of a century, and a portfolio of it."""
    attacker = product.client()
    other = product.client("admin", "admin")
    asset = _made(attacker, "/api/assets/", symbol="SINCE1925", name="Old", asset_type="OTHER")
    portfolio = _made(attacker, "/api/portfolios/", name="Old")
    first = datetime.now(UTC).date() - timedelta(DAYS)
    days = [
        {"date": str(first + timedelta(n)), "close": f"{100 + n % 7}.5"} for n in range(1, DAYS)
    ]
    for start in range(0, DAYS, 9_000):
        some = {"prices": days[start : start + 9_000]}
        answer = attacker.post(f"/api/assets/{asset}/price_history/bulk/", some)
        assert answer.ok, answer.text
    entry = {"portfolio": portfolio, "asset": asset, "transaction_type": "BUY"}
    bought = {**entry, "date": days[0]["date"], "quantity": "10", "price": "100"}
    _made(attacker, "/api/transactions/", **bought)
    long_portfolio = _with_long_ledger(attacker, asset)
    others_portfolio = _made(other, "/api/portfolios/", name="Mine")
    time.sleep(REST)
    return Scene(product, attacker, other, asset, portfolio, long_portfolio, others_portfolio)


def _with_long_ledger(attacker: Client, asset: int) -> int:
    """Make a portfolio with `ENTRIES` purchases, ten on each day from 2010 on."""
    portfolio = _made(attacker, "/api/portfolios/", name="Long")
    row, first = _purchase(portfolio, asset), date(2010, 1, 1)
    for start in range(0, ENTRIES, AT_ONCE):
        days = (str(first + timedelta(n // 10)) for n in range(start, start + AT_ONCE))
        rows = [{**row, "date": day} for day in days]
        answer = attacker.post("/api/transactions/bulk/", {"transactions": rows})
        assert answer.status_code == 201, answer.text
    return portfolio


def _purchase(portfolio: int, asset: int) -> dict[str, object]:
    """Return a purchase, but for its day."""
    whose = {"portfolio": portfolio, "asset": asset}
    return {**whose, "transaction_type": "BUY", "quantity": "1", "price": "90"}


def _made(client: Client, path: str, **body: object) -> int:
    answer = client.post(path, {"currency": "USD", **body})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@contextmanager
def _subscribed(scene: Scene) -> Iterator[None]:
    """Give the attacker as many webhooks as one may have, all of them to one receiver."""
    receiver = Receiver()
    for _ in range(20):
        body = {"url": receiver.url, "events": ["transaction.created"]}
        answer = scene.attacker.post("/api/webhooks/", body)
        assert answer.status_code == 201, answer.text
    yield


def _under(scene: Scene, attack: Attack) -> tuple[Seen, float]:
    """Attack for `SECONDS`; return what the other user saw, and the most that a process grew."""
    seen, stop = Seen(), threading.Event()
    before = _memory(scene.product)
    paths = {
        "portfolio": f"/api/portfolios/{scene.others_portfolio}/",
        "service": attack.cheap_read,
    }
    strikers = [
        threading.Thread(target=_strike_on, args=(scene, attack.strike, seen, stop))
        for _ in range(attack.at_once)
    ]
    readers = [
        threading.Thread(target=_read_on, args=(scene.other, name, path, seen, stop))
        for name, path in paths.items()
    ]
    for thread in (*readers, *strikers):
        thread.start()
    grown, until = 0.0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        time.sleep(0.2)
        now = _memory(scene.product)
        grown = max([grown, *(now[pid] - before[pid] for pid in now if pid in before)])
    stop.set()
    for thread in (*readers, *strikers):
        thread.join()
    return seen, grown


def _strike_on(
    scene: Scene, strike: Callable[[Scene], int], seen: Seen, stop: threading.Event
) -> None:
    while not stop.is_set():
        status = strike(scene)
        seen.answers[status] += 1
        # Refused, it comes again a little later: the attack is on lanes, not on the refusal.
        stop.wait(0.2 if status in (409, 429, 503) else 0)


def _read_on(client: Client, name: str, path: str, seen: Seen, stop: threading.Event) -> None:
    headers = {"Authorization": f"Token {client.token}"}
    while not stop.is_set():
        began = time.monotonic()
        answer = requests.get(f"{client.url}{path}", headers=headers, timeout=60)
        seen.waits[name].append(time.monotonic() - began)
        seen.failures += answer.status_code >= 500
        stop.wait(1)


def _memory(product: Product) -> dict[int, float]:
    """Return the MiB of every process of the product."""
    found = {}
    for process in product.launcher.children(recursive=True):
        try:
            found[process.pid] = process.memory_info().rss / MIB
        except psutil.NoSuchProcess:
            continue
    return found


def _report(name: str, seen: Seen, grown: float) -> None:
    slowest = [max(seen.waits[what]) for what in ("portfolio", "service")]
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(seen.answers.items()))
    print(
        f"{name:12} {slowest[0]:.2f} s, {slowest[1]:.2f} s; {seen.failures}; "
        f"{grown:.0f} MiB; {answers}",
        flush=True,
    )


if __name__ == "__main__":
    main()
