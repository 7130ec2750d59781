"""Playing faults one after the other, on an installation for each broker."""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.conftest import there
from tests.e2e.test_full_disk import small_disk
from tests.faults import table
from tests.faults.brokers import Broker, Nats, RabbitNode, RabbitThere
from tests.faults.faults import FAULTS
from tests.faults.scene import Outcome, Scale, Scene
from tests.faults.site import Site, breakable, embedded, replicated


def play(site: Site, name: str, scale: Scale, seed: int, folder: Path) -> Outcome:
    """Play one fault on an installation; the journal is kept in `folder`."""
    fault = FAULTS[name]
    path = folder / f"{name}.jsonl"
    scene = Scene(site, scale, name, seed, path, fault.writers, fault.portfolios)
    return scene.play(fault.inject)


def lines(
    bus: str, names: Sequence[str], scale: Scale, seed: int, heartbeat: int
) -> Iterator[list[str]]:
    """Play faults on `bus` and yield the line of each."""
    with _folder() as folder, broker(bus, folder) as taken:
        usual, replicated_ones = [], []
        for name in names:
            if reason := FAULTS[name].reason_without(taken):
                yield table.without_outcome(FAULTS[name].what, taken.name, "not shown", reason)
            elif FAULTS[name].is_replicated:
                replicated_ones.append(name)
            elif not FAULTS[name].is_embedded:
                usual.append(name)
        for number in count():
            if not usual:
                break
            launcher = FAULTS[usual[0]].launcher
            alike = [name for name in usual if FAULTS[name].launcher == launcher]
            usual = [name for name in usual if name not in alike]
            with breakable(folder / f"site{number}", taken, heartbeat, launcher) as site:
                yield from _lines(site, alike, scale, seed, folder)
            usual = [*alike, *usual]  # what the one that broke the installation has left
        for name in replicated_ones:
            redis = there("REDIS", "redis://127.0.0.1:6379/")
            with replicated(folder / name, taken, heartbeat, redis) as site:
                yield from _lines(site, [name], scale, seed, folder)
    if bus == "nats":  # which the product has where it has servers of its own
        for name in names:
            if FAULTS[name].is_embedded:
                yield from _embedded_line(name, scale, seed)


def _embedded_line(name: str, scale: Scale, seed: int) -> Iterator[list[str]]:
    """Play a fault on an installation with servers of its own, on a small disk."""
    with _folder() as folder, small_disk(folder / "disk") as disk:
        if disk is None:
            reason = "only root can mount a disk"
            yield table.without_outcome(FAULTS[name].what, "NATS", "not shown", reason)
            return
        with embedded(disk / "site") as site:
            yield from _lines(site, [name], scale, seed, folder)


def _lines(
    site: Site, names: list[str], scale: Scale, seed: int, folder: Path
) -> Iterator[list[str]]:
    """Take and play `names` until one breaks the installation for good."""
    while names:
        name = names.pop(0)
        try:
            outcome = play(site, name, scale, seed, folder)
        except Exception as error:  # the others are played on another one
            traceback.print_exc()
            reason = f"it ended with {error!r:.200}"
            yield table.without_outcome(FAULTS[name].what, site.name, "no", reason)
            return
        if complaint := outcome.complaint():
            print(complaint, file=sys.stderr)
        yield table.line(FAULTS[name].what, site.name, outcome, seed)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # for PostgreSQL, which is not root
        yield Path(name)


@contextmanager
def broker(bus: str, folder: Path) -> Iterator[Broker]:
    """Start a broker of our own, or take the RabbitMQ that is named or there."""
    taken: Broker
    if bus == "nats":
        taken = Nats(folder / "broker")
    elif RabbitNode.is_installed() and "TEST_RABBITMQ_URL" not in os.environ:
        taken = RabbitNode(folder / "broker")
    else:
        taken = RabbitThere(there("RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/"))
    try:
        yield taken
    finally:
        taken.close()
