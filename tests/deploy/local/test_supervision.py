"""The supervisor: it gives every word and value as it was meant, restarts what dies, ends all."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import leftovers, ports
from deploy.local.health import answers
from deploy.local.programs import MARK, Program
from deploy.local.rundir import RunDir
from deploy.local.settings import ROOT
from deploy.local.supervision import Keeper, Supervisor
from shared.testing import ENOUGH, wait_until

# Writes what it was told, then waits.
TELL = """
import json, os, sys, time
with open(sys.argv[1] + ".new", "w") as file:
    json.dump({"pid": os.getpid(), "words": sys.argv[2:], "environment": dict(os.environ)}, file)
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""
# A server, and a child that would keep its port.
SERVE = """
import http.server, os, sys
address = "127.0.0.1", int(sys.argv[1])
server = http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler)
os.fork()
server.serve_forever()
"""
ON_TERM = "import signal, sys; signal.signal(15, lambda *_: sys.exit())"
DEAF = "import signal; signal.signal(15, signal.SIG_IGN)"
READY = "print('ready', flush=True)"
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def folder(tmp_path: Path) -> RunDir:
    folder = RunDir(tmp_path / """a 100% "run" of 'many;#""")
    folder.prepare()
    return folder


@pytest.fixture
def supervisors() -> Iterator[list[Supervisor]]:
    """Return a list; what stands in it is stopped."""
    some: list[Supervisor] = []
    yield some
    for one in some:
        one.stop()


class Run:
    """A supervisor of small programs, which are started."""

    def __init__(self, folder: RunDir, supervisors: list[Supervisor], *programs: Program) -> None:
        environment = {"PATH": os.environ["PATH"], MARK: str(folder.path)}
        self.supervisor = Supervisor(folder, programs, environment)
        supervisors.append(self.supervisor)
        self.keepers = self.supervisor.start("servers", "services", "edge")


def program(script: str, *words: str, name: str = "one", group: str = "services") -> Program:
    """Return a program that runs `script`."""
    return Program(name, group, [sys.executable, "-c", script, *words], {}, lambda: True)


def pid(keeper: Keeper) -> int:
    """Return the process id of what `keeper` has started."""
    wait_until(lambda: keeper.process)
    assert keeper.process
    return keeper.process.pid


def test_words_and_values_arrive_as_they_are_and_what_dies_is_started_again(
    folder: RunDir, supervisors: list[Supervisor]
) -> None:
    told = folder.path / "told.json"
    words = ["two words", "100%", "%(here)s", "a,b", "x=y", "ü", "a\nb", '"']
    values = {
        "PLAIN": "x",
        "PERCENT": "50%20%(x)s",
        "COMMA": "a,b=c",
        "BLANK": " a b ",
        "EMPTY": "",
    }
    teller = Program(
        "teller", "servers", [sys.executable, "-c", TELL, str(told), *words], values, told.exists
    )
    supervisor = Run(folder, supervisors, teller).supervisor
    wait_until(told.exists)
    first = json.loads(told.read_text())
    assert first["words"] == words
    assert {name: first["environment"].get(name) for name in values} == values
    assert first["environment"][MARK] == str(folder.path)
    os.kill(first["pid"], signal.SIGKILL)
    wait_until(lambda: json.loads(told.read_text())["pid"] != first["pid"])
    second = json.loads(told.read_text())["pid"]
    assert supervisor.notices.get() == "teller was killed (SIGKILL). It is started again."
    supervisor.stop()
    assert not psutil.pid_exists(second)


def test_a_child_that_is_left_behind_does_not_keep_the_port(
    folder: RunDir, supervisors: list[Supervisor]
) -> None:
    port = ports.free()
    run = Run(folder, supervisors, program(SERVE, str(port)))
    [keeper] = run.keepers
    url = f"http://127.0.0.1:{port}/"
    first = pid(keeper)
    [child] = wait_until(lambda: psutil.Process(first).children())
    wait_until(lambda: answers(url))
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: pid(keeper) != first and answers(url))
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_program_that_does_not_exist_is_tried_again(
    folder: RunDir, supervisors: list[Supervisor], tmp_path: Path
) -> None:
    missing = tmp_path / "program"
    run = Run(folder, supervisors, Program("one", "edge", [str(missing)], {}, lambda: True))
    [keeper] = run.keepers
    wait_until(lambda: keeper.deaths >= 2)
    assert str(missing) in run.supervisor.notices.get()
    missing.write_text("#!/bin/sh\necho here\nexec sleep 60\n")
    missing.chmod(0o700)
    wait_until(lambda: "here" in keeper.log.tail)


