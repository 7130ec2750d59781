"""Playing faults one after the other, on an installation for each broker."""

import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.conftest import there
from tests.e2e.test_full_disk import small_disk
from tests.faults import table
from tests.faults.brokers import Broker, Nats, RabbitNode, RabbitThere
from tests.faults.faults import FAULTS
from tests.faults.scene import Outcome, Scale, Scene
from tests.faults.site import Site, breakable, embedded


def play(site: Site, name: str, scale: Scale, seed: int) -> Outcome:
    """Play one fault on an installation."""
    fault = FAULTS[name]
    path = site.once.parent / f"{name}.jsonl"
    path.unlink(missing_ok=True)
    scene = Scene(site, scale, name, seed, path, fault.clients, fault.portfolios)
    return scene.play(fault.inject)


def lines(
    bus: str, names: Sequence[str], scale: Scale, seed: int, heartbeat: int
) -> Iterator[list[str]]:
    """Play faults on `bus` and yield the line of each."""
    usual = [name for name in names if not FAULTS[name].is_embedded]
    with tempfile.TemporaryDirectory() as folder, broker(bus, Path(folder)) as taken:
        Path(folder).chmod(0o755)  # for PostgreSQL, which is not root
        for name in list(usual):
            if reason := FAULTS[name].reason_without(taken):
                usual.remove(name)
                yield table.left_out(FAULTS[name].what, taken.name, reason)
        count = 0
        while usual:
            count += 1
            with breakable(Path(folder) / f"site{count}", taken, heartbeat) as site:
                yield from _lines(site, usual, scale, seed)
    # With servers of its own the product has NATS.
    for name in names if bus == "nats" else ():
        if FAULTS[name].is_embedded:
            with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
                Path(folder).chmod(0o755)
                place = stack.enter_context(small_disk(Path(folder) / "disk"))
                if place is None:
                    yield table.left_out(FAULTS[name].what, "NATS", "only root can mount a disk")
                    continue
                site = stack.enter_context(embedded(place / "site"))
                yield from _lines(site, [name], scale, seed)


def _lines(site: Site, names: list[str], scale: Scale, seed: int) -> Iterator[list[str]]:
    """Take and play `names` until one breaks the installation for good."""
    while names:
        name = names.pop(0)
        try:
            outcome = play(site, name, scale, seed)
        except Exception as error:  # the others are played on another one
            traceback.print_exc()
            yield table.left_out(FAULTS[name].what, site.name, f"it ended with {error!r:.200}")
            return
        if complaint := outcome.complaint():
            print(complaint, file=sys.stderr)
        yield table.line(FAULTS[name].what, site.name, outcome)


@contextmanager
def broker(bus: str, folder: Path) -> Iterator[Broker]:
    """Start a broker of our own, or take the RabbitMQ that is there."""
    taken: Broker
    if bus == "nats":
        taken = Nats(folder / "broker")
    elif RabbitNode.is_installed():
        taken = RabbitNode(folder / "broker")
    else:
        taken = RabbitThere(there("RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/"))
    try:
        yield taken
    finally:
        taken.close()
