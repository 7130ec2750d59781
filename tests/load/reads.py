"""What the everyday reads cost the portfolio service: CPU in its process, and statements.

    .venv/bin/python -m tests.load.reads [--profile list]

Needs nothing that runs. 20 portfolios of 50 positions; each read is asked at the door of the
application (WSGI), without a gateway and without a server.
"""

import argparse
import cProfile
import pstats
import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from shared.testing import Stand
from tests.load.service import portfolio_service
from tests.portfolio.build import User, adopt, card

_PORTFOLIOS, _POSITIONS = 20, 50


def main() -> None:
    """Measure and print CPU milliseconds: the least and the median of many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--profile", help="of one read: list, detail or positions")
    options = parser.parse_args()
    with portfolio_service() as stand:
        portfolio = _fill(stand)
        reads = {
            "list": _read(stand, "/api/portfolios/?page_size=20&ordering=-id"),
            "detail": _read(stand, f"/api/portfolios/{portfolio}/"),
            "positions": _read(stand, f"/api/positions/?portfolio_id={portfolio}"),
        }
        if options.profile:
            _profile(reads[options.profile], options.rounds)
            return
        for name, read in reads.items():
            least, median = _cpu(read, options.rounds)
            print(f"{name:9} {least:6.2f} ms least, {median:6.2f} median, {_trips(stand, read)}")


def _fill(stand: Stand) -> int:
    for asset in range(1, _POSITIONS + 1):
        adopt(stand, card(asset, f"S{asset}", price_date="2023-08-30"))
    user = User(stand.client())
    for _ in range(_PORTFOLIOS):
        portfolio = user.portfolio()
        rows = [_purchase(portfolio, asset) for asset in range(1, _POSITIONS + 1)]
        user.post("/api/transactions/bulk/", {"transactions": rows})
    with stand.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    return portfolio


def _purchase(portfolio: int, asset: int) -> dict[str, Any]:
    entry = {"transaction_type": "BUY", "date": "2014-01-01", "price": "9"}
    return {"portfolio": portfolio, "asset": asset, "quantity": str(10 + asset), **entry}


def _read(stand: Stand, path: str) -> Callable[[], None]:
    identity = stand.client().environ_base["HTTP_X_IDENTITY"]
    environ = EnvironBuilder(path, environ_base={"HTTP_X_IDENTITY": identity}).get_environ()

    def read() -> None:
        body, status, _ = run_wsgi_app(stand.app.wsgi_app, dict(environ))
        if not status.startswith("200"):
            raise RuntimeError(f"{status}: {b''.join(body)[:300]!r}")

    return read


def _cpu(read: Callable[[], None], rounds: int) -> tuple[float, float]:
    for _ in range(20):
        read()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        read()
        times.append((time.process_time() - began) * 1000)
    return min(times), statistics.median(times)


def _trips(stand: Stand, read: Callable[[], None]) -> str:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(stand.database.engine, "before_cursor_execute", note)
    read()
    event.remove(stand.database.engine, "before_cursor_execute", note)
    return f"{len(statements)} statements beside those of the bases"


def _profile(read: Callable[[], None], rounds: int) -> None:
    read()
    with cProfile.Profile() as profile:
        for _ in range(rounds):
            read()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
