"""Real child processes of a service, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.db import Database
from shared.testing import environment


def variables(database: Database, bus_url: str, **more: str) -> dict[str, str]:
    """Return the environment of the service `ledger`."""
    url = database.engine.url.render_as_string(hide_password=False)
    named = environment(
        "ledger", database_url=url, keys=Path("unused"), event_bus_url=bus_url, **more
    )
    return {**os.environ, **named}


@contextmanager
def ledger(
    database: Database, bus_url: str, *types: str, supervised: bool = False, **more: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run the service `ledger` for the length of a `with`; it consumes `types`.

    Args:
        supervised: begin it again whenever it ends.
    """
    module = "supervised" if supervised else "ledger"
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.shared.bus.{module}", *types],
        env=variables(database, bus_url, **more),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):  # it has ended
                os.killpg(process.pid, signal.SIGKILL)
