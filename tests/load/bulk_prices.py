"""How fast all prices of an asset are recorded in one call, next to what PostgreSQL can do at all.

    .venv/bin/python -m tests.load.bulk_prices

Needs nothing that runs. There are no more days to have a price than those since 1900. For
comparison the same rows go into the same table by psycopg's COPY, with no rule, event or search.
"""

import argparse
import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from services.assets.app import create_app
from services.assets.lanes import IMPORTING
from shared.jobs import Runner
from shared.testing import Stand
from tests.assets.build import Assets
from tests.load.service import seconds, service

_FIRST = date(1900, 1, 1)
_COLUMNS = "date, open, high, low, close, volume, source"


def main() -> None:
    """Measure both and print rows a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    days = (datetime.now(UTC).date() - _FIRST).days
    body = json.dumps({"prices": [_price(day) for day in range(days)]})
    with service("assets", create_app) as stand:
        user = Assets(stand.client())
        for number in range(options.rounds):
            asset, other = (user.make(symbol=f"{side}{number}")["id"] for side in ("OWN", "COPY"))
            bulk = seconds(partial(_record, stand, user, asset, body))
            copy = _copy(stand.database_url, asset, other)
            print(
                f"{days:,} rows: bulk {bulk:.2f} s, {days / bulk:,.0f} rows/s;"
                f" COPY {copy:.2f} s, {days / copy:,.0f} rows/s; {bulk / copy:.1f} times"
            )


def _price(day: int) -> dict[str, Any]:
    close = 100 + day % 50
    return {
        "date": str(_FIRST + timedelta(days=day)),
        "open": f"{close}.00",
        "high": f"{close}.75",
        "low": f"{close - 1}.50",
        "close": f"{close}.25",
        "volume": 1_000_000 + day,
    }


def _record(stand: Stand, user: Assets, asset: int, body: str) -> None:
    path = f"/api/assets/{asset}/price_history/bulk/"
    answer = user.client.post(path, data=body, content_type="application/json")
    assert answer.status_code in {200, 202}, answer.text
    if answer.status_code == 202:
        Runner(stand.app, IMPORTING.name).run_once()
        assert user.client.get(answer.headers["Location"]).get_json()["status"] == "done"


def _copy(url: str, asset: int, other: int) -> float:
    """Copy the prices of an asset to another one; return the seconds."""
    with psycopg.connect(url) as connection:
        own = f"SELECT {_COLUMNS} FROM prices WHERE asset_id = %s ORDER BY date"
        rows = connection.execute(own, [asset]).fetchall()
        return seconds(partial(_copy_rows, connection, other, rows))


def _copy_rows(
    connection: psycopg.Connection[Any], asset: int, rows: list[tuple[Any, ...]]
) -> None:
    with connection.cursor().copy(f"COPY prices (asset_id, {_COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((asset, *row))
    connection.commit()


if __name__ == "__main__":
    main()
