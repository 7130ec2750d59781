"""What one price costs among a thousand portfolios: which are valued again, how soon, CPU seconds.

    .venv/bin/python -m tests.load.revaluation

On an embedded PostgreSQL of its own and in this one process: the event goes through the worker's
own handler, then the appraiser works until nothing waits. Each portfolio holds 50 of 500 assets
of ten years; one asset more is held by all of them.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import psutil
from sqlalchemy import text

from deploy.local import postgres
from deploy.local.servers import Server
from services.analytics import commands, handlers
from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.domain.packing import History
from services.analytics.domain.series import Days
from services.analytics.outside.owners import (
    AssetSnapshot,
    Owners,
    PortfolioSnapshot,
)
from services.analytics.parts.appraiser import Appraiser
from services.analytics.replicas import Replicas
from shared import migrations
from shared.bus import inbox
from shared.db import Database
from shared.events import Event, cards
from shared.events.cards import Json
from shared.identity import Signer
from shared.testing import make_keys
from shared.testing.stand import NOWHERE, create_database

ASSETS: Final = 500
HELD: Final = 50
DAYS: Final = 2520
COMMON: Final = ASSETS + 1  # held by all
SEED: Final = 20240102
NEVER: Final = threading.Event()


class Bench:
    """Analytics with its database and nothing else."""

    def __init__(self, database: Database, folder: Path) -> None:
        nowhere = {"portfolio": NOWHERE, "assets": NOWHERE}
        owners = Owners(nowhere, Signer("analytics", make_keys(folder) / "analytics.pem"))
        self.database = database
        replicas = Replicas(database, owners)
        market = Market(database, replicas.assets, owners, {})
        portfolios = Portfolios(replicas.portfolios, market)
        self._appraiser = Appraiser(database, portfolios)
        self._handlers = handlers.table(replicas)
        self._sequence = 1

    def fill(self, portfolios: int) -> None:
        """Make assets and portfolios as their owners would tell of them."""
        random = np.random.default_rng(SEED)
        days = np.busday_offset(np.datetime64("2014-01-01"), np.arange(DAYS), roll="forward")
        for number in range(1, COMMON + 1):
            snapshot = AssetSnapshot(1, cards.Asset.of(_asset(number)), _history(days, random))
            self.database.unit(partial(commands.adopt_asset, snapshot=snapshot))
        for number in range(1, portfolios + 1):
            chosen = random.choice(ASSETS, HELD - 1, replace=False) + 1
            held = [*(int(asset) for asset in chosen), COMMON]
            entries = [cards.Entry.of(row) for row in _purchases(number, held, str(days[0]))]
            told = PortfolioSnapshot(1, cards.Portfolio.of(_portfolio(number)), entries)
            self.database.unit(partial(commands.adopt_portfolio, snapshot=told))

    def hear(self, asset: int, day: str, close: str) -> int:
        """Let the price of one day be heard of; return how many portfolios it concerns."""
        self._sequence += 1
        price = {"date": day, "close": close, **dict.fromkeys(("open", "high", "low", "volume"))}
        data = {"asset": _asset(asset), "price": price, "previous_price": None}
        sequence = self._sequence
        self.execute(f"UPDATE assets SET sequence = {sequence - 1} WHERE id = {asset}")
        event = Event.now("assets", "price-updated", f"assets/{asset}", sequence, data)
        inbox.process(self.database.sessions, "analytics", [event], self._handlers)
        return self.count("SELECT count(DISTINCT portfolio_id) FROM revaluation_marks")

    def work(self) -> None:
        """Do all that waits."""
        due = "SELECT count(*) FROM last_valuations WHERE measure_after <= now()"
        while self._appraiser.work(NEVER) or self.count(due):
            pass

    def count(self, statement: str) -> int:
        with self.database.engine.connect() as connection:
            return int(connection.scalar(text(statement)) or 0)

    def execute(self, statement: str) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(text(statement))


def _asset(number: int) -> Json:
    return {
        "id": number,
        "symbol": f"SYM{number}",
        "name": f"Asset {number}",
        "asset_type": "STOCK",
        "currency": "USD",
        "sector": None,
        "country": None,
        "is_active": True,
        "owner": None,
        "price_source": None,
        "split_dates": [],
        **dict.fromkeys(("isin", "exchange", "industry")),
        **dict.fromkeys(("current_price", "previous_close", "price_date")),
    }


def _history(days: Days, random: np.random.Generator) -> History:
    values = np.full((DAYS, 5), np.nan)
    values[:, 0] = 100.0 * np.cumprod(1.0 + random.normal(0.0004, 0.01, DAYS))
    return History(days, values)


def _portfolio(number: int) -> Json:
    return {
        "id": number,
        "owner": number,
        "name": f"Portfolio {number}",
        "currency": "USD",
        "cost_basis_method": "AVERAGE",
        "is_active": True,
    }


def _purchases(portfolio: int, assets: list[int], day: str) -> Iterator[Json]:
    for place, asset in enumerate(assets):
        yield {
            "id": portfolio * 1000 + place,
            "portfolio": portfolio,
            "asset": asset,
            "date": day,
            "position_in_day": place,
            "transaction_type": "BUY",
            "quantity": "10",
            "price": "100",
            "fees": "0",
            "taxes": "0",
            "cash_effect": "-1000",
            "currency": "USD",
            "exchange_rate": None,
            "ratio": None,
        }


def measured(bench: Bench, server: psutil.Process) -> tuple[float, float, float]:
    """Do all that waits; return the seconds, ours of the processor, and PostgreSQL's."""
    before, began, busy = _processor(server), time.perf_counter(), time.process_time()
    bench.work()
    seconds, own = time.perf_counter() - began, time.process_time() - busy
    return seconds, own, _processor(server) - before


def _processor(server: psutil.Process) -> float:
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(found.user + found.system for found in times)


def report(what: str, portfolios: int, taken: tuple[float, float, float]) -> None:
    """Print one line of the table."""
    seconds, own, database = taken
    each = seconds / max(portfolios, 1) * 1000
    print(
        f"| {what} | {portfolios} | {seconds:.2f} s | {each:.1f} ms"
        f" | {own:.2f} s | {database:.2f} s |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portfolios", type=int, default=1000)
    portfolios = parser.parse_args().portfolios
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = postgres.start(folder / "postgres")
        try:
            _run(server, folder, portfolios)
        finally:
            server.stop()


def _run(server: Server, folder: Path, portfolios: int) -> None:
    url = create_database(server.url, "analytics")
    migrations.upgrade("analytics", url)
    bench, process = Bench(Database(url), folder), psutil.Process(server.process.pid)
    bench.fill(portfolios)
    print("| what | portfolios | until done | each | our CPU | PostgreSQL's CPU |")
    print("|---|---|---|---|---|---|")
    report(f"all {DAYS} days, the first time", portfolios, measured(bench, process))
    # Risk comes once a minute beside this, and has a line of its own.
    bench.execute("UPDATE last_valuations SET measured_at = now(), measure_after = NULL")
    new_day, old_day = "2023-08-29", "2014-01-02"
    for what, asset, day in (
        ("a price of today, held by some", 1, new_day),
        ("a price of today, held by all", COMMON, new_day),
        ("a price of ten years ago, held by some", 2, old_day),
    ):
        concerned = bench.hear(asset, day, "123.45")
        report(what, concerned, measured(bench, process))
    due = min(100, portfolios)
    bench.execute(f"UPDATE last_valuations SET measure_after = now() WHERE portfolio_id <= {due}")
    report("risk, once a minute", due, measured(bench, process))
    bench.database.close()


if __name__ == "__main__":
    main()
