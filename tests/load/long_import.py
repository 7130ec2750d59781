"""How long an import of 20,000 rows takes, and how long others wait for it meanwhile.

    make bench B=long_import
    .venv/bin/python -m tests.load.long_import --bus amqp://guest:guest@localhost:5672/

It starts the whole product. Another user records transactions at one pace, whatever became of the
earlier ones, from a second before the import until that is in analytics and its snapshots, and
looks since when each is in analytics. Until then analytics may answer the import's owner with all
of it or with nothing.
"""

import argparse
import contextlib
import secrets
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
import requests

from tests.e2e.conftest import CHOSEN, Client, Product, started

_ASSETS: Final = 20
_DAY: Final = "2021-01-04"
_PACE: Final = 0.15  # seconds between two entries of the neighbour
_LOOK: Final = 0.05  # seconds between two looks
_LEAST: Final = 60  # entries; of fewer the slowest twentieth says little


@dataclass
class Owner:
    """Who imports, and what analytics answered them until it had the whole."""

    client: Client
    portfolio: int
    # By the cost that was answered; None is no answer that has one.
    costs: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))

    def cost(self) -> str | None:
        """Return what all of it cost, as analytics has it."""
        cost = _last(self.client, self.portfolio).get("cost_basis")
        self.costs[cost] += 1
        return cost

    def cost_in_snapshots(self) -> str | None:
        """Return the same as the last snapshot has it."""
        asked = {"portfolio_id": self.portfolio, "page_size": 1, "ordering": "-date"}
        results = self.client.get("/api/portfolio-snapshots/", **asked).json()["results"]
        return str(results[0]["total_cost_basis"]) if results else None


@dataclass
class Neighbour:
    """Another user, who records deposits of 1.

    Attributes:
        due: when each was to be recorded.
        answers: seconds from then until it was.
        waits: seconds from then until analytics had it.
        refused: how often one had to be sent again.
    """

    client: Client
    portfolio: int
    due: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    def record(self, is_over: threading.Event) -> None:
        """Record at `_PACE` until `is_over`, and `_LEAST` anyhow."""
        entry = {"portfolio": self.portfolio, "transaction_type": "DEPOSIT", "date": _DAY}
        answers: list[Future[None]] = []
        with ThreadPoolExecutor(8) as senders:
            began = time.perf_counter()
            while not is_over.is_set() or len(self.due) < _LEAST:
                self.due.append(began + len(self.due) * _PACE)
                time.sleep(max(0.0, self.due[-1] - time.perf_counter()))
                body = {**entry, "amount": "1"}
                answers.append(senders.submit(self._post, self.due[-1], body))
        for answer in answers:
            answer.result()

    def _post(self, due: float, body: Mapping[str, object]) -> None:
        """Record one, again and again where it is refused, as any client does."""
        headers = {"Authorization": f"Token {self.client.token}", "Idempotency-Key": str(due)}
        url = f"{self.client.url}/api/transactions/"
        while requests.post(url, json=body, headers=headers, timeout=60).status_code != 201:
            self.refused += 1
            time.sleep(_LOOK)
        self.answers.append(time.perf_counter() - due)

    def count(self, recorder: threading.Thread) -> None:
        """Note when analytics has each of them."""
        while recorder.is_alive() or len(self.waits) < len(self.due):
            cash = _last(self.client, self.portfolio).get("cash", "0.00")
            now = time.perf_counter()
            arrived = self.due[len(self.waits) : int(cash.removesuffix(".00"))]
            self.waits += [now - due for due in arrived]
            time.sleep(_LOOK)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--bus", help="of a broker that runs; NATS is started by default")
    options = parser.parse_args()
    chosen = CHOSEN
    if options.bus:
        chosen = CHOSEN | {"BUS": f"{options.bus}?namespace=load-{secrets.token_hex(4)}"}
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), **chosen) as product:
        _measure(product, options.rows)


def _measure(product: Product, rows: int) -> None:
    client, other = product.client(), product.client("admin", "admin")
    file = _file(_assets(client), rows)
    owner, neighbour = Owner(client, _portfolio(client)), Neighbour(other, _portfolio(other))
    is_over = threading.Event()
    recorder = threading.Thread(target=neighbour.record, args=[is_over])
    counter = threading.Thread(target=neighbour.count, args=[recorder])
    recorder.start()
    counter.start()
    time.sleep(1)
    before = _cpu(product)
    _import(owner, file, f"{5 * rows}.00")
    is_over.set()
    recorder.join()
    counter.join()
    _print_waits("recorded", sorted(neighbour.answers))
    _print_waits("in analytics", sorted(neighbour.waits))
    print(f"{neighbour.refused} had to be sent again (0)")
    _print_cpu(before, _cpu(product))


