"""A runner as a process: `python -m shared.jobs.process services.portfolio.app:create_app LANE`.

The worker starts it (see `shared.jobs.runners`). It holds its standard input, so that its end is
heard of here, whatever it dies of.
"""

import importlib
import os
import signal
import sys
import threading
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Final

from shared import spans
from shared.db import IN_A_JOB, Database
from shared.ending import end_with
from shared.http import ServiceApp
from shared.jobs.runner import Runner

# Whoever answers a request goes first.
_NICER: Final = 5


def main(factory: str, lane: str) -> int:
    """Do the jobs of a lane until there are none, or until told to end."""
    os.nice(_NICER)
    runner = Runner(_application(factory), lane)

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # once is enough: what follows gives the job back
        runner.end()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(KeyboardInterrupt):
        runner.run()
    spans.end()
    return 0


def _application(factory: str) -> ServiceApp:
    module, _, name = factory.partition(":")
    app: ServiceApp = getattr(importlib.import_module(module), name)()
    # Past the pooler, where a session has another patience than its role, and may have a lock.
    app.database = Database(app.settings.database_direct_url, pool_size=1, patience=IN_A_JOB)
    return app


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with(partial(main, *sys.argv[1:]))
