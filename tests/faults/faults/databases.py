"""PostgreSQL, the cables to it, and what was copied into it."""

import contextlib
import signal
import time

import psycopg
import requests

from shared.testing import ENOUGH, wait_until
from tests.faults.scene import Scene
from tests.faults.site import Database

_TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND usename <> 'postgres'
"""


def terminate(scene: Scene) -> None:
    """Terminate all backends, every second."""
    for _ in scene.rounds():
        for _ in range(5):
            _end_backends(scene)
            time.sleep(1)


def stop(scene: Scene) -> None:
    """End the server as a crash would, and start it after a while."""
    for _ in scene.rounds(max(scene.scale.rounds // 5, 1)):
        _database(scene).stop(signal.SIGQUIT)
        time.sleep(scene.scale.outage / 4)
        _database(scene).start()


def reset(scene: Scene) -> None:
    """Reset all connections."""
    assert scene.site.database_proxy
    for _ in scene.rounds():
        scene.site.database_proxy.reset()


def hang(scene: Scene) -> None:
    """Stop the server where it is, so that it answers nobody and its machine acknowledges."""
    answers: list[requests.Response] = []
    for _ in scene.rounds(max(scene.scale.rounds // 5, 1)):
        _database(scene).suspend()
        # The first finds the connections of before, the second none.
        answers += [_asked(scene) for _ in range(2)]
        time.sleep(scene.scale.outage / 4)
        _database(scene).resume()
    statuses = sorted({answer.status_code for answer in answers})
    longest = max(answer.elapsed.total_seconds() for answer in answers)
    scene.notes.append(f"answers meanwhile: {statuses}, the last after {longest:.1f} s")


def take_all_connections(scene: Scene) -> None:
    """Take every connection that the server allows, and end those of the services."""
    for _ in scene.rounds(max(scene.scale.rounds // 5, 1)):
        with contextlib.ExitStack() as taken:
            killer = taken.enter_context(scene.site.connect("portfolio"))
            _take(scene, taken)
            deadline = time.monotonic() + scene.scale.outage / 4
            while time.monotonic() < deadline:
                killer.execute(_TERMINATE)
                _take(scene, taken)


def rebuild(scene: Scene) -> None:
    """Empty what analytics has copied and have it copied again, while clients write."""
    for _ in scene.rounds(1):
        wait_until(lambda: _emptied(scene))
        scene.site.command("exec", "analytics", "--", "rebuild")


def _emptied(scene: Scene) -> bool:
    try:
        with scene.site.connect("analytics") as connection:
            connection.execute("TRUNCATE portfolios CASCADE")
    except psycopg.errors.DeadlockDetected:  # with what analytics is doing at this moment
        return False
    return True


def _asked(scene: Scene) -> requests.Response:
    headers = {"Authorization": f"Token {scene.site.token}"}
    url = f"{scene.site.product.url}/api/portfolios/"
    return requests.get(url, headers=headers, timeout=ENOUGH)


def _take(scene: Scene, taken: contextlib.ExitStack) -> None:
    with contextlib.suppress(psycopg.Error):
        while True:
            taken.enter_context(scene.site.connect("portfolio"))


def _end_backends(scene: Scene) -> None:
    with scene.site.connect("portfolio") as connection:
        connection.execute(_TERMINATE)


def _database(scene: Scene) -> Database:
    assert scene.site.database
    return scene.site.database
