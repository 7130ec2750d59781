"""Named crash points, where a process ends as `kill -9` would end it.

`FAULT_AT=<name>` ends every process that comes to the point. A file `<name>` in the folder
`FAULT_ONCE` ends one: the process that removes it.
"""

import os
from pathlib import Path
from typing import Final

_FAULT_AT: Final = os.environ.get("FAULT_AT")
_FAULT_ONCE: Final = os.environ.get("FAULT_ONCE")
_CRASHED: Final = 137  # what a shell reports after SIGKILL


def crash_point(name: str) -> None:
    """End the process at once, without cleaning up, if this point is the one asked for."""
    if name == _FAULT_AT or (_FAULT_ONCE and _is_removed(Path(_FAULT_ONCE) / name)):
        os._exit(_CRASHED)


def _is_removed(file: Path) -> bool:
    """Remove `file`; of several processes one succeeds."""
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
