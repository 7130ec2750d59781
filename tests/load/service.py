"""A service of a measurement's own, in this process, on a PostgreSQL of its own."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import postgres
from services.portfolio import app as portfolio_app
from shared.http import ServiceApp
from shared.testing import Stand, make_keys
from tests.portfolio.build import adopt, card

ASSETS = 20


@contextmanager
def service(name: str, create_app: Callable[[], ServiceApp]) -> Iterator[Stand]:
    """Run a service that has no rows yet."""
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        try:
            keys = Path(folder) / "keys"
            keys.mkdir()
            stand = Stand(name, create_app, server_url=server.url, keys=make_keys(keys))
            yield stand
            stand.close()
        finally:
            server.stop()


@contextmanager
def portfolio_service() -> Iterator[Stand]:
    """Run the portfolio service; it knows `ASSETS` assets in dollars, with the ids from 1 on."""
    with service("portfolio", portfolio_app.create_app) as stand:
        for asset in range(1, ASSETS + 1):
            adopt(stand, card(asset, f"S{asset}"))
        yield stand


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