def _import(owner: Owner, file: str, cost: str) -> None:
    client, began = owner.client, time.perf_counter()
    path = f"/api/transactions/import/?portfolio_id={owner.portfolio}"
    accepted = requests.post(
        f"{client.url}{path}",
        data=file,
        headers={"Content-Type": "text/csv", "Authorization": f"Token {client.token}"},
        timeout=60,
    )
    answered = time.perf_counter() - began
    done = _until(lambda: _is_done(owner, accepted.headers["Location"]), began)
    ended = time.perf_counter()
    in_analytics = _until(lambda: owner.cost() == cost, ended)
    in_snapshots = _until(lambda: owner.cost_in_snapshots() == cost, ended)
    halves = sum(count for seen, count in owner.costs.items() if seen not in (None, "0.00", cost))
    print(
        f"{accepted.status_code} after {answered:.1f} s, done after {done:.1f} s (15);"
        f" {in_analytics:.1f} s later in analytics, {in_snapshots:.1f} s later in snapshots (5);"
        f" {halves} of {sum(owner.costs.values())} answers rest on half of it (0)"
    )


def _print_waits(what: str, waits: Sequence[float]) -> None:
    print(
        f"{len(waits)} entries of a neighbour were {what} after {_part(waits, 0.5):.2f} s"
        f" (median), {_part(waits, 0.95):.2f} s (95 %: 1), {waits[-1]:.2f} s (longest)"
    )


def _print_cpu(before: dict[str, float], after: dict[str, float]) -> None:
    spent = {name: after[name] - before.get(name, 0) for name in after}
    most = sorted(spent.items(), key=lambda item: -item[1])[:8]
    print("CPU s:", ", ".join(f"{name} {seconds:.1f}" for name, seconds in most))


def _assets(client: Client) -> Sequence[str]:
    symbols = [f"L{time.time_ns() % 10**12}X{number}" for number in range(_ASSETS)]
    for symbol in symbols:
        asset = {"symbol": symbol, "name": symbol, "asset_type": "OTHER", "currency": "USD"}
        made = _made(client, "/api/assets/", asset)
        price = {"price": "5", "date": _DAY}
        assert client.post(f"/api/assets/{made}/update_price/", price).ok
    return symbols


def _portfolio(client: Client) -> int:
    return _made(client, "/api/portfolios/", {"name": "A long import", "currency": "USD"})


def _made(client: Client, path: str, body: object) -> int:
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def _file(symbols: Sequence[str], rows: int) -> str:
    lines = [f"{_DAY},BUY,{symbols[row % _ASSETS]},1,5,row-{row}" for row in range(rows)]
    return "\n".join(["date,transaction_type,symbol,quantity,price,external_id", *lines])


def _is_done(owner: Owner, job: str) -> bool:
    owner.cost()
    found = owner.client.get(job).json()
    assert found["status"] != "failed", found["error"]
    return bool(found["status"] == "done")


def _last(client: Client, portfolio: int) -> dict[str, str]:
    path = f"/api/portfolios/{portfolio}/historical_performance/"
    series: list[dict[str, str]] = client.get(path, interval="monthly").json().get("series") or [{}]
    return series[-1]


def _until(holds: Callable[[], bool], began: float) -> float:
    """Return the seconds from `began` until it holds."""
    while not holds():
        if time.perf_counter() - began > 300:
            raise SystemExit("Not within five minutes.")
        time.sleep(_LOOK)
    return time.perf_counter() - began


def _part(waits: Sequence[float], part: float) -> float:
    return waits[int(len(waits) * part)]


def _cpu(product: Product) -> dict[str, float]:
    """Return the CPU seconds of the product's processes until now, by what they are."""
    seconds: dict[str, float] = defaultdict(float)
    for process in product.launcher.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds[_kind(process)] += sum(process.cpu_times()[:2])
    return seconds


def _kind(process: psutil.Process) -> str:
    words = " ".join(process.cmdline()).replace("postgres: ", "postgres ").split()
    services = [word.partition(":")[0] for word in words if word.startswith("services.")]
    return services[0] if services else " ".join(words[: 2 if words[0] == "postgres" else 1])


if __name__ == "__main__":
    main()
