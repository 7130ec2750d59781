"""Keys that lie in files and are replaced while the processes that use them run."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from shared.observability import logger

K = TypeVar("K")
log = logger(__name__)

LOOK: Final = 1.0  # seconds between two looks at the files


class KeyFiles(Generic[K]):
    """What key files hold, read again when they have changed.

    Args:
        find: returns the files that there are.
        read: makes of them what they hold.

    Raises:
        OSError, TypeError, ValueError: of `read`, where the files are no keys to begin with.
    """

    def __init__(self, find: Callable[[], Sequence[Path]], read: Callable[[Sequence[Path]], K]):
        self._find = find
        self._read = read
        self._state: Mapping[Path, int] | None = None  # file → when it was changed last, in ns
        self._look()

    def held(self) -> K:
        """Return what the files hold, as they were at most a second ago."""
        if time.monotonic() > self._looked + LOOK:
            try:
                self._look()
            except (OSError, TypeError, ValueError) as error:
                # Somebody is just changing them; what was known goes on.
                log.warning("keys_not_read", error=repr(error))
        return self._held

    def _look(self) -> None:
        self._looked = time.monotonic()
        files = self._find()
        state = {file: file.stat().st_mtime_ns for file in files}
        if state != self._state:
            self._held, self._state = self._read(files), state
