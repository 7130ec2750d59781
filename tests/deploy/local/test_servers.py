"""The embedded servers: they start, keep what they have, end when told or when we end."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import nats as nats_client
import psutil
import psycopg
import pytest

from deploy.local import broker, nats, ports, postgres, servers
from deploy.local.errors import RunError
from deploy.local.privileges import is_root, server_owner, tied, unprivileged
from shared.testing import wait_until

FAST = {"fsync": "off"}


def test_postgres_keeps_its_data_over_a_restart_and_never_runs_as_root(tmp_path: Path) -> None:
    server = postgres.start(tmp_path, password="kept", options=FAST)
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    assert psutil.Process(server.process.pid).uids().effective == server_owner()[0]
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS n")
    server.stop()
    assert not postgres.answers(server.url)
    server = postgres.start(tmp_path, port, password="kept", options=FAST)
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT n FROM t").fetchone() == (7,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert not postgres.answers(postgres.superuser_url(port, "another"))
    server.stop()


def test_the_owner_of_the_files_gives_the_superuser_another_password(tmp_path: Path) -> None:
    server = postgres.start(tmp_path, password="before")
    server.stop()
    postgres.set_password(tmp_path / "data", "after")
    server = postgres.start(tmp_path, password="after")
    try:
        assert postgres.answers(server.url)
        assert not postgres.answers(server.url.replace(":after@", ":before@"))
        with pytest.raises(RunError, match="keeps the password"):
            postgres.set_password(tmp_path / "data", "while it runs")
    finally:
        server.stop()


def test_a_postgres_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"does not start: .*no_such_setting"):
        postgres.start(tmp_path, options={"no_such_setting": "1"})


def test_a_data_folder_that_was_made_half_is_made_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    postgres.initialise(tmp_path / "data", "x")
    assert not unfinished.exists()
    assert (tmp_path / "data" / "global").is_dir()


def test_a_lock_whose_process_is_another_program_is_forgotten(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n/data\n")
    postgres.forget_dead_server(tmp_path)
    assert not lock.exists()
    postgres.forget_dead_server(tmp_path)  # nothing there is no mistake


def test_a_lock_of_a_process_that_is_gone_is_left_to_postgres(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{ended.pid}\n/data\n")
    postgres.forget_dead_server(tmp_path)
    assert lock.exists()


def test_nats_keeps_its_streams_over_a_restart_and_asks_for_the_password(tmp_path: Path) -> None:
    server = nats.start(tmp_path, password="kept")
    port = int(server.url.rpartition(":")[2])
    assert (tmp_path / "nats.conf").stat().st_mode & 0o777 == 0o600

    async def ask(url: str, *, make: bool) -> str:
        async with await nats_client.connect(url, allow_reconnect=False) as client:
            stream = client.jetstream()
            if make:
                await stream.add_stream(name="KEPT", subjects=["kept"])
            return (await stream.stream_info("KEPT")).config.name or ""

    assert asyncio.run(ask(server.url, make=True)) == "KEPT"
    server.stop()
    assert not nats.answers(port)
    server = nats.start(tmp_path, port, password="kept")
    assert asyncio.run(ask(server.url, make=False)) == "KEPT"
    with pytest.raises(RunError, match=rf"BUS 127\.0\.0\.1:{port} can't be opened"):
        broker.check(f"nats://{nats.USER}:wrong@127.0.0.1:{port}")
    broker.check(server.url)
    server.stop()


def test_a_server_that_ends_at_once_says_the_last_that_it_said(tmp_path: Path) -> None:
    script = "print('one'); print('two'); raise SystemExit('no room')"
    with pytest.raises(RunError, match=r"does not start: no room$"):
        servers.launch(
            [sys.executable, "-u", "-c", script],
            url="",
            log=tmp_path / "log",
            answers=lambda: False,
        )


def test_a_program_that_is_not_installed_is_one_line_with_the_remedy() -> None:
    with pytest.raises(RunError, match=r"no-such-server is missing in .*: run `make run`"):
        servers.script("no-such-server")


PARENT = """
import subprocess, sys
from deploy.local.privileges import tied
child = subprocess.Popen(tied([sys.executable, "-c", "import time; time.sleep(60)"], "TERM"))
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_a_tied_process_ends_with_the_one_that_started_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: child.cmdline()[:1] == [sys.executable])  # no longer setpriv
        parent.send_signal(signal.SIGKILL)
        wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_an_unprivileged_command_is_not_roots_and_keeps_one_capability() -> None:
    said = subprocess.run(
        unprivileged(["cat", "/proc/self/status"]), capture_output=True, text=True, check=True
    ).stdout
    status = dict(line.split(":\t", 1) for line in said.splitlines())
    assert status["Uid"].split()[0] == str(server_owner()[0])
    # CAP_DAC_OVERRIDE is bit 1; an ordinary user has none to begin with.
    assert int(status["CapEff"], 16) == (2 if is_root() else 0)


def test_tied_commands_say_what_they_were_told() -> None:
    words = ["a b", "100%", "'", '"']
    said = subprocess.run(
        tied([sys.executable, "-c", "import sys; print(sys.argv[1:])", *words], "INT"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == f"{words}\n"


class TestBroker:
    def test_the_names_of_a_run_are_its_own_unless_the_url_says_which(self) -> None:
        named = broker.with_namespace("amqp://u:p@h:5672/v", "finance-1")
        assert named == "amqp://u:p@h:5672/v?namespace=finance-1"
        assert broker.with_namespace(f"{named}&heartbeat=5", "finance-2") == f"{named}&heartbeat=5"

    def test_a_broker_that_is_not_there_is_one_line(self) -> None:
        with pytest.raises(RunError, match=r"^BUS 127\.0\.0\.1:9 can't be opened: .*refused"):
            broker.check("amqp://guest:secret@127.0.0.1:9/")

    def test_a_broker_that_refuses_is_one_line_without_the_password(
        self, rabbitmq_url: str
    ) -> None:
        address = rabbitmq_url.rpartition("@")[2]
        broker.check(rabbitmq_url)
        with pytest.raises(RunError) as caught:
            broker.check(f"amqp://stranger:hunter2@{address}")
        assert str(caught.value).startswith(f"BUS {address.rstrip('/')} can't be opened: ")
        assert "hunter2" not in str(caught.value)

    def test_something_else_on_its_port_is_no_broker(self, postgres_url: str) -> None:
        address = postgres_url.rpartition("@")[2].partition("/")[0]
        with pytest.raises(RunError, match="can't be opened"):
            broker.check(f"amqp://guest:guest@{address}/")


def test_ports_of_a_stopped_server_are_free_at_once(tmp_path: Path) -> None:
    server = nats.start(tmp_path)
    port = int(server.url.rpartition(":")[2])
    assert not ports.is_free(port)
    server.stop()
    assert ports.is_free(port)
