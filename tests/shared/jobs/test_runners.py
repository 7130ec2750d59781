"""A runner that is killed at any moment: its job was done once, or is done again."""

import signal
import threading
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from shared.jobs import Runner, Runners
from shared.testing import ENOUGH, Stand, wait_until
from shared.testing.stand import set_environment
from tests.shared.bus.database import terminate_backends
from tests.shared.jobs.conftest import execute, job, later, left, runner, work
from tests.shared.jobs.service import LANE

CRASHED = 137


def let_pass(stand: Stand) -> None:
    """Let the seconds pass that a job pauses after its runner died."""
    execute(stand, "UPDATE jobs SET started = started - interval '5 seconds'")


@pytest.mark.parametrize("moment", ["job_begun", "mid_job", "job_committed"])
def test_a_runner_that_dies_at_any_moment_has_done_its_job_once_or_not_yet(
    stand: Stand, client: FlaskClient, moment: str
) -> None:
    number = later(client, "a")
    with runner(stand, FAULT_AT=moment) as process:
        assert process.wait(ENOUGH) == CRASHED
    assert left(stand) == (["a"] if moment == "job_committed" else [])
    let_pass(stand)
    with runner(stand):
        wait_until(lambda: job(client, number)["status"] == "done")
    assert left(stand) == ["a"]


def test_a_job_that_kills_its_runner_three_times_fails_and_others_go_on(
    stand: Stand, client: FlaskClient
) -> None:
    number = later(client, "a")
    for _ in range(3):
        with runner(stand, FAULT_AT="mid_job") as process:
            assert process.wait(ENOUGH) == CRASHED
        let_pass(stand)
    later(client, "b")
    work(stand)
    failed = job(client, number)
    assert (failed["status"], failed["error"]["details"]["code"]) == ("failed", "server_error")
    assert "3 times" in failed["error"]["details"]["message"]
    assert left(stand) == ["b"]


def test_a_runner_that_is_told_to_end_gives_its_job_back(stand: Stand, client: FlaskClient) -> None:
    number = later(client, "slow")
    for end in ("signal", "parent"):
        with runner(stand) as process:
            wait_until(lambda: job(client, number)["progress"] == 50)
            if end == "signal":
                process.send_signal(signal.SIGTERM)
            elif process.stdin:
                process.stdin.close()  # as when the worker dies
            assert process.wait(ENOUGH) == 0
        back = job(client, number)
        assert (back["status"], back["progress"], back["started"]) == ("queued", 0, None)
    assert left(stand) == []


def test_what_a_job_leaves_hanging_in_a_thread_keeps_no_runner_alive(
    stand: Stand, client: FlaskClient
) -> None:
    number = later(client, "hanging")
    with runner(stand) as process:
        wait_until(lambda: job(client, number)["status"] == "done")
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENOUGH) == 0


def test_while_one_runner_has_a_lane_no_other_takes_of_it(
    stand: Stand, client: FlaskClient
) -> None:
    slow = later(client, "slow")
    with runner(stand):
        wait_until(lambda: job(client, slow)["status"] == "running")
        later(client, "b")
        Runner(stand.app, LANE).run(linger=0.1)
        assert left(stand) == []
        assert job(client, slow)["status"] == "running"


def test_who_lost_the_lane_while_it_worked_leaves_nothing(
    stand: Stand, client: FlaskClient
) -> None:
    """Another one has taken the job over by the time that the first one wants to commit."""
    number = later(client, "overtaken")
    work(stand)
    assert (left(stand), job(client, number)["status"]) == ([], "running")
    let_pass(stand)
    work(stand)
    assert (left(stand), job(client, number)["status"]) == (["overtaken"], "done")


def test_a_worker_starts_a_runner_for_a_new_job_and_ends_it_with_itself(
    stand: Stand, client: FlaskClient
) -> None:
    stop = threading.Event()
    runners = Runners(stand.database, "tests.shared.jobs.service:create_app")
    with set_environment(stand.environment):
        part = threading.Thread(target=runners.run, args=[stop])
        part.start()
        try:
            first = later(client, "a")
            wait_until(lambda: job(client, first)["status"] == "done")
            terminate_backends(stand.database)  # the lane of the runner, and the part's own
            second = later(client, "b")
            wait_until(lambda: job(client, second)["status"] == "done")
            slow = later(client, "slow")
            wait_until(lambda: job(client, slow)["status"] == "running")
        finally:
            stop.set()
            part.join(ENOUGH)
    assert not part.is_alive()
    assert (job(client, slow)["status"], left(stand)) == ("queued", ["a", "b"])
    with closing(stand.database.alone()) as connection:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7166311"
        assert connection.execute(held).fetchone() == (0,)
