"""The whole product on a broker and a PostgreSQL that can be broken, and proxies between them."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
import psycopg

from deploy.local import accounts, ports, postgres
from deploy.local import broker as brokers_there
from deploy.local.databases import Databases
from deploy.local.rundir import RunDir, State
from deploy.local.servers import Server
from shared import bus
from tests.e2e.conftest import LAUNCHER, ROOT, Client, Product
from tests.faults.brokers import WITNESS, Broker, RabbitThere, clean_up
from tests.faults.cluster import Cluster
from tests.shared.bus.proxy import Proxy
from tests.webhooks.receiving import Receiver

# Those whose sequence counts each event of a subject.
WITNESSED: Final = ("transaction-created", "position-changed")
SUBSCRIBED: Final = "transaction-created"
ASSETS: Final = 5
QUOTA: Final = 150  # of one class, where there are two of each process
_CHOSEN: Final = {
    "DEMO": "0",
    "LIMITS": "off",
    "WEBHOOKS_ALLOW_PRIVATE": "1",
    "MOST_WEBHOOKS": "1000",
    "MOST_PORTFOLIOS": "10000",
}
_CONNECTIONS: Final = "400"
_PASSWORD: Final = "faults"


class Database:
    """A PostgreSQL that the product uses through a proxy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = ports.free()
        self._server = self._started()

    @property
    def url(self) -> str:
        """Where the server itself listens, for its superuser."""
        return postgres.superuser_url(self._port, _PASSWORD)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server = self._started()

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGQUIT is `stop -m immediate`, as a crash."""
        self._server.process.send_signal(number)
        self._server.process.wait()

    def suspend(self) -> None:
        """Stop all its processes where they are; their machine goes on acknowledging."""
        for process in self._processes():
            process.suspend()

    def resume(self) -> None:
        """Let them go on."""
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self._server.process.pid)
        return [first, *first.children(recursive=True)]

    def _started(self) -> Server:
        options = {"max_connections": _CONNECTIONS, "fsync": "off"}
        return postgres.start(self._folder, self._port, password=_PASSWORD, options=options)


@dataclass
class Site:
    """The product and what it stands on.

    Attributes:
        broker, database, bus_proxy, database_proxy: None where the product has its own.
        once: the folder of the points where one process crashes.
        receiver: of a webhook that is told of each transaction.
        assets: that rows may buy.
    """

    product: Product
    once: Path
    receiver: Receiver
    broker: Broker | None = None
    database: Database | None = None
    bus_proxy: Proxy | None = None
    database_proxy: Proxy | None = None
    token: str = ""
    assets: Sequence[int] = field(default_factory=list)
    _kept: dict[str, "psycopg.Connection[Any]"] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """What the run remembers."""
        return State.load(RunDir(self.product.run_dir).state)

    @property
    def name(self) -> str:
        """The broker's."""
        return self.broker.name if self.broker else "NATS, embedded"

    @property
    def bus_url(self) -> str:
        """The bus, as it is seen without a proxy."""
        state = self.state
        if self.broker:
            return brokers_there.with_namespace(self.broker.url, f"finance-{state.instance}")
        return accounts.url(RunDir(self.product.run_dir), state, accounts.OWNER)

    @property
    def databases(self) -> Databases:
        """The services' databases, without a proxy."""
        state = self.state
        if self.database:
            return Databases(self.database.url, f"finance_{state.instance}_")
        superuser = postgres.superuser_url(state.ports["postgres"], state.passwords["postgres"])
        return Databases(superuser)

    def connect(self, service: str) -> "psycopg.Connection[Any]":
        """Return a connection of the superuser to the database of `service`."""
        databases = self.databases
        address = urlsplit(databases.server)._replace(path=f"/{databases.prefix}{service}")
        return psycopg.connect(address.geturl(), autocommit=True, connect_timeout=5)

    def rows(self, service: str, query: str, *values: object) -> list[Any]:
        """Return what a query finds; the connection is kept for the next one."""
        if service not in self._kept or self._kept[service].broken:
            self._kept[service] = self.connect(service)
        return self._kept[service].execute(query, values).fetchall()

    def client(self) -> Client:
        """Return the user whose portfolios they are."""
        return Client(self.product.url, self.token)

    def command(self, *words: str) -> str:
        """Run `python -m deploy.local` beside the product; return what it says."""
        environment = RunDir(self.product.run_dir).environments
        path = json.loads(environment.read_text(encoding="utf-8"))["auth"]["PATH"]
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", *words],
            cwd=ROOT,
            env={"PATH": path, **self.product.chosen, "RUN_DIR": str(self.product.run_dir)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def open(self) -> None:
        """Make what all rows need: a user, assets, a webhook, and a queue for the witness."""
        client = self.product.administrator("faults")
        self.token = client.token or ""
        self.assets = [_asset(client, number) for number in range(ASSETS)]
        hook = {"url": self.receiver.url, "events": ["transaction.created"]}
        assert client.post("/api/webhooks/", hook).status_code == 201
        bus.consumer(self.bus_url, WITNESS, WITNESSED).declare()


def _asset(client: Client, number: int) -> int:
    body = {"symbol": f"A{number}", "name": "A fund", "asset_type": "OTHER", "currency": "USD"}
    made = client.post("/api/assets/", body)
    assert made.status_code == 201, made.text
    priced = client.post(f"/api/assets/{made.json()['id']}/update_price/", {"price": "100"})
    assert priced.status_code == 200, priced.text
    return int(made.json()["id"])


@contextmanager
def breakable(
    folder: Path, broker: Broker, heartbeat: int, launcher: str = LAUNCHER
) -> Iterator[Site]:
    """Start the product on `broker` and a PostgreSQL of its own, with proxies before both.

    Args:
        heartbeat: seconds; a peer that is silent for two of them is given up.
        launcher: the module that starts the product.
    """
    database = Database(folder / "database")
    bus_proxy, database_proxy = _proxy(broker.url), _proxy(database.url)
    chosen = {
        "BUS": f"{_through(broker.url, bus_proxy)}?heartbeat={heartbeat}",
        "DATABASE": _through(database.url, database_proxy),
    }
    try:
        with _running(folder, chosen, launcher) as site:
            site.broker, site.database = broker, database
            site.bus_proxy, site.database_proxy = bus_proxy, database_proxy
            site.open()
            yield site
            bus_url = site.bus_url
        if isinstance(broker, RabbitThere):
            clean_up(bus_url)
    finally:
        bus_proxy.close()
        database_proxy.close()
        database.stop()


@contextmanager
def replicated(folder: Path, broker: Broker, heartbeat: int, redis_url: str) -> Iterator[Site]:
    """Start two of each process, as a cluster does, with quotas in Redis.

    Args:
        heartbeat: see `breakable`.
    """
    database = Database(folder / "database")
    chosen = {
        **_CHOSEN,
        "BUS": f"{broker.url}?heartbeat={heartbeat}",
        "DATABASE": database.url,
        "LIMITS": "on",
        "QUOTA_STORAGE": redis_url,
        **dict.fromkeys(("QUOTA_STANDARD", "QUOTA_ANALYTICS", "QUOTA_LOGIN"), "1000000/hour"),
        "QUOTA_MARKET_DATA": f"{QUOTA}/hour",
    }
    receiver = Receiver()
    cluster = Cluster(folder / "run", chosen)
    try:
        cluster.start()
        site = Site(cluster, folder / "once", receiver, broker, database)
        site.open()
        yield site
        if isinstance(broker, RabbitThere):
            clean_up(site.bus_url)
    finally:
        cluster.end()
        receiver.close()
        database.stop()
        shutil.rmtree(folder / "run", ignore_errors=True)


@contextmanager
def embedded(folder: Path) -> Iterator[Site]:
    """Start the product with servers of its own, as `make run` does."""
    with _running(folder, {}) as site:
        site.open()
        yield site


@contextmanager
def _running(folder: Path, chosen: dict[str, str], launcher: str = LAUNCHER) -> Iterator[Site]:
    once = folder / "once"
    once.mkdir(parents=True)
    chosen = {**_CHOSEN, "FAULT_ONCE": str(once), **chosen}
    product = Product(ports.free(), folder / "run", chosen, launched_by=launcher)
    receiver = Receiver()
    product.start()
    try:
        yield Site(product, once, receiver)
    finally:
        product.end(signal.SIGTERM)
        receiver.close()
        shutil.rmtree(folder / "run", ignore_errors=True)


def _proxy(url: str) -> Proxy:
    address = urlsplit(url)
    return Proxy((address.hostname or "", address.port or 5672))


def _through(url: str, proxy: Proxy) -> str:
    address = urlsplit(url)
    user = address.netloc.rpartition("@")[0]
    return address._replace(netloc=f"{user}@127.0.0.1:{proxy.port}").geturl()
