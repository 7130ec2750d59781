"""Waiting until processes do their work."""

import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from deploy.local.errors import RunError
from deploy.local.programs import Program
from deploy.local.rundir import RunDir
from deploy.local.servers import last_lines

_POLL: Final = 0.1  # seconds
_OK: Final = 200
# A proxy that the environment names must not see what is on this machine.
_open = build_opener(ProxyHandler({})).open


def wait_for(
    programs: Sequence[Program],
    folder: RunDir,
    *,
    seconds: float,
    alive: Callable[[], bool],
    ready: Callable[[Program], None] = lambda _: None,
) -> None:
    """Wait until the health URL of each of `programs` answers.

    Args:
        seconds: how long at most.
        alive: says whether waiting makes sense.
        ready: called for each as it becomes ready.

    Raises:
        RunError: names one that does not answer and the end of its log.
    """
    waiting = [program for program in programs if program.health]
    deadline = time.monotonic() + seconds
    while waiting:
        for program in [program for program in waiting if answers(program.health)]:
            waiting.remove(program)
            ready(program)
        if waiting and (time.monotonic() > deadline or not alive()):
            log = folder.log(waiting[0].name)
            names = ", ".join(program.name for program in waiting)
            raise RunError(f"Not ready: {names}. {log} ends with: {last_lines(log)}")
        time.sleep(_POLL if waiting else 0)


def answers(url: str) -> bool:
    """Return whether `url` answers 200."""
    try:
        with _open(url, timeout=2) as response:
            return bool(response.status == _OK)
    except (URLError, OSError, HTTPException):
        return False
