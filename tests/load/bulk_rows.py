"""How fast many transactions are recorded in one call, next to what PostgreSQL can do at all.

    .venv/bin/python -m tests.load.bulk_rows

Needs nothing that runs. For comparison the same rows go into the same table by psycopg's COPY, with
no rule, event, position or total.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import psycopg

from services.portfolio.lanes import IMPORTING
from shared.jobs import Runner
from shared.testing import Stand
from tests.load.service import ASSETS, portfolio_service, seconds
from tests.portfolio.build import User

_COLUMNS = (
    "asset_id, transaction_type, date, quantity, price, amount, fees, taxes, currency,"
    " exchange_rate, external_id"
)


def main() -> None:
    """Measure both and print rows a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with portfolio_service() as stand:
        user = User(stand.client())
        for _ in range(options.rounds):
            portfolio = user.portfolio()
            body = json.dumps({"transactions": _rows(portfolio, options.rows)})
            bulk = seconds(partial(_record, stand, user, body))
            copy = _copy(stand.database_url, portfolio)
            print(
                f"{options.rows} rows: bulk {bulk:.2f} s, {options.rows / bulk:,.0f} rows/s;"
                f" COPY {copy:.2f} s, {options.rows / copy:,.0f} rows/s; {bulk / copy:.1f} times"
            )


def _rows(portfolio: int, count: int) -> list[dict[str, Any]]:
    """Return a ledger of five years: two purchases and a sale by turns, in every asset."""
    first = date(2020, 1, 1)
    return [
        {
            "portfolio": portfolio,
            "asset": 1 + index // 3 % ASSETS,
            "transaction_type": "SELL" if index % 3 == 2 else "BUY",
            "date": (first + timedelta(days=index * 1800 // count)).isoformat(),
            "quantity": "1.5",
            "price": f"{100 + index % 50}.25",
            "fees": "1.00",
            "external_id": f"row-{index}",
        }
        for index in range(count)
    ]


def _record(stand: Stand, user: User, body: str) -> None:
    answer = user.client.post("/api/transactions/bulk/", data=body, content_type="application/json")
    assert answer.status_code in {201, 202}, answer.text
    if answer.status_code == 202:
        Runner(stand.app, IMPORTING.name).run_once()
        assert user.get(answer.headers["Location"])["status"] == "done"


def _copy(url: str, portfolio: int) -> float:
    """Copy the rows of a portfolio into another one; return the seconds."""
    with psycopg.connect(url) as connection:
        own = f"SELECT {_COLUMNS} FROM transactions WHERE portfolio_id = %s"
        rows = connection.execute(own, [portfolio]).fetchall()
        [[other]] = connection.execute(
            "INSERT INTO portfolios (owner_id, name, currency) VALUES (9, 'copy', 'USD')"
            " RETURNING id"
        ).fetchall()
        return seconds(partial(_copy_rows, connection, other, rows))


def _copy_rows(
    connection: psycopg.Connection[Any], portfolio: int, rows: Sequence[tuple[Any, ...]]
) -> None:
    statement = f"COPY transactions (portfolio_id, {_COLUMNS}) FROM STDIN"
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row((portfolio, *row))
    connection.commit()


if __name__ == "__main__":
    main()
