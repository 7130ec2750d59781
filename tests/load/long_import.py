"""How long an import of 20,000 rows takes, and how long others wait for it meanwhile.

    make bench B=long_import

It starts the whole product. A neighbour records a transaction in a portfolio of their own again and
again, and asks analytics until it is there; so do we for the import itself, once it is done, and
for its snapshots.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from tests.e2e.conftest import CHOSEN, started
from tests.load.price_to_portfolio import logged_in, post

_ASSETS = 20
_DAY = "2021-01-04"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), **CHOSEN) as product:
        print(measured(product.url, rows))


def measured(url: str, rows: int) -> str:
    """Import so many rows; return what is to be said of it."""
    client = logged_in(url)
    symbols = _assets(client, url)
    mine, other = (_portfolio(client, url) for _ in range(2))
    is_over, waits = threading.Event(), list[float]()
    neighbour = threading.Thread(target=_record, args=(url, other, waits, is_over))
    neighbour.start()
    began = time.perf_counter()
    accepted = client.post(
        f"{url}/api/transactions/import/?portfolio_id={mine}",
        data=_file(symbols, rows),
        headers={"Content-Type": "text/csv"},
        timeout=60,
    )
    answered = time.perf_counter() - began
    done = _until(lambda: _is_done(client, url + accepted.headers["Location"]), began)
    value, ended = f"{5 * rows}.00", time.perf_counter()
    in_analytics = _until(lambda: _cost(client, url, mine) == value, ended)
    in_snapshots = _until(lambda: _snapshot_cost(client, url, mine) == value, ended)
    is_over.set()
    neighbour.join()
    return (
        f"{rows} rows: {accepted.status_code} after {answered:.1f} s, done after"
        f" {done:.1f} s; {in_analytics:.1f} s later in analytics, {in_snapshots:.1f} s later in"
        f" snapshots; {len(waits)} entries of a neighbour waited {_p95(waits):.2f} s (95 %)"
    )


def _assets(client: requests.Session, url: str) -> Sequence[str]:
    symbols = [f"L{time.time_ns() % 10**12}X{number}" for number in range(_ASSETS)]
    for symbol in symbols:
        asset = {"symbol": symbol, "name": symbol, "asset_type": "OTHER", "currency": "USD"}
        made = post(client, f"{url}/api/assets/", asset)["id"]
        post(client, f"{url}/api/assets/{made}/update_price/", {"price": "5", "date": _DAY})
    return symbols


def _portfolio(client: requests.Session, url: str) -> int:
    return post(client, f"{url}/api/portfolios/", {"name": "A long import", "currency": "USD"})[
        "id"
    ]


def _file(symbols: Sequence[str], rows: int) -> str:
    lines = [f"{_DAY},BUY,{symbols[row % _ASSETS]},1,5,row-{row}" for row in range(rows)]
    return "\n".join(["date,transaction_type,symbol,quantity,price,external_id", *lines])


def _is_done(client: requests.Session, job: str) -> bool:
    found = client.get(job, timeout=10).json()
    if found["status"] == "failed":
        raise SystemExit(f"The job failed: {found['error']}")
    return bool(found["status"] == "done")


def _record(url: str, portfolio: int, waits: list[float], is_over: threading.Event) -> None:
    client = logged_in(url)
    while not is_over.is_set():
        began = time.perf_counter()
        amount = {"transaction_type": "DEPOSIT", "date": _DAY, "amount": "1"}
        post(client, f"{url}/api/transactions/", {"portfolio": portfolio, **amount})
        cash = f"{len(waits) + 1}.00"
        waits.append(_until(lambda cash=cash: _cash(client, url, portfolio) == cash, began))  # type: ignore[misc]
        time.sleep(0.3)


def _last(client: requests.Session, url: str, portfolio: int) -> dict[str, str]:
    path = f"{url}/api/portfolios/{portfolio}/historical_performance/?interval=monthly"
    series: list[dict[str, str]] = client.get(path, timeout=30).json().get("series") or [{}]
    return series[-1]


def _cost(client: requests.Session, url: str, portfolio: int) -> str | None:
    return _last(client, url, portfolio).get("cost_basis")


def _cash(client: requests.Session, url: str, portfolio: int) -> str | None:
    return _last(client, url, portfolio).get("cash")


def _snapshot_cost(client: requests.Session, url: str, portfolio: int) -> str | None:
    path = f"{url}/api/portfolio-snapshots/?portfolio_id={portfolio}&page_size=1&ordering=-date"
    results: list[dict[str, str]] = client.get(path, timeout=30).json()["results"]
    return results[0]["total_cost_basis"] if results else None


def _until(holds: Callable[[], bool], began: float) -> float:
    """Return the seconds from `began` until it holds."""
    while not holds():
        if time.perf_counter() - began > 300:
            raise SystemExit("Not within five minutes.")
        time.sleep(0.05)
    return time.perf_counter() - began


def _p95(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)]


if __name__ == "__main__":
    main()
