"""Two of everything: replicas that die, and replicas that are replaced one after the other."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import psutil
import requests

from shared import leading
from shared.bus import relay
from shared.testing import wait_until
from tests.faults.cluster import Cluster, Replica
from tests.faults.faults.clients import use_same_key
from tests.faults.scene import Scene
from tests.faults.site import QUOTA

# Advisory locks: of the relay, and of who consumes and keeps time.
_LOCKS: Final = (relay.LEADER_LOCK, leading.LOCK)
_HOLDER: Final = """
    SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objid = %s AND datname = current_database()
"""
_QUOTA_THREADS: Final = 2
_PACE: Final = 0.2  # seconds between two requests of one of them


def kill_each(scene: Scene) -> None:
    """Kill one replica of each process; of a worker the one that leads."""
    cluster = _cluster(scene)
    victims = sorted({one.service for one in cluster.replicas})
    seconds: list[float] = []
    with _watched(scene):
        for number in scene.rounds(len(victims)):
            if victims[number].endswith("worker"):
                seconds += _take_over(scene, cluster, victims[number])
            else:
                cluster.kill(_replicas(cluster, victims[number])[0])
        use_same_key(scene, "killed")
    scene.notes.append(f"another leads within {max(seconds):.1f} s")


def roll_each(scene: Scene) -> None:
    """Replace each replica, one after the other: it leaves the gateway first, then it ends."""
    cluster = _cluster(scene)
    with _watched(scene) as seen:
        for number in scene.rounds(len(cluster.replicas)):
            cluster.roll(cluster.replicas[number])
        use_same_key(scene, "rolled")
    failed = scene.tally.server_errors + scene.tally.silent + seen.failed
    if failed:
        scene.complaints.append(f"{failed} requests failed")


def _cluster(scene: Scene) -> Cluster:
    cluster = scene.site.product
    assert isinstance(cluster, Cluster)
    if cluster.pooler:
        scene.notes.append(f"by way of PgBouncer {cluster.pooler.version}")
    return cluster


def _replicas(cluster: Cluster, service: str) -> list[Replica]:
    return [one for one in cluster.replicas if one.service == service]


def _take_over(scene: Scene, cluster: Cluster, worker: str) -> list[float]:
    """Kill the worker that consumes; return the seconds until what it led is led by another."""
    service = worker.partition("-")[0]

    def holder(lock: int) -> int | None:
        rows = scene.site.rows(service, _HOLDER, lock)
        return int(rows[0][0]) if rows else None

    held = {lock: wait_until(lambda lock=lock: holder(lock)) for lock in _LOCKS}  # type: ignore[misc]
    [victim] = [one for one in _replicas(cluster, worker) if held[_LOCKS[1]] in _local_ports(one)]
    lost = {lock: port for lock, port in held.items() if port in _local_ports(victim)}
    seconds: list[float] = []

    def watch() -> None:
        for lock, port in lost.items():
            wait_until(lambda lock=lock, port=port: holder(lock) not in {None, port})  # type: ignore[misc]
            seconds.append(time.monotonic() - began)

    watching = threading.Thread(target=watch)
    began = time.monotonic()
    watching.start()
    cluster.kill(victim)
    watching.join()
    return seconds


def _local_ports(replica: Replica) -> set[int]:
    connections = psutil.Process(replica.process_id).net_connections()
    return {connection.laddr.port for connection in connections}


@dataclass
class _Seen:
    """What those saw who look at both replicas meanwhile.

    Attributes:
        looks: how often it was as it must be.
        wrong: what was not.
        failed: requests that had no answer, or one of 500 and more.
        asked: requests that a quota counts, by status.
    """

    looks: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: int = 0
    asked: Counter[int] = field(default_factory=Counter)


class _Failed(Exception):
    """A request had no answer, or one of 500 and more."""


@contextmanager
def _watched(scene: Scene) -> Iterator[_Seen]:
    """Look meanwhile whether the replicas are one: in what they show, forbid and count."""
    seen, over = _Seen(), threading.Event()
    user = scene.site.product.administrator(f"{scene.name}-quota")
    works: list[Callable[[], None]] = [
        lambda: _look(scene, seen, over),
        *[lambda: _use_quota(scene, str(user.token), seen, over)] * _QUOTA_THREADS,
    ]
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()
    passed = sum(number for status, number in seen.asked.items() if status < 429)
    failed = sum(number for status, number in seen.asked.items() if status >= 500)
    seen.failed += failed
    if not passed <= QUOTA <= passed + failed:
        seen.wrong.append(f"a quota of {QUOTA} let {passed} pass")
    scene.complaints += seen.wrong
    scene.notes.append(
        f"quota of {QUOTA}: {passed} passed of {seen.asked.total()}; {seen.looks} looks at both"
        f" replicas, {len(seen.wrong)} wrong; {seen.failed} of these requests failed"
    )


def _use_quota(scene: Scene, token: str, seen: _Seen, over: threading.Event) -> None:
    """Ask what a quota counts, until it is used up."""
    session = _session(token)
    url = f"{scene.site.product.url}/api/analytics/market_data/"
    while not over.is_set() or not seen.asked[429]:
        try:
            seen.asked[session.get(url, timeout=20).status_code] += 1
        except requests.RequestException:
            seen.asked[599] += 1
        time.sleep(_PACE)


def _look(scene: Scene, seen: _Seen, over: threading.Event) -> None:
    """Change a portfolio and revoke a token again and again; both replicas know it at once."""
    session = _session(scene.site.token)
    number = 0
    while not over.is_set():
        number += 1
        for look in (_read_own_write, _revoke):
            try:
                look(scene, session, number, seen)
                seen.looks += 1
            except _Failed:
                seen.failed += 1
            time.sleep(_PACE)


def _read_own_write(scene: Scene, session: requests.Session, number: int, seen: _Seen) -> None:
    path = f"/api/portfolios/{scene.portfolios[-1]}/"
    before = _ask(scene, session, "GET", path).headers["ETag"]
    name = {"name": f"{scene.name} {number}"}
    _ask(scene, session, "PATCH", path, json=name, headers={"If-Match": before})
    for _ in range(2):
        after = _ask(scene, session, "GET", path)
        if after.json()["name"] != name["name"] or after.headers["ETag"] == before:
            seen.wrong.append(f"a stale portfolio: {after.text:.200}")
    refused = _ask(scene, session, "PATCH", path, json=name, headers={"If-Match": before})
    if refused.status_code != 412:
        seen.wrong.append(f"an old ETag passed: {refused.status_code}")


def _revoke(scene: Scene, session: requests.Session, number: int, seen: _Seen) -> None:
    made = _ask(
        scene, session, "POST", "/api/tokens/", json={"name": f"{number}", "scopes": ["read"]}
    ).json()
    other = _session(made["key"])
    known = [_ask(scene, other, "GET", "/api/users/me/").status_code for _ in range(2)]
    _ask(scene, session, "DELETE", f"/api/tokens/{made['id']}/")
    gone = [_ask(scene, other, "GET", "/api/users/me/").status_code for _ in range(4)]
    if (known, gone) != ([200] * 2, [401] * 4):
        seen.wrong.append(f"a token that was revoked: {known}, then {gone}")


def _ask(
    scene: Scene, session: requests.Session, method: str, path: str, **content: object
) -> requests.Response:
    try:
        answer = session.request(method, scene.site.product.url + path, timeout=20, **content)  # type: ignore[arg-type]
    except requests.RequestException as error:
        raise _Failed from error
    if answer.status_code >= 500:
        raise _Failed
    return answer


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Token {token}"
    return session
