"""How many prices a second the alert rules bear: 100,000 rules on 1,000 assets.

    .venv/bin/python -m tests.load.alert_rules

It starts its own PostgreSQL. Every asset has 100 rules, 20 of them on a change; the prices cross
none of them. The events are applied as the worker applies them, one after the other.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import text

from deploy.local import postgres
from services.webhooks import handlers
from services.webhooks.app import create_app
from services.webhooks.owners import Owners
from shared.bus import inbox
from shared.events import Event
from shared.testing import Stand, make_keys
from tests.webhooks.telling import bar, card

ASSETS = 1000
EVENTS = 2000
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
    INSERT INTO price_windows (asset_id, version, day, close, closes, bases)
    SELECT asset, 1, '2024-01-19', 100, jsonb_build_object('splits', '{}'::jsonb, 'closes',
        (SELECT jsonb_object_agg('2024-01-19'::date - day, '100.00')
         FROM generate_series(1, :closes) AS day)), array_fill(100.0, ARRAY[:closes])
    FROM generate_series(1, :assets) AS asset
"""


def main() -> None:
    """Measure and print the events a second and the time of one."""
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder) / "postgres")
        try:
            seconds = sorted(_measured(server.url, Path(folder)))
        finally:
            server.stop()
    print(
        f"{EVENTS} prices, {ASSETS} assets, 100,000 rules: {EVENTS / sum(seconds):.0f} a second,"
        f" median {statistics.median(seconds) * 1000:.1f} ms,"
        f" 95 % within {seconds[int(EVENTS * 0.95)] * 1000:.1f} ms"
    )


def _measured(server_url: str, folder: Path) -> list[float]:
    secret = folder / "webhooks.secret"
    secret.write_bytes(Fernet.generate_key())
    keys = make_keys(folder)
    stand = Stand(
        "webhooks",
        create_app,
        server_url=server_url,
        keys=keys,
        WEBHOOKS_SECRET_KEY_FILE=str(secret),
    )
    with stand.database.engine.begin() as connection:
        connection.execute(text(_RULES))
        connection.execute(text(_CLOSES), {"assets": ASSETS, "closes": CLOSES})
    with stand.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    known = handlers.table(Owners(stand.app.settings.urls, stand.app.signer))
    seconds = [_applied(stand, known, event) for event in _prices()]
    stand.close()
    return seconds


def _prices() -> list[Event]:
    versions = dict.fromkeys(range(1, ASSETS + 1), 1)
    events = []
    for _ in range(EVENTS):
        asset = random.randint(1, ASSETS)
        versions[asset] += 1
        price = f"100.{random.randint(10, 99)}"
        data = {
            "asset": card(asset, price),
            "price": bar("2024-01-19", price),
            "previous_price": "100.00",
        }
        subject = f"assets/{asset}"
        events.append(Event.now("assets", "price-updated", subject, versions[asset], data))
    return events


def _applied(stand: Stand, known: Mapping[str, handlers.Handler], event: Event) -> float:
    began = time.perf_counter()
    inbox.process(stand.database.sessions, "webhooks", event, known)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
