"""What the alert rules bear: 100,000 rules on 1,000 assets.

    .venv/bin/python -m tests.load.alert_rules

Every asset has 100 rules, 20 of them on a change. First the events are applied as the worker
applies them, one after the other as fast as it goes: so many prices a second. Then a worker hears
200 of them a second on the bus; every tenth crosses a rule, and from the price until the firing is
on the bus counts.
"""

import random
import statistics
import time
from collections.abc import Iterator, Mapping

import psutil
from sqlalchemy import text

from services.webhooks import handlers
from services.webhooks.outside.owners import Owners
from services.webhooks.replicas import Replicas
from shared.events import Event
from shared.replica import Handler
from shared.testing import Stand, wait_until
from tests.load.webhooks import Service, percentile_95, publish_at, webhooks_service
from tests.webhooks.telling import bar, card
from tests.webhooks.working import publish, worker

ASSETS = 1000
EVENTS = 4000
RATE = 200  # a second, on the bus
CLOSES = 253

_RULES = """
    INSERT INTO alerts
        (owner_id, name, kind, asset_id, threshold, window_days, cooldown_seconds, is_met)
    SELECT 1 + number % 500, 'rule',
        CASE WHEN number / 1000 % 5 = 0 THEN 'PRICE_CHANGE_PERCENTAGE' ELSE 'PRICE_ABOVE' END,
        1 + number % 1000, 120 + number / 1000,
        CASE WHEN number / 1000 % 5 = 0 THEN 1 + number / 5000 % 3 END, 0, false
    FROM generate_series(0, 99999) AS number
"""
_CLOSES = """
    INSERT INTO price_windows (asset_id, sequence, day, close, closes, bases)
    SELECT asset, 1, '2024-01-19', 100, jsonb_build_object('splits', '{}'::jsonb, 'closes',
        (SELECT jsonb_object_agg('2024-01-19'::date - day, '100.00')
         FROM generate_series(1, :closes) AS day)), array_fill(100.0, ARRAY[:closes])
    FROM generate_series(1, :assets) AS asset
"""


_DELAYS = """
    SELECT extract(epoch FROM published_at - (payload::jsonb #>> '{data,fired_at}')::timestamptz)
    FROM outbox
"""


def main() -> None:
    """Measure and print how many prices a second, and how long a firing takes at 200 a second."""
    with webhooks_service() as service:
        _fill(service.stand)
        prices = _prices()
        owners = Owners(service.stand.app.settings.urls, service.stand.app.signer)
        known = handlers.table(Replicas(service.stand.database, owners), owners)
        seconds = [_applied(service.stand, known, next(prices)) for _ in range(EVENTS)]
        print(
            f"{EVENTS} prices, 100,000 rules: {EVENTS / sum(seconds):.0f} a second,"
            f" median {statistics.median(seconds) * 1000:.1f} ms,"
            f" 95 % within {percentile_95(seconds) * 1000:.1f} ms"
        )
        _fire(service, prices)


def _fill(stand: Stand) -> None:
    with stand.database.engine.begin() as connection:
        connection.execute(text(_RULES))
        connection.execute(text(_CLOSES), {"assets": ASSETS, "closes": CLOSES})
    with stand.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _fire(service: Service, prices: Iterator[Event]) -> None:
    # What is published before the worker listens wakes it; then the clock starts.
    publish(service.bus_url, next(prices))
    with worker(service.stand, service.bus_url) as process:
        _wait_for_events(service.stand, EVENTS + 1)
        with service.stand.database.engine.begin() as connection:
            connection.execute(text("TRUNCATE outbox"))
        before = psutil.Process(process.pid).cpu_times()
        began = time.monotonic()
        publish_at(service.bus_url, RATE, (next(prices) for _ in range(EVENTS)))
        took = time.monotonic() - began
        _wait_for_events(service.stand, 2 * EVENTS + 1)
        after = psutil.Process(process.pid).cpu_times()
        time.sleep(1)
        with service.stand.database.engine.connect() as connection:
            delays = [float(delay) for delay in connection.scalars(text(_DELAYS)) if delay]
    busy = after.user + after.system - before.user - before.system
    print(
        f"{EVENTS} prices at {EVENTS / took:.0f} a second: {len(delays)} firings, median"
        f" {statistics.median(delays) * 1000:.0f} ms,"
        f" 95 % within {percentile_95(delays) * 1000:.0f} ms; the worker took"
        f" {busy / took * 100:.0f} % of a core"
    )


def _wait_for_events(stand: Stand, count: int) -> None:
    def applied() -> bool:
        with stand.database.engine.connect() as connection:
            prices = "SELECT sum(sequence) FROM assets"
            return (connection.scalar(text(prices)) or 0) >= ASSETS + count

    wait_until(applied)


def _prices() -> Iterator[Event]:
    """Yield prices in turn; those of every fifth asset go up and down over a threshold of 121."""
    sequence = 1
    while True:
        sequence += 1
        for asset in range(1, ASSETS + 1):
            is_over = asset % 5 == 0 and sequence % 2 == 1
            price = f"{121 if is_over else 100}.{random.randint(10, 99)}"
            data = {
                "asset": card(asset, price),
                "price": bar("2024-01-19", price),
                "previous_price": "100.00",
            }
            yield Event.now("assets", "price-updated", f"assets/{asset}", sequence, data)


def _applied(stand: Stand, known: Mapping[str, Handler], event: Event) -> float:
    began = time.perf_counter()
    stand.hear(event, known)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
