"""The product as a cluster runs it: two of each web process and worker, behind one gateway.

Processes, probes and Traefik are the real ones. What a cluster has besides is done by the fewest
lines that do the same: `make run`'s supervisor starts again what ends (kubelet), who is ready
stands in Traefik's dynamic file, which it reads again as it hears of endpoints (EndpointSlices),
and each service has an address that gives a connection to one that is ready (kube-proxy). Before
PostgreSQL stands PgBouncer, where there is one.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil
import requests

from deploy import bus as topology
from deploy.local import databases, keys, leftovers, ports, readiness, tasks
from deploy.local import settings as choices
from deploy.local.programs import PORTS, Plan, Program
from deploy.local.rundir import RunDir, State, write_private
from deploy.local.supervision import Keeper, Supervisor
from gateway import model, render
from gateway.routes import load_routes
from shared.settings import SERVICES
from shared.testing import wait_until
from shared.testing.stand import set_environment
from tests import pooler
from tests.e2e.conftest import Product
from tests.pooler import Missing, Pooler
from tests.shared.bus.proxy import Balancer

REPLICAS: Final = 2
_SESSIONS: Final = 8  # of PostgreSQL, for all processes of a service
# Seconds from when an endpoint is told to leave until its process is told to end: longer than
# Traefik waits between two configurations (providersThrottleDuration, two seconds).
PRE_STOP: Final = 5.0
_PROBE_EVERY: Final = 0.5  # seconds
_PROBE_FOR: Final = 5.0  # seconds; who takes longer is what it was before


@dataclass
class Replica:
    """One of the processes of a service.

    Attributes:
        service: which of them do the same: "portfolio-web", "portfolio-worker", "portal".
        is_ready: whether it answered its probe last.
        is_leaving: whether it was told to end.
    """

    service: str
    port: int
    keeper: Keeper
    is_ready: bool = False
    is_leaving: bool = False

    @property
    def name(self) -> str:
        """Its own."""
        return self.keeper.program.name

    @property
    def process_id(self) -> int:
        """Of its newest process, which leads a group."""
        assert self.keeper.process
        return self.keeper.process.pid


class Cluster(Product):
    """All of it; `start` and `end` are those of the product that `make run` starts."""

    def __init__(self, run_dir: Path, chosen: Mapping[str, str]) -> None:
        super().__init__(ports.free(), run_dir, chosen)
        self.replicas: list[Replica] = []
        self.pooler: Pooler | None = None
        self._supervisor: Supervisor | None = None
        self._gateway: subprocess.Popen[bytes] | None = None
        self._balancers: list[Balancer] = []
        self._turns = count()
        self._told: dict[str, list[str]] = {}
        self._is_over = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="endpoints", daemon=True)

    def start(self) -> None:
        """Start everything, and wait until it is ready."""
        folder = RunDir(self.run_dir)
        folder.prepare()
        with set_environment({"PORT": str(self.port), "RUN_DIR": str(self.run_dir), **self.chosen}):
            settings = choices.load()
            state, *own = _states(folder)
            plan = Plan(settings, folder, state)
            databases.provision(plan.databases, state.passwords, SERVICES)
            environment = plan.marked_environment()
            _write_files(plan)
            self._start_pooler(plan)
            programs = {
                program.name: program
                for number, one in enumerate(own)
                for program in _programs(plan, Plan(settings, folder, one), number, self.pooler)
            }
            self._supervisor = Supervisor(folder, [*programs.values()], environment)
            self._supervisor.start("zygote")
            topology.declare(plan.bus_url)
            tasks.migrate(plan)
        self._balancers = [
            Balancer(state.ports[name], lambda name=name: self._addresses(name))  # type: ignore[misc]
            for name in _services()
        ]
        keepers = self._supervisor.start("services", "edge")
        self.replicas = [_replica(keeper, own) for keeper in keepers]
        readiness.wait_for(keepers, lambda _: None)
        self._start_gateway(plan)
        self._watching.start()
        wait_until(lambda: all(one.is_ready for one in self.replicas))
        wait_until(self._answers)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End all that has started, and see that no process is left."""
        self._is_over.set()
        if self._gateway:
            self._gateway.send_signal(number)
            self._gateway.wait()
        if self._watching.is_alive():
            self._watching.join()
        if self._supervisor:
            self._supervisor.stop()
        for balancer in self._balancers:
            balancer.close()
        if self.pooler:
            self.pooler.server.stop()
        leftovers.end(self.run_dir, seconds=0)
        wait_until(lambda: not leftovers.find(self.run_dir))

    def kill(self, replica: Replica) -> None:
        """Kill one at once, with all that is its, and wait until it is ready again."""
        before = replica.process_id
        with contextlib.suppress(ProcessLookupError):
            os.killpg(before, signal.SIGKILL)
        _await_next(replica, before)

    def roll(self, replica: Replica) -> None:
        """Let one leave, tell it to end, and wait until it is ready again."""
        before = replica.process_id
        replica.is_leaving = True
        time.sleep(PRE_STOP)  # a preStop hook does the same
        os.kill(before, signal.SIGTERM)
        _await_next(replica, before)

    def _watch(self) -> None:
        with ThreadPoolExecutor(len(self.replicas)) as threads:
            while not self._is_over.wait(_PROBE_EVERY):
                list(threads.map(_probe, self.replicas))
                self._tell()

    def _endpoints(self, service: str) -> list[Replica]:
        return [
            one
            for one in self.replicas
            if one.service == service and one.is_ready and not one.is_leaving
        ]

    def _addresses(self, service: str) -> Iterator[tuple[str, int]]:
        """Yield where a connection may go, another one first each time."""
        endpoints, turn = self._endpoints(service), next(self._turns)
        for place in range(len(endpoints)):
            yield "127.0.0.1", endpoints[(turn + place) % len(endpoints)].port

    def _tell(self) -> None:
        """Tell the gateway which endpoints there are, where that has changed."""
        names = {name: "portal" if name == "portal" else f"{name}-web" for name in _backends()}
        urls = {
            name: [f"http://127.0.0.1:{one.port}" for one in self._endpoints(service)]
            for name, service in names.items()
        }
        if urls != self._told:
            self._told = urls
            document = render.dynamic(self._routes, {name: name for name in urls})
            for service in document["http"]["services"].values():
                if balancer := service.get("loadBalancer"):
                    [server] = balancer["servers"]
                    balancer["servers"] = [{"url": url} for url in urls[server["url"]]]
            render.write({"next.yml": document}, self._config)
            (self._config / "next.yml").replace(self._config / "dynamic.yml")

    def _start_pooler(self, plan: Plan) -> None:
        passwords = {
            f"{plan.databases.prefix}{service}": plan.state.passwords[service]
            for service in SERVICES
        }
        folder = self.run_dir / "pooler"
        folder.mkdir()
        with contextlib.suppress(Missing):
            self.pooler = pooler.start(folder, _port(plan), passwords, sessions=_SESSIONS)

    def _start_gateway(self, plan: Plan) -> None:
        internal = f"127.0.0.1:{plan.state.ports['gateway-internal']}"
        self._config = plan.folder.config
        self._routes = model.build(load_routes(), internal, has_flood_guard=False)
        for replica in self.replicas:
            _probe(replica)
        self._tell()
        provider = {"file": {"filename": str(self._config / "dynamic.yml"), "watch": True}}
        static = render.static(f"127.0.0.1:{self.port}", internal, provider)
        render.write({"traefik.yml": static}, self._config)
        with plan.folder.log("traefik").open("ab") as log:
            self._gateway = subprocess.Popen(
                [
                    Path(sys.executable).with_name("traefik"),
                    f"--configFile={self._config / 'traefik.yml'}",
                ],
                stdout=log,
                stderr=log,
                env=plan.marked_environment(),
            )

    def _answers(self) -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/api/health/", timeout=5).ok
        return False


