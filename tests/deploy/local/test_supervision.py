"""supervisord: it gets every word and value as it was meant, restarts what dies, ends all."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import leftovers, ports, readiness
from deploy.local.errors import RunError
from deploy.local.programs import MARK, Program
from deploy.local.rundir import RunDir, write_private
from deploy.local.supervision import Supervisor, configuration
from shared.testing import wait_until

# Writes what it was told, then waits.
TELL = """
import json, os, sys, time
with open(sys.argv[1] + ".new", "w") as file:
    json.dump({"pid": os.getpid(), "words": sys.argv[2:], "environment": dict(os.environ)}, file)
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""
SERVE = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler
    ).serve_forever()
"""

ON_TERM = "import signal, sys; signal.signal(15, lambda *_: sys.exit())"
READY = "print('ready', flush=True)"
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def folder(tmp_path: Path) -> RunDir:
    folder = RunDir(tmp_path / "a 100% run")
    folder.prepare()
    return folder


class Run:
    """A supervisor of small programs."""

    def __init__(self, folder: RunDir, socket: Path, *programs: Program) -> None:
        config = folder.config / "supervisord.conf"
        write_private(config, configuration(folder, socket, programs))
        environment = {"PATH": os.environ["PATH"], MARK: str(folder.path)}
        self.supervisor = Supervisor(folder, config, socket, environment)


def telling(folder: RunDir, *words: str, **environment: str) -> tuple[Program, Path]:
    """Return a program that writes down what it was told, and where."""
    told = folder.path / "told.json"
    # The script is a file: supervisord's own language has no way to say a line end.
    script = folder.path / "tell.py"
    script.write_text(TELL)
    command = [sys.executable, str(script), str(told), *words]
    return Program("teller", "servers", command, environment), told


@pytest.fixture
def socket(folder: RunDir) -> Iterator[Path]:
    with folder.socket() as path:
        yield path


def test_words_and_values_arrive_as_they_are_and_what_dies_is_started_again(
    folder: RunDir, socket: Path
) -> None:
    words = ["two words", "100%", "%(here)s", "a,b", "x=y", "ü"]
    values = {
        "PLAIN": "x",
        "PERCENT": "50%20%(x)s",
        "COMMA": "a,b=c",
        "BLANK": " a b ",
        "EMPTY": "",
    }
    program, told = telling(folder, *words, **values)
    supervisor = Run(folder, socket, program).supervisor
    supervisor.start()
    try:
        wait_until(told.exists)
        first = json.loads(told.read_text())
        assert first["words"] == words
        assert {name: first["environment"].get(name) for name in values} == values
        assert first["environment"][MARK] == str(folder.path)
        os.kill(first["pid"], signal.SIGKILL)
        wait_until(lambda: json.loads(told.read_text())["pid"] != first["pid"])
        second = json.loads(told.read_text())["pid"]
    finally:
        supervisor.stop()
    assert not supervisor.is_running()
    assert not psutil.pid_exists(second)


def test_a_group_waits_until_it_is_asked_for(folder: RunDir, socket: Path) -> None:
    port = ports.free()
    script = folder.path / "serve.py"
    script.write_text(SERVE)
    command = [sys.executable, str(script), str(port)]
    program = Program("web", "services", command, {}, health=f"http://127.0.0.1:{port}/")
    edge = Program("gate", "edge", ["sleep", "60"], {})
    supervisor = Run(folder, socket, program, edge).supervisor
    supervisor.start()
    try:
        with pytest.raises(RunError, match=r"^Not ready: web\. .*web\.log ends with: \(no log\)$"):
            readiness.wait_for([program], folder, seconds=0.3, alive=supervisor.is_running)
        supervisor.start_groups()
        ready: list[str] = []
        readiness.wait_for(
            [program],
            folder,
            seconds=60,
            alive=supervisor.is_running,
            ready=lambda one: ready.append(one.name),
        )
        assert ready == ["web"]
    finally:
        supervisor.stop()


def test_nobody_waits_for_what_cannot_come(folder: RunDir) -> None:
    folder.log("web").write_text("ImportError: no module\n")
    program = Program("web", "services", [], {}, health="http://127.0.0.1:9/")
    with pytest.raises(RunError, match="ends with: ImportError: no module"):
        readiness.wait_for([program], folder, seconds=60, alive=lambda: False)


def test_a_configuration_that_supervisord_refuses_is_one_line(folder: RunDir, socket: Path) -> None:
    supervisor = Run(folder, socket).supervisor
    supervisor.config.write_text("[supervisord]\nnonsense")
    with pytest.raises(RunError, match=r"^supervisord does not start: "):
        supervisor.start()


def test_without_a_start_there_is_nothing_to_stop(folder: RunDir, socket: Path) -> None:
    supervisor = Run(folder, socket).supervisor
    supervisor.stop()
    assert not supervisor.is_running()


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
        assert leftovers.end(tmp_path / "a", seconds=5) == 1
        assert not ours.is_running()
        assert ours.stdout.read() == "bye\n"
        assert others.is_running()
        assert leftovers.end(tmp_path / "a", seconds=5) == 0
        leftovers.end(tmp_path / "b", seconds=5)

    def test_one_that_does_not_listen_is_killed(self, tmp_path: Path) -> None:
        deaf = f"import signal; signal.signal(15, signal.SIG_IGN); {READY}; {SLEEP}"
        process = self.start(tmp_path, deaf)
        assert leftovers.end(tmp_path, seconds=0.2) == 1
        assert not process.is_running()
