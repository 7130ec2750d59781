"""How long a new transaction needs to reach a receiver, through the whole product.

    make run LIMITS=off WEBHOOKS_ALLOW_PRIVATE=1         # in one terminal
    .venv/bin/python -m tests.load.webhook_latency       # in another

Each round records a transaction and waits for its webhook; the time from the request's start until
the receiver has it counts.
"""

import argparse
import statistics
from datetime import UTC, datetime

import requests

from shared.testing import wait_until
from tests.load.price_to_portfolio import holding, logged_in, post
from tests.load.webhooks import percentile_95
from tests.webhooks.receiving import Receiver


def main() -> None:
    """Measure and print the median, the 95th percentile and the longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000", help="of the gateway")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    client, receiver = logged_in(options.url), Receiver()
    asset, portfolio = holding(client, options.url)
    webhook = client.post(
        f"{options.url}/api/webhooks/",
        json={"url": receiver.url, "events": ["transaction.created"]},
        timeout=10,
    ).json()
    try:
        seconds = [
            _round(client, options.url, receiver, {"asset": asset, "portfolio": portfolio})
            for _ in range(options.rounds)
        ]
    finally:
        client.delete(f"{options.url}/api/webhooks/{webhook['id']}/", timeout=10)
        client.delete(f"{options.url}/api/portfolios/{portfolio}/", timeout=10)
    for request in receiver.requests:
        request.verified(webhook["secret"])
    print(
        f"{options.rounds} transactions: median {statistics.median(seconds) * 1000:.0f} ms,"
        f" 95 % within {percentile_95(seconds) * 1000:.0f} ms,"
        f" longest {max(seconds) * 1000:.0f} ms; every signature verified"
    )


def _round(client: requests.Session, url: str, receiver: Receiver, bought: dict[str, int]) -> float:
    had = len(receiver.requests)
    trade = {"transaction_type": "BUY", "date": "2024-01-19", "quantity": "1", "price": "90"}
    began = datetime.now(UTC)
    post(client, f"{url}/api/transactions/", {**bought, **trade})
    wait_until(lambda: len(receiver.requests) > had)
    return (receiver.requests[had].received - began).total_seconds()


if __name__ == "__main__":
    main()
