"""Signals as the kernel may give them: to any thread of a process."""

import ctypes
import signal
from pathlib import Path

import psutil

from shared.testing import wait_until


def tell_another_thread(process_id: int) -> None:
    """Give SIGTERM to a thread of a process that is not its main one, which sleeps."""
    main = psutil.Process(process_id)
    wait_until(lambda: all(main.status() == "sleeping" for _ in range(1000)))
    threads = [int(task.name) for task in Path(f"/proc/{process_id}/task").iterdir()]
    other = max(thread for thread in threads if thread != process_id)
    # pthread_kill(3) for the threads of another process.
    assert ctypes.CDLL(None).tgkill(process_id, other, signal.SIGTERM) == 0
