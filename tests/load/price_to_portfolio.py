"""How long a new price needs to reach a portfolio's total, over the real bus and gateway.

    make run LIMITS=off                                  # in one terminal
    .venv/bin/python -m tests.load.price_to_portfolio    # in another

Each round records a price of a held asset and then asks for the portfolio until its total is the
new one; the time from the request's start to that answer counts.
"""

import argparse
import statistics
import time
from collections.abc import Mapping

import requests


def main() -> None:
    """Measure and print the median, the 95th percentile and the longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000", help="of the gateway")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    client = logged_in(options.url)
    asset, portfolio = holding(client, options.url)
    seconds = sorted(
        _round(client, options.url, asset, portfolio, cents)
        for cents in range(10_000, 10_000 + options.rounds)
    )
    print(
        f"{options.rounds} prices: median {statistics.median(seconds) * 1000:.0f} ms,"
        f" 95 % within {seconds[int(len(seconds) * 0.95)] * 1000:.0f} ms,"
        f" longest {seconds[-1] * 1000:.0f} ms"
    )


def logged_in(url: str) -> requests.Session:
    client = requests.Session()
    answer = client.post(
        f"{url}/api/auth-token/", json={"username": "demo", "password": "demo"}, timeout=10
    )
    answer.raise_for_status()
    client.headers["Authorization"] = f"Token {answer.json()['token']}"
    return client


def holding(client: requests.Session, url: str) -> tuple[int, int]:
    """Make a private asset and a portfolio that holds ten of it; return their ids."""
    symbol = f"LOAD{time.time_ns() % 10**12}"
    asset = post(
        client,
        f"{url}/api/assets/",
        {"symbol": symbol, "name": "A fund", "asset_type": "OTHER", "currency": "USD"},
    )["id"]
    post(client, f"{url}/api/assets/{asset}/update_price/", {"price": "99"})
    portfolio = post(client, f"{url}/api/portfolios/", {"name": symbol, "currency": "USD"})["id"]
    post(
        client,
        f"{url}/api/positions/",
        {
            "portfolio": portfolio,
            "asset": asset,
            "quantity": "10",
            "average_cost": "90",
            "first_purchase_date": "2022-01-03",
        },
    )
    return asset, portfolio


def _round(client: requests.Session, url: str, asset: int, portfolio: int, cents: int) -> float:
    price = f"{cents // 100}.{cents % 100:02}"
    total = f"{cents // 10}.{cents % 10}0"
    began = time.perf_counter()
    post(client, f"{url}/api/assets/{asset}/update_price/", {"price": price})
    while True:
        answer = client.get(f"{url}/api/portfolios/{portfolio}/", timeout=10)
        answer.raise_for_status()
        if answer.json()["total_value"] == total:
            return time.perf_counter() - began
        if time.perf_counter() - began > 10:
            raise SystemExit(f"The price {price} did not arrive within ten seconds.")
        time.sleep(0.005)


def post(client: requests.Session, url: str, body: Mapping[str, object]) -> dict[str, int]:
    answer = client.post(url, json=body, timeout=10)
    answer.raise_for_status()
    found: dict[str, int] = answer.json()
    return found


if __name__ == "__main__":
    main()
