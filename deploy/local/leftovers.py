"""Processes of a run that nobody looks after any more: found by their mark, and ended."""

import signal
import time
from pathlib import Path
from typing import Final

import psutil

from deploy.local.programs import MARK

_KILL_SECONDS: Final = 5.0


def find(folder: Path) -> list[psutil.Process]:
    """Return the living processes that carry the mark of the run in `folder`.

    A PostgreSQL backend has written its title over its environment and is not among them; it
    ends by itself with its postmaster, which is.
    """
    return [process for process in psutil.process_iter() if _belongs(process, folder)]


def end(folder: Path, seconds: float) -> int:
    """End what is left of the run in `folder`; return how many processes there were.

    Args:
        seconds: for a clean end; then they are killed.
    """
    processes = find(folder)
    for process in processes:
        _send(process, signal.SIGINT if _is_postgres(process) else signal.SIGTERM)
    if processes:
        psutil.wait_procs(processes, timeout=seconds)
    # One that starts others (gunicorn) may have started one more while it was told to end.
    deadline = time.monotonic() + _KILL_SECONDS
    while (rest := find(folder)) and time.monotonic() < deadline:
        for process in rest:
            _send(process, signal.SIGKILL)
        psutil.wait_procs(rest, timeout=1)
    return len(processes)


def _belongs(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.environ().get(MARK) == str(folder)
    except (psutil.Error, OSError):
        return False


def _is_postgres(process: psutil.Process) -> bool:
    try:
        return process.name() == "postgres"
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        # It ended in between, which is what we want.
        return