def _backends() -> tuple[str, ...]:
    return (*SERVICES, "portal")


def _services() -> list[str]:
    return [f"{service}-{kind}" for service in SERVICES for kind in ("web", "worker")] + ["portal"]


def _states(folder: RunDir) -> Sequence[State]:
    """Return the ports of the services' own addresses, and those of each replica."""
    drawn = State()
    names = [(place, name) for place in range(REPLICAS + 1) for name in PORTS]
    drawn.choose_ports((f"{place} {name}" for place, name in names), 0)
    first = State()
    first.make_passwords(("postgres", *SERVICES))
    states = [first, *(replace(first) for _ in range(REPLICAS))]
    for place, state in enumerate(states):
        state.ports = {name: drawn.ports[f"{place} {name}"] for name in PORTS}
    first.save(folder.state)
    return states


def _write_files(plan: Plan) -> None:
    folder = plan.folder
    keys.make(folder.keys, SERVICES)
    for service in SERVICES:
        password = plan.state.passwords[service]
        databases.keep_password(folder.database_password(service), password)
    environments = {service: plan.command_environment(service) for service in SERVICES}
    write_private(folder.environments, json.dumps(environments))


def _port(plan: Plan) -> int:
    return int(urlsplit(plan.databases.server).port or 5432)


def _programs(
    front: Plan, own: Plan, number: int, before_database: Pooler | None
) -> Iterator[Program]:
    """Yield the processes of one replica, which knows others by the services' own addresses."""
    urls = {**front.service_urls(), **front.worker_urls()}
    for program in own.ours():
        told = {name: urls.get(name, value) for name, value in program.environment.items()}
        direct_url = told.get("DATABASE_URL")
        if before_database and direct_url:
            told["DATABASE_DIRECT_URL"] = direct_url
            told["DATABASE_URL"] = direct_url.replace(
                f":{_port(front)}/", f":{before_database.port}/"
            )
        yield replace(program, name=f"{program.name}-{number}", environment=told)


def _replica(keeper: Keeper, states: Sequence[State]) -> Replica:
    service, _, number = keeper.program.name.rpartition("-")
    return Replica(service, states[int(number)].ports[service], keeper)


def _await_next(replica: Replica, before: int) -> None:
    """Wait until another process of `replica` has followed the one before, and is ready."""
    try:
        wait_until(lambda: replica.process_id != before)
    except TimeoutError as error:
        state = psutil.Process(before).status() if psutil.pid_exists(before) else "gone"
        said = replica.keeper.log.tail.splitlines()[-3:]
        raise TimeoutError(f"{replica.name} ({before}, {state}) has no next; {said}") from error
    # That it was ready, or leaving, is of the one before.
    replica.is_ready = replica.is_leaving = False
    wait_until(lambda: replica.is_ready)


def _probe(replica: Replica) -> None:
    path = "/health" if replica.service.endswith("worker") else "/health/ready/"
    if replica.service == "portal":
        path = "/health/live/"
    try:
        url = f"http://127.0.0.1:{replica.port}{path}"
        replica.is_ready = requests.get(url, timeout=_PROBE_FOR).ok
    except requests.ConnectionError:
        replica.is_ready = False
    except requests.Timeout:
        pass
