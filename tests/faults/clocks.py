"""`python -m tests.faults.clocks`: `make run` with a clock for each service that can be set.

The machine's own clock is not ours to turn. So the Python processes are started with a library
before libc, which adds to what that says as many seconds as stand in a file of their service.
"""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.local import __main__ as launcher
from deploy.local.programs import Plan
from shared.settings import SERVICES

LAUNCHER: Final = "tests.faults.clocks"
_SOURCE: Final = Path(__file__).with_name("clock.c")
_COMPILER: Final = "cc"


def reason_without() -> str:
    """Return why there can be no such clocks here, "" where there can."""
    if sys.platform == "linux" and shutil.which(_COMPILER):
        return ""
    return "a clock that can be set needs Linux and a C compiler (Debian: gcc)"


def turn(run_dir: Path, service: str, seconds: int) -> None:
    """Put the clock of `service` ahead by `seconds`, or behind, from now on."""
    with _file(run_dir, service).open("r+b") as clock:
        clock.write(struct.pack("@l", seconds))


def main() -> int:
    """Make the clocks, and become the launcher."""
    run_dir = Path(os.environ["RUN_DIR"])
    run_dir.mkdir(parents=True, exist_ok=True)
    library = run_dir / "clock.so"
    command = [_COMPILER, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    for service in SERVICES:
        _file(run_dir, service).write_bytes(struct.pack("@l", 0))
    of_all, of_one = Plan.marked_environment, Plan.service_environment

    def marked_environment(plan: Plan) -> dict[str, str]:
        return {**of_all(plan), "LD_PRELOAD": str(library)}

    def service_environment(plan: Plan, service: str) -> dict[str, str]:
        return {**of_one(plan, service), "CLOCK": str(_file(run_dir, service))}

    _replace(marked_environment=marked_environment, service_environment=service_environment)
    return launcher.main()


def _replace(**methods: Callable[..., Mapping[str, str]]) -> None:
    for name, method in methods.items():
        setattr(Plan, name, method)


def _file(run_dir: Path, service: str) -> Path:
    return run_dir / f"clock-{service}"


if __name__ == "__main__":
    sys.exit(main())
