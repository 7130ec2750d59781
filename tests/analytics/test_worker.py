"""The worker and the command line, as processes of their own."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared import bus
from shared.testing import ENOUGH, wait_until
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import ten_shares
from tests.analytics.test_projections import happenings


@pytest.fixture
def bus_url(nats_url: str) -> str:
    return f"{nats_url}?namespace=test-{secrets.token_hex(4)}"


@contextmanager
def running(desk: Desk, bus_url: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, **desk.stand.environment, "EVENT_BUS_URL": bus_url, **more}
    command = [sys.executable, "-m", "services.analytics.worker"]
    with subprocess.Popen(command, env=environment) as process:
        yield process
        process.kill()


@pytest.fixture
def worker(desk: Desk, bus_url: str) -> Iterator["subprocess.Popen[bytes]"]:
    with running(desk, bus_url) as process:
        yield process


def snapshots(desk: Desk) -> list[dict[str, object]]:
    results: list[dict[str, object]] = desk.get("/api/portfolio-snapshots/")["results"]
    return results


def test_the_worker_follows_the_bus_and_ends_when_told(
    desk: Desk, bus_url: str, worker: "subprocess.Popen[bytes]"
) -> None:
    list(happenings(desk.world))
    events = desk.world.take()
    publisher = bus.publisher(bus_url)
    publisher.publish([bus.Message(str(e.id), e.type, e.to_json()) for e in events])
    publisher.close()
    wait_until(lambda: len(desk.stored()["ledger_entries"]) == 2)
    wait_until(lambda: len(snapshots(desk)) == 5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(ENOUGH) == 0


def test_a_worker_that_dies_in_a_valuation_leaves_it_to_the_next(desk: Desk, bus_url: str) -> None:
    ten_shares(desk)
    with running(desk, bus_url, FAULT_AT="after_snapshots_before_settle") as process:
        assert process.wait(ENOUGH) != 0
    assert (snapshots(desk), desk.stand.events()) == ([], [])
    with running(desk, bus_url):
        wait_until(lambda: len(desk.stand.events()) == 3)
    kinds = [event.type for event in desk.stand.events()]
    assert kinds == ["snapshot-created", "portfolio-valued", "risk-computed"]
    assert len(snapshots(desk)) == 4


def test_the_command_line_rebuilds_and_counts(desk: Desk) -> None:
    list(happenings(desk.world))
    result = subprocess.run(
        [sys.executable, "-m", "services.analytics", "rebuild"],
        env={**os.environ, **desk.stand.environment},
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=True,
    )
    assert result.stdout == "1 assets, 1 portfolios; 0 forgotten.\n"
    assert result.stderr == "1 assets.\n1 portfolios.\n"
    assert len(desk.stored()["ledger_entries"]) == 2
