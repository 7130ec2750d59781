"""The faults: what is broken, and what is promised then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.e2e.conftest import LAUNCHER
from tests.faults import clocks
from tests.faults.brokers import Broker, OwnBroker, RabbitNode
from tests.faults.faults import bus, clients, databases, processes, replicas, whole
from tests.faults.scene import Scene


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Attributes:
        what: is broken.
        inject: breaks it, in a scene.
        reason_without: why it can't be shown on this broker, "" where it can.
        writers, portfolios: of its workload, where they are not the usual ones.
        is_embedded: whether it needs the product with servers of its own.
        is_replicated: whether it needs two of each process.
        launcher: the module that starts the product.
    """

    what: str
    inject: Callable[[Scene], None]
    reason_without: Callable[[Broker | None], str] = lambda _: ""
    writers: int = 4
    portfolios: int = 20
    is_embedded: bool = False
    is_replicated: bool = False
    launcher: str = LAUNCHER


def _own(broker: Broker | None) -> str:
    return "" if isinstance(broker, OwnBroker) else "this RabbitMQ is not ours to stop"


def _clockless(_: Broker | None) -> str:
    return clocks.reason_without()


def _alarmed(broker: Broker | None) -> str:
    return "" if isinstance(broker, RabbitNode) else "needs a RabbitMQ of our own"


FAULTS: Final[Mapping[str, Fault]] = {
    "nothing": Fault("nothing, to compare with", clients.nothing),
    "kill_web": Fault("`kill -9` of web processes", processes.kill_web),
    "kill_worker": Fault("`kill -9` of relays and consumers", processes.kill_workers),
    "kill_gateway": Fault("`kill -9` of the gateway", processes.kill_gateway),
    "kill_zygote": Fault(
        "`kill -9` of what all Python processes are forks of", processes.kill_zygote
    ),
    "crash_points": Fault("a crash at each named point", processes.crash),
    "rolling_restart": Fault("SIGTERM of each process in turn", processes.restart_each),
    "auth_down": Fault("auth killed again and again", processes.keep_auth_down),
    "auth_slow": Fault("auth hangs", processes.freeze_auth),
    "broker_stopped": Fault("broker stopped", bus.stop, _own),
    "broker_killed": Fault("broker killed, away", bus.kill, _own),
    "broker_restarted": Fault(
        "broker killed and started at once, again and again", bus.restart, _own
    ),
    "broker_alarm": Fault("broker's memory alarm", bus.alarm, _alarmed),
    "broker_half_open": Fault("connections to the broker go silent", bus.half_open),
    "broker_reset": Fault("connections to the broker are reset", bus.reset),
    "broker_refused": Fault("broker cannot be reached", bus.refuse),
    "confirm_lost": Fault("confirms of the broker are lost", bus.lose_confirms),
    "unroutable": Fault("250 events that nobody wants", bus.unroutable),
    "poison": Fault("an event that no consumer can handle", bus.poison),
    "republished": Fault("everything published again", bus.publish_again),
    "backends": Fault("PostgreSQL's backends terminated every second", databases.terminate),
    "database_stopped": Fault("PostgreSQL stopped as by a crash, away", databases.stop),
    "database_hangs": Fault("PostgreSQL hangs, its machine does not", databases.hang),
    "database_reset": Fault("connections to PostgreSQL are reset", databases.reset),
    "database_full": Fault("PostgreSQL has no connection left", databases.take_all_connections),
    "rebuilt": Fault("analytics' copies emptied and rebuilt", databases.rebuild),
    "one_portfolio": Fault(
        "32 writers on one portfolio", clients.nothing, writers=32, portfolios=1
    ),
    "same_key": Fault("the same Idempotency-Key 50 times at once", clients.same_key),
    "receivers": Fault(
        "seven receivers of webhooks hang, fail, redirect, flood beside one that is well",
        clients.receivers,
    ),
    "keys": Fault("all keys replaced", whole.replace_keys),
    "clock": Fault(
        "the clock of one service after the other is 10 minutes ahead, behind, steps",
        whole.turn_clocks,
        _clockless,
        launcher=clocks.LAUNCHER,
    ),
    "everything": Fault(
        "`kill -9` of everything, started again", whole.kill_everything, is_embedded=True
    ),
    "replicas_killed": Fault(
        "two of each process: `kill -9` of one of each", replicas.kill_each, is_replicated=True
    ),
    "replicas_rolled": Fault(
        "two of each process: all replaced in turn", replicas.roll_each, is_replicated=True
    ),
    "disk": Fault("the disk is full", whole.fill_disk, is_embedded=True),
}
