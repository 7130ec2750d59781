"""What the person who waits is shown."""

import contextlib
import time


class Progress:
    """One line for each step, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def say(self, text: str) -> None:
        """Show that something is done or begins."""
        # Nobody listens any more, or the disk where it goes is full: the run goes on.
        with contextlib.suppress(OSError):
            print(f"[{time.monotonic() - self._start:5.1f} s] {text}", flush=True)
