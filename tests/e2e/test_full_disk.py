"""A disk that is full ends nothing that can go on, and with room again all works by itself."""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nats
import psycopg
import pytest
import requests
from nats.errors import Error as NatsError

from deploy.local import accounts, postgres
from deploy.local.privileges import is_root
from deploy.local.rundir import RunDir, State
from shared.bus.interface import Address
from shared.testing import wait_until
from tests.e2e.conftest import Product, started
from tests.e2e.test_main_job import make_house, wait_for_total


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a real file system of 700 MiB on `folder`; None where only root can."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700m", "tmpfs", str(folder)]
    if not is_root() or subprocess.run(mount, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        if folder is None:
            pytest.skip("NOT TESTED: the full disk, which only root can mount here")
        yield folder


def test_a_full_disk_ends_nothing_that_can_go_on(disk: Path) -> None:
    with started(disk / "run", DEMO="0", LIMITS="off", WORKERS="2") as product:
        client = product.administrator("one")
        _, portfolio = make_house(client, "BEFORE", "100")
        wait_for_total(client, portfolio, "1000.00")
        before = pids(product)
        filler = disk / "filler"
        fill(filler)
        for _ in range(30):
            assert client.get("/api/portfolios/").status_code == 200
            # What is counted under a label of its own grows, too.
            assert client.get("/api/portfolios/999999999/").status_code == 404
        # The two that have to write meet the end of the disk.
        folder = RunDir(product.run_dir)
        state = State.load(folder.state)
        exhaust_nats(folder, state)
        exhaust_postgres(state)
        wait_until(lambda: health(product) == "degraded")
        assert pids(product) == before
        filler.unlink()
        wait_until(lambda: health(product) == "ok")
        # Over the bus, and in the logs.
        asset, portfolio = make_house(client, "AFTER", "100")
        answer = client.post(f"/api/assets/{asset}/update_price/", {"price": "110"})
        assert answer.status_code == 200, answer.text
        wait_for_total(client, portfolio, "1100.00")
        assert pids(product) == before
        wait_until(lambda: answer.headers["X-Request-Id"] in folder.log("assets-web").read_text())
        assert " bytes are missing: no room]" in folder.log("portfolio-web").read_text()


def pids(product: Product) -> dict[int, str]:
    """Return the processes that need no disk: all but the two servers."""
    return {
        process.pid: process.name()
        for process in product.launcher.children(recursive=True)
        if process.name() not in {"postgres", "nats-server", "setpriv"}
    }


def health(product: Product) -> str:
    return str(requests.get(f"{product.url}/api/health/", timeout=60).json()["status"])


def fill(file: Path) -> None:
    """Fill the disk to the last byte."""
    with file.open("wb", buffering=0) as filler:
        for size in (64 * 1024, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(b"x" * size)


def exhaust_nats(folder: RunDir, state: State) -> None:
    """Publish until the server can't write it."""

    async def publish() -> None:
        url = Address.parse(accounts.url(folder, state, accounts.OWNER)).with_password()
        async with await nats.connect(url) as client:
            stream = client.jetstream(timeout=1)
            with contextlib.suppress(NatsError):
                while True:
                    await stream.publish("finance.events.noise", b"x" * 4096)

    asyncio.run(publish())


def exhaust_postgres(state: State) -> None:
    """Write into the log of transactions until the server has no room for it."""
    url = postgres.superuser_url(state.ports["postgres"], state.passwords["postgres"])
    noise = "SELECT pg_logical_emit_message(true, 'noise', repeat('x', 80000))"
    with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        while True:
            connection.execute(noise)
