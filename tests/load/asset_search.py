"""How long search and lists take over 50,000 assets: the median and 95 % of 200 calls each.

    .venv/bin/python -m tests.load.asset_search

Needs nothing that runs; the calls go through the whole application.
"""

import random
import statistics
import time
from functools import partial
from itertools import product
from string import ascii_uppercase

from services.assets import commands
from services.assets.app import create_app
from services.assets.domain.access import SYSTEM
from services.assets.models import AssetFields
from shared.testing import Stand
from tests.load.service import seconds, service

ASSETS = 50_000
CALLS = 200
FIRST = ["apple", "micro", "first", "united", "national", "general", "pacific", "global"]
SECOND = ["solar", "energy", "mining", "health", "steel", "water", "motor", "retail", "bond"]
THIRD = ["systems", "capital", "growth", "income", "world", "europe", "japan", "value", "small"]
QUERIES = {
    "exact symbol": "AAAB",
    "two letters": "AB",
    "one word": "solar",
    "two words": "pacific solar",
    "a typing error": "pacfic",
    "a frequent word": "holdings",
}


def fill(stand: Stand) -> None:
    """Make the assets; names are drawn with a fixed seed."""
    draw = random.Random(7)
    symbols = ["".join(letters) for letters in product(ascii_uppercase, repeat=4)][:ASSETS]
    rows: list[AssetFields] = [
        {
            "symbol": symbol,
            "name": " ".join([*map(draw.choice, [FIRST, SECOND, THIRD]), "holdings", symbol]),
            "asset_type": "STOCK",
            "currency": "USD",
            "sector": draw.choice(SECOND),
        }
        for symbol in symbols
    ]
    for start in range(0, ASSETS, 5000):
        chunk = rows[start : start + 5000]
        stand.database.unit(partial(commands.create_assets, rows=chunk, by=SYSTEM))
    with stand.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.exec_driver_sql("VACUUM ANALYZE")


def measure(stand: Stand, path: str) -> str:
    """Return the times of one call."""
    times = []
    for _ in range(CALLS):
        client = stand.client()
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.json
    times.sort()
    return f"{statistics.median(times):7.1f} {times[int(CALLS * 0.95)]:7.1f}"


def main() -> None:
    """Fill, measure, print."""
    with service("assets", create_app) as stand:
        print(f"{ASSETS} assets made in {seconds(partial(fill, stand)):.1f} s")
        print(f"{'milliseconds':24} {'median':>7} {'p95':>7}")
        for name, q in QUERIES.items():
            print(f"search, {name:16} {measure(stand, f'/api/assets/search/?q={q}')}")
        print(f"{'list, first page':24} {measure(stand, '/api/assets/')}")
        print(f"{'list, search=solar':24} {measure(stand, '/api/assets/?search=solar')}")
        print(f"{'list, sector=solar':24} {measure(stand, '/api/assets/?sector=solar')}")


if __name__ == "__main__":
    main()