def test_what_is_stuck_until_it_is_started_again_is_started_again(
    folder: RunDir, supervisors: list[Supervisor]
) -> None:
    mark = folder.path / "second"
    script = (
        "import os, sys, time\n"
        "if os.path.exists(sys.argv[1]): print('fine', flush=True)\n"
        "else: open(sys.argv[1], 'w'); print('no room', flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(mark)]
    stuck = Program("one", "servers", command, {}, lambda: True, stuck_sign="no room")
    [keeper] = Run(folder, supervisors, stuck).keepers
    wait_until(lambda: "fine" in keeper.log.tail)
    assert keeper.deaths == 1


def test_groups_end_one_after_the_other_the_last_one_first(
    folder: RunDir, supervisors: list[Supervisor]
) -> None:
    ends = folder.path / "ends"
    note = "lambda: open(sys.argv[1], 'a').write(sys.argv[2])"
    script = f"{ON_TERM}; import atexit; atexit.register({note}); {READY}; {SLEEP}"
    groups = ("servers", "services", "edge")
    run = Run(
        folder,
        supervisors,
        *(program(script, str(ends), f"{name} ", name=name, group=name) for name in groups),
    )
    wait_until(lambda: all("ready" in keeper.log.tail for keeper in run.keepers))
    run.supervisor.stop()
    assert ends.read_text() == "edge services servers "


def test_one_that_does_not_listen_is_killed(folder: RunDir, supervisors: list[Supervisor]) -> None:
    run = Run(folder, supervisors, program(f"{DEAF}; {READY}; {SLEEP}"))
    [keeper] = run.keepers
    wait_until(lambda: "ready" in keeper.log.tail)
    process = psutil.Process(pid(keeper))
    run.supervisor.stop()
    assert not process.is_running()


def test_without_a_start_there_is_nothing_to_stop(folder: RunDir) -> None:
    Supervisor(folder, [program(SLEEP)], {}).stop()


LAUNCHER = """
import sys
from pathlib import Path
from deploy.local.programs import MARK, Program
from deploy.local.rundir import RunDir
from deploy.local.supervision import Supervisor
folder = RunDir(Path(sys.argv[1]))
sleeper = Program("one", "edge", ["sleep", "60"], {}, lambda: True)
supervisor = Supervisor(folder, [sleeper], {MARK: sys.argv[1]})
supervisor.start("edge")
sys.stdin.read()
"""


def test_a_supervisor_that_is_killed_leaves_no_process(folder: RunDir) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder.path)], cwd=ROOT, stdin=subprocess.PIPE
    ) as launcher:
        # No longer setpriv, which ties it.
        wait_until(lambda: [one for one in leftovers.find(folder.path) if one.name() == "sleep"])
        launcher.kill()
        wait_until(lambda: not leftovers.find(folder.path))


class TestLeftovers:
    """Processes of a run that nobody looks after any more."""

    def start(self, folder: Path, script: str) -> psutil.Popen:
        environment = {**os.environ, MARK: str(folder)}
        command = [sys.executable, "-c", script]
        process = psutil.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        return process

    def test_they_are_found_by_their_mark_and_ended(self, tmp_path: Path) -> None:
        polite = f"import atexit; atexit.register(print, 'bye'); {ON_TERM}; {READY}; {SLEEP}"
        ours = self.start(tmp_path / "a", polite)
        others = self.start(tmp_path / "b", polite)
        assert [process.pid for process in leftovers.find(tmp_path / "a")] == [ours.pid]
        assert leftovers.end(tmp_path / "a", seconds=ENOUGH) == 1
        assert not ours.is_running()
        assert ours.stdout.read() == "bye\n"
        assert others.is_running()
        assert leftovers.end(tmp_path / "a", seconds=ENOUGH) == 0
        leftovers.end(tmp_path / "b", seconds=ENOUGH)

    def test_one_that_does_not_listen_is_killed(self, tmp_path: Path) -> None:
        process = self.start(tmp_path, f"{DEAF}; {READY}; {SLEEP}")
        assert leftovers.end(tmp_path, seconds=0.2) == 1
        assert not process.is_running()
