"""The processes of a run: what each is started with."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from deploy.local import accounts, broker, health, keys, nats, postgres, servers
from deploy.local.databases import Databases
from deploy.local.doorkeeper import Doorkeeper
from deploy.local.rundir import RunDir, State
from deploy.local.settings import PASSED_ON, Settings
from shared.settings import FILE_SUFFIX, SERVICES

# What a port is chosen for.
PORTS: Final = (
    "postgres",
    "nats",
    "portal",
    "doorkeeper",
    "gateway-internal",
    *(f"{service}-{kind}" for service in SERVICES for kind in ("web", "worker")),
)
# Every process of a run carries this variable, so that none of them is ever forgotten.
MARK: Final = "FINANCE_RUN"

# The addresses of price sources, which the person names, and DATA_SOURCE_SECONDS; the caps;
# OpenTelemetry's own variables.
_PASSED_ON_FROM: Final = ("DATA_SOURCE_", "MOST_", "OTEL_")
_THREADS: Final = 8
# Two for each thread, one that only reads, and two that a pool may open beyond its size.
_CONNECTIONS: Final = 2 * _THREADS + 2
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - under a name that nobody can guess  # nosec B108
_SPARE_CONNECTIONS: Final = 30  # migrations, the demo data, command lines, psql

# glibc keeps what a thread has freed for that thread, and after one large block (a password's hash
# takes 19 MiB) all of that size. So: few heaps, and large blocks go back at once.
_MALLOC: Final = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(1024**2)}

_GUNICORN: Final = (sys.executable, "-m", "gunicorn", "-c", "shared/http/gunicorn_settings.py")


@dataclass(frozen=True)
class Program:
    """One process that is kept alive.

    Attributes:
        group: "zygote", "servers", "services" or "edge"; a group stops after those that need it.
        environment: on top of the one that all have.
        answers: whether the process does its work.
        stop_signal: ends it the clean way.
        orphan_signal: what it gets when the launcher dies; by default the same.
        stuck_sign: what it writes when it can't go on until it is started again, and there is room
            on the disk.
        is_forked: whether it is one of our Python modules, which share what they load (see
            `deploy.local.zygote`).
        input: file descriptor of what it reads; nothing by default.
        prepare: done before each start.
    """

    name: str
    group: str
    command: list[str]
    environment: Mapping[str, str]
    answers: Callable[[], bool]
    stop_signal: str = "TERM"
    orphan_signal: str = ""
    stuck_sign: str = ""
    is_forked: bool = False
    input: int = subprocess.DEVNULL
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Plan:
    """One run, with every choice made."""

    settings: Settings
    folder: RunDir
    state: State

    @property
    def databases(self) -> Databases:
        """Where the services' databases lie."""
        if self.settings.database:
            return Databases(self.settings.database, f"finance_{self.state.instance}_")
        password = self.state.passwords["postgres"]
        return Databases(postgres.superuser_url(self.state.ports["postgres"], password))

    @property
    def namespace(self) -> str:
        """What the names of this run begin with on servers that it shares with others."""
        return f"finance-{self.state.instance}"

    @property
    def bus_url(self) -> str:
        """The event bus for its owner, embedded or a broker's with names of our own."""
        if self.settings.bus:
            return broker.with_namespace(self.settings.bus, self.namespace)
        return accounts.url(self.folder, self.state, accounts.OWNER)

    def bus_url_of(self, service: str) -> str:
        """Return the event bus for `service`, which there may do no more than it needs."""
        if self.settings.bus:
            chosen = self.settings.bus_accounts.get(service, self.settings.bus)
            return broker.with_namespace(chosen, self.namespace)
        return accounts.url(self.folder, self.state, service)

    def url(self, port_name: str) -> str:
        """Return the base URL of the process that has the port `port_name`."""
        return f"http://127.0.0.1:{self.state.ports[port_name]}"

    def database_url(self, service: str) -> str:
        """Return the URL of the database of `service` for its role."""
        return self.databases.url_by_file(service, self.folder.database_password(service))

    @property
    def database_place(self) -> str:
        """A name for where the databases are: "embedded" or a server's address."""
        return self.databases.address if self.settings.database else "embedded"

    @property
    def metrics(self) -> Path:
        """Where the workers of one web process share their counters.

        In memory, if the system has a folder for that: they are mapped files, and to count on a
        full disk would end the process (SIGBUS).
        """
        run = hashlib.sha256(f"{self.state.instance} {self.folder.path}".encode()).hexdigest()
        is_there = os.access(_MEMORY, os.W_OK)
        return _MEMORY / f"finance-{run[:16]}" if is_there else self.folder.path / "metrics"

    def marked_environment(self) -> dict[str, str]:
        """Return what every process of the run sees."""
        return {**_passed_on(), **_MALLOC, "PYTHONUNBUFFERED": "1", MARK: str(self.folder.path)}

    def command_environment(self, service: str) -> dict[str, str]:
        """Return what a command line of `service` sees; it is not a process of the run.

        Who calls it owns the bus: dead letters are nobody else's.
        """
        environment = self.service_environment(service)
        return {**_passed_on(), **environment, "EVENT_BUS_URL": self.bus_url}

    def service_environment(self, service: str) -> dict[str, str]:
        """Return the configuration of `service`."""
        environment = {
            "DATABASE_URL": self.database_url(service),
            "EVENT_BUS_URL": self.bus_url_of(service),
            "KEYS_DIR": str(self.folder.keys),
            "SERVICE_KEY_FILE": str(keys.private_key(self.folder.keys, service)),
            "THREADS": str(_THREADS),
            **self.service_urls(),
        }
        if service == "auth":
            environment["QUOTA_STORAGE_URL"] = self.settings.quota_storage
            environment["QUOTA_NAMESPACE"] = self.namespace
            environment["LIMITS"] = "on" if self.settings.limits else "off"
        if service == "webhooks":
            environment["WEBHOOKS_SECRET_KEY_FILE"] = str(keys.secret_key(self.folder.keys))
        return environment

    def doorkeeper(self) -> Doorkeeper:
        """Return who stands at the public port from now on."""
        pages, inside = self.state.ports["doorkeeper"], self.url("gateway-internal")
        services = [self.url(f"{service}-web") for service in SERVICES]
        return Doorkeeper(self.settings.host, self.settings.port, pages, inside, services)

    def programs(self, doorkeeper: Doorkeeper) -> list[Program]:
        """Return every process, in the order in which they start.

        Args:
            doorkeeper: lets clients in to the gateway.
        """
        return [*self._servers(), *self.ours(), self._gateway(doorkeeper)]

    def ours(self) -> Iterator[Program]:
        """Yield the processes that run our own code: the portal, and of each service two."""
        yield from self._services()
        yield self._portal()

    def max_connections(self) -> int:
        """Return how many connections all processes together may open to PostgreSQL."""
        processes = len(SERVICES) * (self.settings.workers + 1)
        return processes * _CONNECTIONS + _SPARE_CONNECTIONS

    def service_urls(self) -> dict[str, str]:
        """Return what tells a process where each service answers."""
        return {f"{service.upper()}_URL": self.url(f"{service}-web") for service in SERVICES}

    def worker_urls(self) -> dict[str, str]:
        """Return what tells the portal where each worker shows its health."""
        return {
            f"{service.upper()}_WORKER_URL": self.url(f"{service}-worker") for service in SERVICES
        }

    def _servers(self) -> Iterator[Program]:
        if not self.settings.database:
            options = {"max_connections": str(self.max_connections())}
            run = postgres.command(self.folder.postgres, self.state.ports["postgres"], options)
            answers = partial(postgres.answers, self.databases.server)
            yield Program("postgres", "servers", run, {}, answers, stop_signal="INT")
        if not self.settings.bus:
            run = nats.command(self.folder.nats_configuration)
            answers = partial(nats.answers, self.state.ports["nats"])
            yield Program(
                "nats",
                "servers",
                run,
                # To wake another of its threads takes longer than what it does for a message.
                {"GOMAXPROCS": "1"},
                answers,
                stop_signal="INT",
                stuck_sign=nats.STUCK_SIGN,
            )

    def _services(self) -> Iterator[Program]:
        for service in SERVICES:
            environment = self.service_environment(service)
            workers = self.settings.auth_workers if service == "auth" else self.settings.workers
            port = self.state.ports[f"{service}-web"]
            yield Program(
                f"{service}-web",
                "services",
                [*_GUNICORN, "-b", f"127.0.0.1:{port}", f"services.{service}.app:create_app()"],
                {**environment, **self._size(f"{service}-web", workers)},
                partial(health.answers, f"{self.url(f'{service}-web')}/health/ready/"),
                # Where several share their counters, prometheus_client must hear of it before it
                # is loaded.
                is_forked=workers == 1,
            )
            worker = f"{service}-worker"
            yield Program(
                worker,
                "services",
                [sys.executable, "-m", f"services.{service}.worker"],
                {**environment, "METRICS_PORT": str(self.state.ports[worker])},
                partial(health.answers, f"{self.url(worker)}/health"),
                is_forked=True,
            )

    def _portal(self) -> Program:
        port = self.state.ports["portal"]
        return Program(
            "portal",
            "edge",
            [*_GUNICORN, "-b", f"127.0.0.1:{port}", "gateway.portal.app:create_app()"],
            {**self.service_urls(), **self.worker_urls(), "THREADS": str(_THREADS)},
            partial(health.answers, f"{self.url('portal')}/health/live/"),
            is_forked=True,
        )

    def _gateway(self, doorkeeper: Doorkeeper) -> Program:
        config = self.folder.config / "traefik.yml"
        return Program(
            "traefik",
            "edge",
            [str(servers.script("traefik")), f"--configFile={config}"],
            # As NATS; but where services have several workers it has more to do.
            {"GOMAXPROCS": str(self.settings.workers)},
            doorkeeper.is_open,
            # Those who make its pages die as well: what it would still say would be plain text.
            orphan_signal="KILL",
            prepare=doorkeeper.shut,
        )

    def _size(self, name: str, workers: int) -> dict[str, str]:
        if workers == 1:
            return {"WORKERS": "1"}
        return {
            "WORKERS": str(workers),
            "PROMETHEUS_MULTIPROC_DIR": str(self.metrics / name),
        }


def _passed_on() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not {name, name.removesuffix(FILE_SUFFIX)}.isdisjoint(PASSED_ON)
        or name.startswith(_PASSED_ON_FROM)
    }
