"""Crash points: they end a process as `kill -9` would, and only where they are asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit
from shared.faults import crash_point
atexit.register(print, "cleaned up")
try:
    crash_point("here")
    print("went on")
finally:
    print("finally")
"""


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("here", 137, ""),
        ("elsewhere", 0, "went on\nfinally\ncleaned up\n"),
        (None, 0, "went on\nfinally\ncleaned up\n"),
    ],
)
def test_a_crash_point_ends_the_process_without_cleaning_up(
    fault: str | None, status: int, said: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "FAULT_AT"}
    if fault:
        environment["FAULT_AT"] = fault
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (status, said)


def test_a_file_ends_the_one_process_that_removes_it(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    environment = {**os.environ, "FAULT_ONCE": str(tmp_path)}
    ended = [
        subprocess.run([sys.executable, "-c", SCRIPT], env=environment, check=False)
        for _ in range(2)
    ]
    assert [one.returncode for one in ended] == [137, 0]
    assert not list(tmp_path.iterdir())
