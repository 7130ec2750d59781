"""The everyday calls beside a plain Django REST Framework build of the same, on the same rows.

    make bench B=beside_peer

Needs `wrk` (Debian: apt install wrk). It starts both: the whole product with its gateway, identity
and quotas of no limit, and the peer (`tests/load/peer`) with two workers and no gateway. In each
round both answer one after the other, so that whatever else the machine does burdens both; printed
are the medians. CPU is that of all processes of a side, PostgreSQL included, for one request.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import psutil
import requests

from deploy.local import ports, postgres
from shared.testing import wait_until
from tests.e2e.conftest import started

PORTFOLIOS, ASSETS, DAYS = 20, 50, 2520
FIRST: Final = date(2014, 1, 1)
# What the owner wants at least of each, as a multiple of the peer's requests a second.
LEAST: Final = {"list": 1.5, "detail": 1.5, "positions": 2.0, "metrics": 40.0, "purchases": 1.5}

_POSTING: Final = """
wrk.method, wrk.body = "POST", {}
wrk.headers["Content-Type"] = "application/json"
"""


@dataclass(frozen=True)
class Side:
    """One of the two: where it answers, as whom, its processes, and its paths by call."""

    url: str
    token: str
    family: Callable[[], list[psutil.Process]]
    paths: Mapping[str, str]
    purchase: Mapping[str, object]

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Token {self.token}"}


class Rate(NamedTuple):
    """What one measurement gave."""

    a_second: float
    cpu_ms: float


def main() -> None:
    """Measure call by call and print a line for each, the ratio first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6, help="of each measurement")
    options = parser.parse_args()
    require_wrk()
    with tempfile.TemporaryDirectory() as folder, _peer(Path(folder)) as peer, our_side() as ours:
        print(f"load {os.getloadavg()[0]:.1f}; {options.rounds} rounds")
        print("ratio  least  call        ours/s  peer/s   CPU ms ours    peer")
        for call, least in LEAST.items():
            measure = _post if call == "purchases" else _read
            both = [
                [measure(side, call, options.seconds) for side in (ours, peer)]
                for _ in range(options.rounds)
            ]
            mine, theirs = (_median(rates) for rates in zip(*both, strict=True))
            print(
                f"{mine.a_second / theirs.a_second:5.2f}  {least:5.1f}  {call:10}"
                f" {mine.a_second:7.0f} {theirs.a_second:7.0f}"
                f" {mine.cpu_ms:13.2f} {theirs.cpu_ms:7.2f}",
                flush=True,
            )


def require_wrk() -> None:
    """End this process where there is no `wrk`."""
    if not shutil.which("wrk"):
        sys.exit("error: wrk is missing: install it (Debian and Ubuntu: apt install wrk)")


def _median(rates: tuple[Rate, ...]) -> Rate:
    return Rate(*(statistics.median(column) for column in zip(*rates, strict=True)))


def _read(side: Side, call: str, seconds: int) -> Rate:
    """Ask for one path on eight connections."""
    before = _cpu(side)
    count, a_second = requested(side, call, seconds)
    return Rate(a_second, (_cpu(side) - before) / count * 1000)


def requested(side: Side, call: str, seconds: int) -> tuple[int, float]:
    """Return how many requests on eight connections were answered, and how many a second."""
    return _wrk(side, side.paths[call], seconds, "-c8")


def _wrk(side: Side, path: str, seconds: int, *options: str) -> tuple[int, float]:
    command = ["wrk", "-t1", f"-d{seconds}", *options, "-H", f"Authorization: Token {side.token}"]
    run = subprocess.run([*command, side.url + path], capture_output=True, text=True, check=True)
    if "Non-2xx" in run.stdout:
        raise RuntimeError(f"{side.url}{path} is refused:\n{run.stdout}")
    count = int(_number(r"(\d+) requests in", run.stdout))
    return count, _number(r"Requests/sec:\s+([\d.]+)", run.stdout)


def _number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk printed no {pattern}:\n{text}")
    return float(match[1])


def _post(side: Side, _call: str, seconds: int) -> Rate:
    """Record purchases."""
    before = _cpu(side)
    count, a_second = recorded(side, seconds)
    return Rate(a_second, (_cpu(side) - before) / count * 1000)


