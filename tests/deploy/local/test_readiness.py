"""Waiting for processes: as long as something moves, and not for what cannot come."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import readiness
from deploy.local.errors import RunError
from deploy.local.programs import Program
from deploy.local.rundir import RunDir
from deploy.local.supervision import Keeper, Supervisor

Start = Callable[..., list[Keeper]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a program with a script, and returns its keeper in a list."""
    folder = RunDir(tmp_path)
    folder.prepare()
    supervisors: list[Supervisor] = []

    def start(script: str, answers: Callable[[], bool] = lambda: False) -> list[Keeper]:
        command = [sys.executable, "-u", "-c", script]
        program = Program("one", "services", command, {}, answers)
        supervisors.append(Supervisor(folder, [program], {"PATH": os.environ["PATH"]}))
        return supervisors[-1].start("services")

    yield start
    for supervisor in supervisors:
        supervisor.stop()


def test_what_moves_is_waited_for_and_it_is_said(start: Start) -> None:
    said: list[str] = []
    script = "import time\nwhile True: print('still here'); time.sleep(0.01)"
    # It is looked at far more often than what stands still would be.
    keepers = start(script, lambda: said.count("  waiting for one") > 20)
    readiness.wait_for(keepers, said.append, look=0.1)
    assert said[-1] == "  one is ready"


def test_what_does_not_move_any_more_is_not_waited_for(start: Start) -> None:
    keepers = start("print('a word'); import time; time.sleep(100)")
    with pytest.raises(
        RunError, match=r"^Nothing moves any more\. one is not ready: a word\. More"
    ):
        readiness.wait_for(keepers, lambda _: None, look=0.2)


def test_what_dies_again_and_again_is_not_waited_for(start: Start) -> None:
    keepers = start("import nothing_like_this")
    with pytest.raises(RunError) as caught:
        readiness.wait_for(keepers, lambda _: None)
    assert str(caught.value) == (
        "one ended with status 1: ModuleNotFoundError: No module named 'nothing_like_this'."
        f" Install the packages: make run. More in {keepers[0].log.path}"
    )


def test_what_died_once_may_come_yet(start: Start, tmp_path: Path) -> None:
    mark = tmp_path / "second"
    script = (
        "import os, time\n"
        f"if not os.path.exists({str(mark)!r}): open({str(mark)!r}, 'w'); raise SystemExit(1)\n"
        "print('here'); time.sleep(60)"
    )
    keepers: list[Keeper] = []
    keepers += start(script, lambda: "here" in keepers[0].log.tail)
    said: list[str] = []
    readiness.wait_for(keepers, said.append)
    assert said == ["  one is ready"]
    assert keepers[0].deaths == 1
