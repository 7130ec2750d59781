"""Named crash points: `FAULT_AT=<name>` ends the process there as `kill -9` would."""

import os
from typing import Final

_FAULT_AT: Final = os.environ.get("FAULT_AT")
_CRASHED: Final = 137  # what a shell reports after SIGKILL


def crash_point(name: str) -> None:
    """End the process at once, without cleaning up, if this point is the one asked for."""
    if name == _FAULT_AT:
        os._exit(_CRASHED)
