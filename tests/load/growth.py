"""Whether the everyday reads stay as cheap when ledgers and users become many.

    make bench B=growth
    .venv/bin/python -m tests.load.growth --transactions 1000 100000

Needs nothing that runs. One user's ten portfolios get more and more transactions; then others make
more and more portfolios. Each read is asked at the door of the application, each time after all
portfolios were written and the first one got an entry, so that nothing that is kept of them answers
it. What it costs, the CPU of service and PostgreSQL together, grows as size^exponent: 0 is not at
all, 1 is as fast as the size.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
import psycopg

from shared.testing import Stand
from tests.load.service import ASSETS, portfolio_service
from tests.portfolio.build import User

_MINE: Final = 10  # portfolios
_OTHERS: Final = 100  # portfolios of each other user
_PAGE: Final = 50

Read = Callable[[], None]
Cost = tuple[float, float]  # milliseconds of CPU, and from request to answer


def main() -> None:
    """Measure and print: a line for each read, a column for each size, and the exponent."""
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = {"nargs": "+", "type": int}
    parser.add_argument("--transactions", default=[10**3, 10**4, 10**5, 10**6], **sizes)  # type: ignore[arg-type]
    parser.add_argument("--portfolios", default=[10**3, 10**4, 10**5], **sizes)  # type: ignore[arg-type]
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with portfolio_service() as stand:
        user = User(stand.client())
        mine = [user.portfolio() for _ in range(_MINE)]
        # To make a million rows takes longer than the service's role may.
        patience = "-c statement_timeout=0"
        with psycopg.connect(stand.database_url, autocommit=True, options=patience) as connection:
            _grow(stand, connection, mine, "transactions", options.transactions, options.rounds)
            _grow(stand, connection, mine, "portfolios", options.portfolios, options.rounds)


def _grow(
    stand: Stand,
    connection: psycopg.Connection[Any],
    mine: Sequence[int],
    what: str,
    sizes: Sequence[int],
    rounds: int,
) -> None:
    costs: dict[str, list[Cost]] = {}
    for size in sizes:
        {"transactions": _add_transactions, "portfolios": _add_portfolios}[what](
            connection, mine, size
        )
        # As autovacuum leaves it: without statistics no plan says anything.
        connection.execute("VACUUM ANALYZE")
        for name, read in _reads(stand, mine[0], _count(connection, mine)).items():
            costs.setdefault(name, []).append(_cost(connection, read, rounds))
    print(f"{what}: {', '.join(f'{size:,}' for size in sizes)}; CPU ms (ms) of a read, exponent")
    for name, each in costs.items():
        cells = "".join(f"{cpu:8.1f} ({wall:5.0f})" for cpu, wall in each)
        print(f"  {name:28}{cells}  {_exponent(sizes, [cpu for cpu, _ in each]):6.3f}", flush=True)


def _reads(stand: Stand, portfolio: int, transactions: int) -> Mapping[str, Read]:
    last = max(transactions // _PAGE, 1)
    paths = {
        "portfolio": f"/api/portfolios/{portfolio}/",
        "list of portfolios": "/api/portfolios/?page_size=20&ordering=-id",
        "positions": f"/api/positions/?portfolio_id={portfolio}",
        "transactions": f"/api/transactions/?page_size={_PAGE}",
        "transactions, page 20": f"/api/transactions/?page_size={_PAGE}&page={min(20, last)}",
        "transactions of a portfolio": f"/api/transactions/?portfolio_id={portfolio}",
        "transactions, the last page": f"/api/transactions/?page_size={_PAGE}&page={last}",
    }
    return {name: partial(_read, stand, path) for name, path in paths.items()}


def _read(stand: Stand, path: str) -> None:
    answer = stand.client().get(path)
    assert answer.status_code == 200, answer.text


def _cost(connection: psycopg.Connection[Any], read: Read, rounds: int) -> Cost:
    """Return what a read costs, without what it costs to make what is kept useless."""

    def anew() -> None:
        # As a new entry of the first one does it; and all of them are others than they were.
        connection.execute(
            """
            UPDATE portfolios SET sequence = sequence + (id = 1)::int,
                counted_sequence = counted_sequence + (id = 1)::int
            WHERE owner_id = 1
            """
        )

    for _ in range(3):  # the first ones find statements that are not prepared
        anew()
        read()
    backends = _backends(connection.info.backend_pid)
    cpu, walls = 0.0, []
    for _ in range(rounds):
        anew()
        before, began = _cpu(backends), time.perf_counter()
        read()
        walls.append(time.perf_counter() - began)
        cpu += _cpu(backends) - before
    return cpu / rounds * 1000, statistics.median(walls) * 1000


def _backends(but: int) -> Sequence[Path]:
    """Return where the scheduler counts for each process of the server that `but` belongs to."""
    server = psutil.Process(but).parent()
    assert server
    return [Path(f"/proc/{one.pid}/schedstat") for one in server.children() if one.pid != but]


def _cpu(backends: Iterable[Path]) -> float:
    """Return the CPU seconds of this process and of the backends."""
    return time.process_time() + sum(int(one.read_text().split()[0]) / 1e9 for one in backends)


def _exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def _count(connection: psycopg.Connection[Any], mine: Sequence[int]) -> int:
    return _number(
        connection, "SELECT count(*) FROM transactions WHERE portfolio_id = ANY(%s)", [list(mine)]
    )


def _number(connection: psycopg.Connection[Any], statement: str, values: Sequence[object]) -> int:
    row = connection.execute(statement, values).fetchone()
    return int(row[0]) if row else 0


def _add_transactions(connection: psycopg.Connection[Any], mine: Sequence[int], size: int) -> None:
    """Let these portfolios have `size` purchases together, and the positions they add up to."""
    more = size - _count(connection, mine)
    connection.execute(
        """
        INSERT INTO transactions (portfolio_id, asset_id, transaction_type, date, quantity, price,
            amount, currency, exchange_rate)
        SELECT (%s::bigint[])[1 + n %% %s], 1 + n / %s %% %s, 'BUY', date '2000-01-01' + n %% 9000,
            1, 10, -10, 'USD', 1
        FROM generate_series(0, %s - 1) AS n
        """,
        [list(mine), len(mine), len(mine), ASSETS, more],
    )
    _post(connection)


def _add_portfolios(connection: psycopg.Connection[Any], mine: Sequence[int], size: int) -> None:
    """Let there be `size` portfolios, of others but for `mine`, with four purchases each."""
    have = _number(connection, "SELECT count(*) FROM portfolios", [])
    connection.execute(
        """
        WITH made AS (
            INSERT INTO portfolios (owner_id, name, currency)
            SELECT 2 + (%(have)s + n) / %(each)s, 'Theirs', 'USD'
            FROM generate_series(1, %(more)s) AS n RETURNING id)
        INSERT INTO transactions (portfolio_id, asset_id, transaction_type, date, quantity, price,
            amount, currency, exchange_rate)
        SELECT id, 1 + (id + n) %% %(assets)s, 'BUY', date '2000-01-01' + n, 1, 10, -10, 'USD', 1
        FROM made, generate_series(1, 4) AS n
        """,
        {"have": have, "each": _OTHERS, "more": size - have, "assets": ASSETS},
    )
    _post(connection)


def _post(connection: psycopg.Connection[Any]) -> None:
    """Write the positions that the purchases add up to, and that the ledgers are others now."""
    connection.execute(
        """
        UPDATE portfolios SET sequence = sequence + 1, counted_sequence = sequence + 1,
            transaction_count =
                (SELECT count(*) FROM transactions WHERE portfolio_id = portfolios.id)
        """
    )
    connection.execute(
        """
        INSERT INTO positions (portfolio_id, asset_id, quantity, lots, cost, base_cost, realized,
            base_realized, income, base_income, first_purchase_date, last_date, last_was_no_split,
            last_id, sequence)
        SELECT portfolio_id, asset_id, sum(quantity), '[]', -sum(amount), -sum(amount), 0, 0, 0, 0,
            min(date), max(date), true, max(id), 1
        FROM transactions GROUP BY portfolio_id, asset_id
        ON CONFLICT (portfolio_id, asset_id) DO UPDATE
        SET quantity = excluded.quantity, cost = excluded.cost, base_cost = excluded.base_cost,
            last_id = excluded.last_id
        """
    )


if __name__ == "__main__":
    main()
