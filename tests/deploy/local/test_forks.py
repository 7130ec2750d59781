"""Forks of the zygote: each is what `python -m` would be, but for what they share."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import leftovers
from deploy.local.programs import MARK, Program
from deploy.local.rundir import RunDir
from deploy.local.settings import ROOT
from deploy.local.supervision import Keeper, Supervisor
from shared.testing import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux")

MODULE = "tests.deploy.local.told"
WORDS = ["two words", "100%", "ü", "a\nb", '"']


def program(name: str, file: Path, *words: str, **values: str) -> Program:
    command = [sys.executable, "-m", MODULE, str(file), *words]
    return Program(name, "services", command, values, file.exists, is_forked=True)


class Run:
    """Two forks of one zygote, which have told."""

    def __init__(self, folder: RunDir) -> None:
        self.folder = folder
        environment = {"PATH": os.environ["PATH"], MARK: str(folder.path)}
        self.files = [folder.path / f"{name}.json" for name in ("one", "two")]
        programs = [
            program("one", self.files[0], *WORDS, COMMA="a,b=c", EMPTY=""),
            program("two", self.files[1]),
        ]
        self.supervisor = Supervisor(folder, programs, environment)
        [self.zygote] = self.supervisor.start("zygote")
        self.keepers = self.supervisor.start("services")

    def told(self) -> list[dict[str, Any]]:
        """Return what the newest fork of each program was told."""
        wait_until(lambda: all(file.exists() for file in self.files))
        return [json.loads(file.read_text()) for file in self.files]

    def forget(self) -> None:
        """Take away what was told until now."""
        for file in self.files:
            file.unlink()


@pytest.fixture
def folder(tmp_path: Path) -> RunDir:
    folder = RunDir(tmp_path / "a run")
    folder.prepare()
    return folder


@pytest.fixture
def run(folder: RunDir) -> Iterator[Run]:
    run = Run(folder)
    yield run
    run.supervisor.stop()


def ready(keeper: Keeper) -> None:
    wait_until(lambda: "ready" in keeper.log.tail)


def test_a_fork_is_a_process_of_its_own_and_has_what_it_was_told(run: Run) -> None:
    one, two = run.told()
    assert one["words"] == WORDS
    assert {name: one["environment"][name] for name in ("COMMA", "EMPTY")} == {
        "COMMA": "a,b=c",
        "EMPTY": "",
    }
    assert "COMMA" not in two["environment"]
    assert one["environment"][MARK] == str(run.folder.path)
    assert one["session"] == one["pid"] != two["pid"]
    assert one["folder"] == str(ROOT)
    assert one["input"] == ""


def test_forks_share_what_is_loaded_and_no_random_number(run: Run) -> None:
    one, two = run.told()
    assert one["loaded"] == two["loaded"] == ["flask", "gunicorn", "sqlalchemy"]
    assert not set(one["random"]) & set(two["random"])
    memory = psutil.Process(one["pid"]).memory_full_info()
    # It has written to little of what three of them have.
    assert memory.pss < memory.rss / 2


def test_a_fork_is_seen_as_its_own_command_and_as_a_process_of_the_run(run: Run) -> None:
    told = run.told()
    command = " ".join(psutil.Process(told[1]["pid"]).cmdline())
    assert command == f"{sys.executable} -m {MODULE} {run.files[1]}"
    found = {process.pid for process in leftovers.find(run.folder.path)}
    assert {one["pid"] for one in told} < found


def test_its_end_is_told_as_it_was_and_another_follows(run: Run) -> None:
    first, second = run.told()
    for keeper in run.keepers:
        ready(keeper)
    run.forget()
    os.kill(first["pid"], signal.SIGKILL)
    os.kill(second["pid"], signal.SIGTERM)
    said = {run.supervisor.notices.get() for _ in range(2)}
    assert said == {
        "one was killed (SIGKILL). It is started again.",
        "two ended with status 3: bye. It is started again.",
    }
    assert not {one["pid"] for one in run.told()} & {first["pid"], second["pid"]}


def test_a_zygote_that_is_killed_and_its_forks_come_back(run: Run) -> None:
    before = run.told()
    run.forget()
    assert run.zygote.process
    os.kill(run.zygote.process.pid, signal.SIGKILL)
    after = run.told()
    assert not {one["pid"] for one in after} & {one["pid"] for one in before}
    assert run.zygote.deaths == 1
    run.supervisor.stop()
    assert leftovers.find(run.folder.path) == []


def test_a_module_that_is_not_there_ends_with_the_cause(folder: RunDir) -> None:
    command = [sys.executable, "-m", "nothing_like_this"]
    absent = Program("one", "services", command, {}, lambda: True, is_forked=True)
    supervisor = Supervisor(folder, [absent], {"PATH": os.environ["PATH"]})
    supervisor.start("zygote", "services")
    said = supervisor.notices.get()
    supervisor.stop()
    assert said.startswith("one ended with status 1: ")
    assert "No module named nothing_like_this" in said


LAUNCHER = """
import sys
from pathlib import Path
from deploy.local.rundir import RunDir
from tests.deploy.local.test_forks import Run
run = Run(RunDir(Path(sys.argv[1])))
run.told()
print("told", flush=True)
sys.stdin.read()
"""


def test_a_launcher_that_is_killed_leaves_no_fork(folder: RunDir) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder.path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        assert launcher.stdout
        assert launcher.stdout.readline() == "told\n"
        assert len(leftovers.find(folder.path)) == 3
        launcher.kill()
        wait_until(lambda: not leftovers.find(folder.path))
