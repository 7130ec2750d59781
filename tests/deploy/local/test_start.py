"""`python -m deploy.local` where it cannot start: one line, status 1, nothing left running."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from deploy.local import keys, leftovers, nats, ports, servers
from deploy.local.rundir import RunDir
from deploy.local.settings import ROOT


def run(*arguments: str, **chosen: str) -> str:
    """Return the one line that a start which fails says on stderr."""
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")


def test_a_wrong_choice(tmp_path: Path) -> None:
    assert run(RUN_DIR=str(tmp_path), PORT="eighty").startswith("PORT: ")


def test_a_busy_port_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", ports.free())) as taken:
        port = taken.getsockname()[1]
        said = run(RUN_DIR=str(tmp_path / "run"), PORT=str(port))
    assert said == (
        f"PORT {port} is used by another program:"
        f" stop that or choose another: make run PORT={port + 1}"
    )
    assert leftovers.find(tmp_path / "run") == []


def test_a_folder_that_another_run_holds(tmp_path: Path) -> None:
    folder = RunDir(tmp_path)
    folder.prepare()
    with folder.held():
        assert f"is used by another run (process {os.getpid()})" in run(RUN_DIR=str(tmp_path))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is not writable (Not a directory)" in run(RUN_DIR=str(tmp_path / "file" / "run"))


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    said = run(
        RUN_DIR=str(tmp_path / "run"),
        PORT=str(ports.free()),
        DATABASE="postgresql://u:hunter2@127.0.0.1:9/postgres",
    )
    assert said.startswith("DATABASE 127.0.0.1:9 can't be opened: ")
    assert "hunter2" not in said
    assert leftovers.find(tmp_path / "run") == []


def test_a_broker_that_is_not_there(tmp_path: Path, postgres_url: str) -> None:
    said = run(
        RUN_DIR=str(tmp_path / "run"),
        PORT=str(ports.free()),
        DATABASE=postgres_url,
        BUS="amqp://guest:hunter2@127.0.0.1:9/",
    )
    assert said.startswith("BUS 127.0.0.1:9 can't be opened: ")
    assert "hunter2" not in said
    assert leftovers.find(tmp_path / "run") == []


def test_a_broker_that_has_no_room_for_events(tmp_path: Path, postgres_url: str) -> None:
    port = ports.free()
    users: list[nats.User] = [{"user": "finance", "password": "x"}]
    text = nats.configuration(tmp_path / "store", port, users, pid_file=tmp_path / "pid")
    (tmp_path / "nats.conf").write_text(text.replace("1TB", "100MB"))
    server = servers.launch(
        nats.command(tmp_path / "nats.conf"),
        url=f"nats://finance:x@127.0.0.1:{port}",
        log=tmp_path / "log",
        answers=lambda: nats.answers(port),
    )
    said = run(
        RUN_DIR=str(tmp_path / "run"),
        PORT=str(ports.free()),
        DATABASE=postgres_url,
        BUS=server.url,
    )
    server.stop()
    assert said.startswith("The event bus takes no events: ")
    assert "insufficient storage resources available" in said


def test_a_service_command_before_the_first_run(tmp_path: Path) -> None:
    said = run("exec", "auth", "--", "migrate", RUN_DIR=str(tmp_path))
    assert said == f"Nothing has run in {tmp_path} yet: `make run` first."


def test_a_service_that_can_not_start_with_the_cause(tmp_path: Path) -> None:
    folder = RunDir(tmp_path / "run")
    folder.prepare()
    keys.secret_key(folder.keys).write_text("no key")
    said = run(RUN_DIR=str(folder.path), PORT=str(ports.free()), DEMO="0")
    log = folder.logs / "webhooks-w"
    assert said.startswith("webhooks-w")
    assert "ended with status" in said
    assert "Fernet key must be 32 url-safe base64-encoded bytes." in said
    assert f"More in {log}" in said
    assert leftovers.find(tmp_path / "run") == []
