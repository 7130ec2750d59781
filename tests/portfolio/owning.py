"""The real assets service, which the portfolio service asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.serving import make_server

from services.assets import commands
from services.assets.domain.access import SYSTEM, Actor
from services.assets.domain.quotes import Bar
from shared.testing import Stand


@contextmanager
def listening(stand: Stand) -> Iterator[str]:
    """Let a service listen on a port; return its URL."""
    server = make_server("127.0.0.1", 0, stand.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Assets:
    """The assets service, listening on a port."""

    stand: Stand
    url: str

    def make(self, symbol: str, currency: str = "USD", *, by: Actor = SYSTEM, **values: Any) -> int:
        """Make an asset, of six letters a currency pair; return its id."""
        values = {
            "symbol": symbol,
            "name": symbol,
            "asset_type": "CURRENCY" if len(symbol) == 6 else "STOCK",
            "currency": currency,
            **values,
        }
        return self.stand.database.unit(
            lambda session: commands.create_asset(session, by=by, **values).id
        )

    def retire(self, asset_id: int, *, by: Actor = SYSTEM) -> None:
        """Retire an asset."""
        self.stand.database.unit(lambda session: commands.retire_asset(session, asset_id, by=by))

    def price(self, asset_id: int, closes: dict[str, str], *, by: Actor = SYSTEM) -> None:
        """Record closes by day."""
        rows = [Bar(date.fromisoformat(day), Decimal(close)) for day, close in closes.items()]
        self.stand.database.unit(
            lambda session: commands.import_prices(session, asset_id, rows, by=by)
        )