def recorded(side: Side, seconds: int) -> tuple[int, float]:
    """Record one purchase after the other on one connection; return how many, and a second."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_POSTING.format(json.dumps(json.dumps(side.purchase))))
        script.flush()
        return _wrk(side, "/api/transactions/", seconds, "-c1", "-s", script.name)


def _cpu(side: Side) -> float:
    """Return the seconds of CPU that the living processes of a side have used."""
    used = 0.0
    for process in side.family():
        try:
            used += sum(process.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return used


def _family(*roots: psutil.Process) -> list[psutil.Process]:
    return [*roots, *(child for root in roots for child in root.children(recursive=True))]


@contextmanager
def our_side() -> Iterator[Side]:
    """Run the product with its rows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder), LIMITS="off") as product,
    ):
        client = product.client()
        session = requests.Session()
        session.headers["Authorization"] = f"Token {client.token}"
        portfolio, asset = _fill(session, f"{product.url}/api")
        path = f"/api/portfolios/{portfolio}/"
        yield Side(
            product.url,
            str(client.token),
            lambda: _family(product.launcher),
            {
                "list": "/api/portfolios/?page_size=20&ordering=-id",
                "detail": path,
                "positions": f"/api/positions/?portfolio_id={portfolio}",
                "metrics": f"{path}performance_metrics/",
            },
            _purchase(portfolio, asset),
        )


def _purchase(portfolio: int, asset: int) -> dict[str, object]:
    entry = {"transaction_type": "BUY", "date": "2023-08-31", "quantity": "1", "price": "90"}
    return {"portfolio": portfolio, "asset": asset, **entry}


def _fill(session: requests.Session, api: str) -> tuple[int, int]:
    """Make what the peer has; return the ids of a portfolio and of an asset."""
    days = (FIRST + timedelta(number) for number in range(DAYS * 2))
    weekdays = [str(day) for day in days if day.weekday() < 5][:DAYS]
    assets = [_asset(session, api, number, weekdays) for number in range(ASSETS)]
    portfolios = [
        _made(session, f"{api}/portfolios/", {"name": f"Portfolio {number}"})
        for number in range(PORTFOLIOS)
    ]
    for portfolio in portfolios:
        rows = [
            {**_purchase(portfolio, asset), "date": str(FIRST), "quantity": str(10 + row)}
            for row, asset in enumerate(assets)
        ]
        _post_ok(session, f"{api}/transactions/bulk/", {"transactions": rows})
    metrics = f"{api}/portfolios/{portfolios[0]}/performance_metrics/"
    wait_until(
        lambda: session.get(metrics, timeout=30).json().get("observations", 0) > DAYS - 20, 300
    )
    return portfolios[0], assets[0]


def _asset(session: requests.Session, api: str, number: int, days: list[str]) -> int:
    body = {"symbol": f"P{number}", "name": f"P{number}", "asset_type": "STOCK", "currency": "USD"}
    asset = _made(session, f"{api}/assets/", body)
    closes = (100 + (row * (number + 7) % 97) / 4 for row in range(len(days)))
    prices = [
        {"date": day, "close": f"{close:.4f}"} for day, close in zip(days, closes, strict=True)
    ]
    _post_ok(session, f"{api}/assets/{asset}/price_history/bulk/", {"prices": prices})
    return asset


def _made(session: requests.Session, url: str, body: Mapping[str, object]) -> int:
    return int(_post_ok(session, url, body).json()["id"])


def _post_ok(session: requests.Session, url: str, body: Mapping[str, object]) -> requests.Response:
    answer = session.post(url, json=body, timeout=60)
    answer.raise_for_status()
    return answer


@contextmanager
def _peer(folder: Path) -> Iterator[Side]:
    """Run the peer with its rows."""
    folder.chmod(0o755)
    server = postgres.start(folder / "postgres")
    environment = {**os.environ, "PEER_DATABASE_URL": server.url}
    python = os.environ["OTHERS"]  # which has Django
    fill = [python, "-m", "tests.load.peer.app"]
    token = subprocess.check_output(fill, env=environment, text=True).strip()
    address = f"127.0.0.1:{ports.free()}"
    options = ("-k", "gthread", "--threads", "4", "-w", "2", "--keep-alive", "30", "-b", address)
    command = [python, "-m", "gunicorn", *options, "tests.load.peer.app:application"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as master:
        try:
            side = Side(
                f"http://{address}",
                token,
                lambda: _family(psutil.Process(master.pid), psutil.Process(server.process.pid)),
                {
                    "list": "/api/portfolios/",
                    "detail": "/api/portfolios/1/",
                    "positions": "/api/positions/?portfolio_id=1",
                    "metrics": "/api/portfolios/1/performance_metrics/",
                },
                _purchase(1, 1),
            )
            wait_until(lambda: _is_up(side))
            yield side
        finally:
            master.terminate()
            server.stop()


def _is_up(side: Side) -> bool:
    try:
        answer = requests.get(f"{side.url}/api/portfolios/", headers=side.headers, timeout=5)
    except requests.RequestException:
        return False
    return answer.ok


if __name__ == "__main__":
    main()
