"""Whether a portfolio and its list of transactions stay as fast when their history grows.

    .venv/bin/python -m tests.load.portfolio_history

Needs nothing that runs. It times the portfolio with 100 and with 100,000 transactions, and pages of
the list of a user who has a million of them in ten portfolios.
"""

import argparse
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg

from shared.testing import Stand
from tests.load.service import ASSETS, portfolio_service, seconds
from tests.portfolio.build import User

_SMALL, _LARGE = 100, 100_000
_PORTFOLIOS = 10
_MANY = 2


def main() -> None:
    """Measure and print milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the user with many")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    with portfolio_service() as stand:
        _details(stand, options.rounds)
        _pages(stand, options.rows)


def _details(stand: Stand, rounds: int) -> None:
    user = User(stand.client())
    times: dict[int, list[float]] = {_SMALL: [], _LARGE: []}
    portfolios = {count: user.portfolio() for count in times}
    for count, portfolio in portfolios.items():
        _load(stand, portfolio, count)
        user.totals(portfolio)
    # By turns, so that what else the machine does meets both.
    for _ in range(rounds):
        for count, portfolio in portfolios.items():
            times[count].append(seconds(partial(user.totals, portfolio)))
    small, large = (statistics.median(times[count]) for count in (_SMALL, _LARGE))
    print(f"portfolio with {_SMALL:,} transactions: {small * 1000:.1f} ms")
    print(
        f"portfolio with {_LARGE:,} transactions: {large * 1000:.1f} ms, {large / small:.2f} times"
    )


def _pages(stand: Stand, rows: int) -> None:
    user = User(stand.client(user=_MANY))
    portfolios = [user.portfolio() for _ in range(_PORTFOLIOS)]
    for portfolio in portfolios:
        _load(stand, portfolio, rows // _PORTFOLIOS)
    last = rows // 50
    for name, query in {
        "page 1": "page=1",
        "page 1,000": f"page={min(1000, last)}",
        f"page {last:,}": f"page={last}",
        "page 1,000, oldest first": f"page={min(1000, last)}&ordering=date",
        "page 1,000 of one portfolio": f"page={min(1000, last // 10)}&portfolio_id={portfolios[0]}",
        "page 1 of one asset": "page=1&symbol=S7",
    }.items():
        path = f"/api/transactions/?page_size=50&{query}"
        milliseconds = _median(partial(user.get, path), 5) * 1000
        print(f"{rows:,} transactions, {name}: {milliseconds:.0f} ms")


def _load(stand: Stand, portfolio: int, count: int) -> None:
    """Copy `count` purchases into a portfolio and post them."""
    columns = "portfolio_id, asset_id, transaction_type, date, quantity, price, amount, currency"
    with psycopg.connect(stand.database_url, autocommit=True) as connection:
        with connection.cursor().copy(
            f"COPY transactions ({columns}, exchange_rate) FROM STDIN"
        ) as copy:
            for index in range(count):
                day = f"20{index % 20:02}-{1 + index % 12:02}-{1 + index % 28:02}"
                asset = 1 + index % ASSETS
                copy.write_row((portfolio, asset, "BUY", day, 1, 10, -10, "USD", 1))
        _post(connection, portfolio)
        # As autovacuum leaves it: without statistics no plan says anything.
        connection.execute("VACUUM ANALYZE")


def _post(connection: psycopg.Connection[Any], portfolio: int) -> None:
    """Write the positions that the purchases add up to."""
    connection.execute(
        """
        INSERT INTO positions (portfolio_id, asset_id, quantity, lots, cost, base_cost, realized,
            base_realized, income, base_income, first_purchase_date, last_date, last_was_no_split,
            last_id, sequence)
        SELECT portfolio_id, asset_id, sum(quantity), '[]', -sum(amount), -sum(amount), 0, 0, 0, 0,
            min(date), max(date), true, max(id), 1
        FROM transactions WHERE portfolio_id = %s GROUP BY portfolio_id, asset_id
        """,
        [portfolio],
    )


def _median(work: Callable[[], object], rounds: int) -> float:
    work()
    return statistics.median(seconds(work) for _ in range(rounds))


if __name__ == "__main__":
    main()
