"""How long the answers on a portfolio of 50 assets and ten years take, through the gateway.

    make run LIMITS=off                                  # in one terminal
    .venv/bin/python -m tests.load.analytics_requests    # in another

Warm is with a window that nobody asked for before, so that the figures are computed and only
ledger, prices and values are remembered. After a price change is the first answer with the new
price: until it has arrived the answer is still the one we have (304), and does not count.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final

import numpy as np
import requests

from tests.load.price_to_portfolio import logged_in, post

HELD: Final = 50
DAYS: Final = 2520
SEED: Final = 20240102
LIMIT: Final = 30.0  # seconds
FIRST: Final = date(2013, 1, 1)


class Portfolio:
    """A portfolio of fifty private assets with ten years of closes."""

    def __init__(self, client: requests.Session, url: str) -> None:
        self._client = client
        self._url = url
        self._known: dict[str, str] = {}  # path → tag
        stem = f"LOAD{time.time_ns() % 10**10}"
        random = np.random.default_rng(SEED)
        self.days = [
            str(day)
            for day in np.busday_offset(np.datetime64(FIRST), np.arange(DAYS), roll="forward")
        ]
        self.assets = [self._asset(f"{stem}N{number}", random) for number in range(HELD)]
        self.id = post(client, f"{url}/api/portfolios/", {"name": stem, "currency": "USD"})["id"]
        for asset in self.assets:
            self._buy(asset)

    def get(self, path: str, **query: str) -> tuple[int, float]:
        """Return the status of an answer, 304 where we have it already, and its milliseconds."""
        address = requests.Request("GET", self._url + path, params=query).prepare().url or ""
        headers = {"If-None-Match": self._known.get(address, "")}
        began = time.perf_counter()
        answer = self._client.get(address, headers=headers, timeout=LIMIT)
        taken = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        self._known[address] = answer.headers["ETag"]
        return answer.status_code, taken

    def price(self, number: int) -> None:
        """Record a new price of today for one of the assets."""
        path = f"/api/assets/{self.assets[number % HELD]}/update_price/"
        body = {"date": self.days[-1], "price": f"{100 + number / 100:.2f}"}
        post(self._client, self._url + path, body)

    def _asset(self, symbol: str, random: np.random.Generator) -> int:
        asset = {"symbol": symbol, "name": symbol, "asset_type": "OTHER", "currency": "USD"}
        number = post(self._client, f"{self._url}/api/assets/", asset)["id"]
        closes = 100.0 * np.cumprod(1.0 + random.normal(0.0004, 0.01, DAYS))
        rows = zip(self.days, closes.tolist(), strict=True)
        prices = [{"date": day, "close": f"{close:.4f}"} for day, close in rows]
        post(
            self._client, f"{self._url}/api/assets/{number}/price_history/bulk/", {"prices": prices}
        )
        return number

    def _buy(self, asset: int) -> None:
        entry = {
            "portfolio": self.id,
            "asset": asset,
            "transaction_type": "BUY",
            "date": self.days[0],
            "quantity": "10",
            "price": "100",
        }
        post(self._client, f"{self._url}/api/transactions/", entry)


def windows(portfolio: Portfolio) -> Iterator[dict[str, str]]:
    """Yield windows that nobody asked for yet."""
    end = portfolio.days[-1]
    for offset in range(1, 2000):
        yield {"start_date": str(FIRST + timedelta(days=offset)), "end_date": end}


def warm(portfolio: Portfolio, path: str, rounds: int, **query: str) -> list[float]:
    """Return the milliseconds of answers over ever other windows."""
    portfolio.get(path, **query)
    asked = islice(windows(portfolio), rounds)
    return [portfolio.get(path, **query, **window)[1] for window in asked]


def after_price(portfolio: Portfolio, path: str, rounds: int) -> list[float]:
    """Return the milliseconds of the first answers that know a new price."""
    portfolio.get(path)
    found = []
    for number in range(rounds):
        portfolio.price(number)
        found.append(_changed(portfolio, path))
    return found


def _changed(portfolio: Portfolio, path: str) -> float:
    began = time.monotonic()
    while time.monotonic() - began < LIMIT:
        status, taken = portfolio.get(path)
        if status == 200:
            return taken
        time.sleep(0.05)
    raise SystemExit("A price did not arrive.")


def _settled(portfolio: Portfolio, path: str) -> None:
    """Wait until all prices and entries have arrived: the answer is the same for two seconds."""
    same = 0
    while same < 20:
        same = same + 1 if portfolio.get(path)[0] == 304 else 0
        time.sleep(0.1)


def main() -> int:
    """Print each median beside its goal; return 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000", help="of the gateway")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    portfolio = Portfolio(logged_in(options.url), options.url)
    metrics = f"/api/portfolios/{portfolio.id}/performance_metrics/"
    _settled(portfolio, metrics)
    risk, whose = "/api/analytics/risk_metrics/", {"portfolio_id": str(portfolio.id)}
    goals: list[tuple[str, list[float], float]] = [
        ("performance_metrics, warm", warm(portfolio, metrics, options.rounds), 15),
        ("performance_metrics, new price", after_price(portfolio, metrics, options.rounds), 40),
        ("risk_metrics, warm", warm(portfolio, risk, options.rounds, **whose), 25),
    ]
    for what, taken, goal in goals:
        taken.sort()
        median, most = statistics.median(taken), taken[int(len(taken) * 0.95)]
        met = "ok    " if median <= goal else "MISSED"
        print(f"{met} {what}: median {median:.1f} ms (goal {goal} ms), 95 % within {most:.1f} ms")
    return int(any(statistics.median(taken) > goal for _, taken, goal in goals))


if __name__ == "__main__":
    sys.exit(main())
