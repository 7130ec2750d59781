"""`python -m shared.container MODULE …`: as `python -m MODULE …`, for a container's first process.

The kernel gives the first process no signal that it has no handler for. So a SIGTERM that comes
while modules are loaded, or to a command that has no handler of its own, would be lost, and the
container be killed when its grace is over. Here it ends the process at once, as it ends any other.
"""

import os
import runpy
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the module that the command line names; its own handler of SIGTERM replaces this one."""
    signal.signal(signal.SIGTERM, _end)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end(number: int, _: FrameType | None) -> None:
    # As a shell tells of it: not 0, for a command that was not done must not look as if it were.
    os._exit(128 + number)


if __name__ == "__main__":
    main()
