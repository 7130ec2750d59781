"""What one recorded transaction costs the portfolio service: CPU in its process.

    .venv/bin/python -m tests.load.writes [--profile]

Needs nothing that runs. A purchase of what is held already, posted again and again at the door of
the application (WSGI), without a gateway and without a server.
"""

import argparse
import cProfile
import json
import pstats
import statistics
import time
from collections.abc import Callable

from werkzeug.test import EnvironBuilder, run_wsgi_app

from shared.testing import Stand
from tests.load.service import portfolio_service
from tests.portfolio.build import User

_PURCHASE = {
    "asset": 1,
    "transaction_type": "BUY",
    "date": "2023-08-31",
    "quantity": "1",
    "price": "90",
}


def main() -> None:
    """Measure and print CPU milliseconds: the least and the median of many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--profile", action="store_true", help="print which functions instead")
    options = parser.parse_args()
    with portfolio_service() as stand:
        post = _post(stand)
        for _ in range(20):
            post()
        if options.profile:
            with cProfile.Profile(time.process_time) as profile:
                for _ in range(options.rounds):
                    post()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(80)
            return
        times = [post() for _ in range(options.rounds)]
        print(f"purchase {min(times):6.2f} ms least, {statistics.median(times):6.2f} median")


def _post(stand: Stand) -> Callable[[], float]:
    """Return what posts a purchase, and returns the milliseconds of CPU of this process."""
    portfolio = User(stand.client()).portfolio()
    body = json.dumps({**_PURCHASE, "portfolio": portfolio})

    def post() -> float:
        # Each time anew, since an identity holds for a minute.
        environ = EnvironBuilder(
            "/api/transactions/",
            method="POST",
            data=body,
            content_type="application/json",
            environ_base={"HTTP_X_IDENTITY": stand.client().environ_base["HTTP_X_IDENTITY"]},
        ).get_environ()
        began = time.process_time()
        answer, status, _ = run_wsgi_app(stand.app.wsgi_app, environ)
        used = time.process_time() - began
        if not status.startswith("201"):
            raise RuntimeError(f"{status}: {b''.join(answer)[:300]!r}")
        return used * 1000

    return post


if __name__ == "__main__":
    main()
