"""Brokers, the cables to them, and events that they or their consumers cannot take."""

import time

import requests

from shared import bus
from shared.events import Event
from shared.testing import wait_until
from tests.faults.brokers import OwnBroker, RabbitNode
from tests.faults.scene import Scene
from tests.shared.bus.proxy import Proxy

_UNWANTED = "never-heard-of"
_UNWANTED_COUNT = 250  # more than a window of the relay
_POISONED = ("analytics", "webhooks")  # assets asks the owner instead


def stop(scene: Scene) -> None:
    """End the broker the clean way and start it after a while."""
    for _ in scene.rounds(1):
        _own(scene).stop()
        time.sleep(scene.scale.outage)
        _own(scene).start()


def kill(scene: Scene) -> None:
    """Kill the broker and start it after a while."""
    for _ in scene.rounds(1):
        _own(scene).kill()
        time.sleep(scene.scale.outage)
        _own(scene).start()


def restart(scene: Scene) -> None:
    """Kill the broker and start it at once, also in the middle of a fetch."""
    for _ in scene.rounds():
        _own(scene).kill()
        _own(scene).start()


def alarm(scene: Scene) -> None:
    """Have the broker hold back whoever publishes."""
    broker = scene.site.broker
    assert isinstance(broker, RabbitNode)
    for _ in scene.rounds(1):
        broker.alarm(is_on=True)
        time.sleep(scene.scale.outage)
        broker.alarm(is_on=False)


def half_open(scene: Scene) -> None:
    """Let all connections go silent, as a cut cable does; new ones pass."""
    for _ in scene.rounds(max(scene.scale.rounds // 3, 1)):
        _proxy(scene).stall()


def reset(scene: Scene) -> None:
    """Reset all connections."""
    for _ in scene.rounds():
        _proxy(scene).reset()


def refuse(scene: Scene) -> None:
    """Reset all connections and refuse new ones for a while."""
    for _ in scene.rounds(1):
        _proxy(scene).refuse()
        time.sleep(scene.scale.outage)
        _proxy(scene).refuse(False)


def lose_confirms(scene: Scene) -> None:
    """Let everything through to the broker and nothing back, then reset the connections."""
    for _ in scene.rounds():
        _proxy(scene).mute()
        time.sleep(1)  # a window arrives at least
        _proxy(scene).reset()


def unroutable(scene: Scene) -> None:
    """Write events that no queue takes; RabbitMQ returns them, NATS keeps them."""
    scene.watch.stranded.append(_UNWANTED)
    for _ in scene.rounds(1):
        numbers = range(1, _UNWANTED_COUNT + 1)
        _write(scene, *(Event.now("faults", _UNWANTED, "faults/1", one, {}) for one in numbers))
    waiting = "SELECT count(*) FROM outbox WHERE type = %s AND published_at IS NULL"
    count = scene.site.rows("portfolio", waiting, _UNWANTED)[0][0]
    if count:
        wait_until(lambda: _metric(scene, "outbox_unpublished") >= count)
        scene.notes.append(f"{count} stay unpublished, and the metric shows them")
    else:
        scene.notes.append("the broker keeps them")
    with scene.site.connect("portfolio") as connection:
        connection.execute("DELETE FROM outbox WHERE type = %s", [_UNWANTED])


def poison(scene: Scene) -> None:
    """Write an event on which every handler fails; find it among the dead letters, and replay."""
    for _ in scene.rounds(1):
        made = scene.site.client().post("/api/portfolios/", {"name": "Poisoned"}).json()
        # The next on its subject: an older one would be dropped unread.
        event = Event.now("faults", "transaction-created", f"portfolios/{made['id']}", 2, {})
        scene.watch.foreign.add(str(event.id))
        _write(scene, event)
        wait_until(lambda: _dead(scene) == len(_POISONED))
    scene.site.command("exec", "analytics", "--", "dead-letters", "replay")
    wait_until(lambda: _dead(scene) == len(_POISONED))
    scene.notes.append(f"dead letters of {', '.join(_POISONED)}, dead again after a replay")


def publish_again(scene: Scene) -> None:
    """Have the relay publish once more what it has published since the beginning."""
    for _ in scene.rounds():
        with scene.site.connect("portfolio") as connection:
            connection.execute("UPDATE outbox SET published_at = NULL")


def _own(scene: Scene) -> OwnBroker:
    assert isinstance(scene.site.broker, OwnBroker)
    return scene.site.broker


def _proxy(scene: Scene) -> Proxy:
    assert scene.site.bus_proxy
    return scene.site.bus_proxy


def _write(scene: Scene, *events: Event) -> None:
    rows = [(one.id, one.type, one.subject, one.to_json().decode()) for one in events]
    insert = "INSERT INTO outbox (event_id, type, subject, payload) VALUES (%s, %s, %s, %s)"
    with scene.site.connect("portfolio") as connection:
        connection.cursor().executemany(insert, rows)


def _dead(scene: Scene) -> int:
    """Return how many services have dead letters."""
    url = scene.site.bus_url
    return sum(bool(bus.dead_letters(url, service).list()) for service in _POISONED)


def _metric(scene: Scene, name: str) -> float:
    port = scene.site.state.ports["portfolio-worker"]
    lines = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text.splitlines()
    return max(float(line.split()[-1]) for line in lines if line.startswith(f"{name}{{"))
