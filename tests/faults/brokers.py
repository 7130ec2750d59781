"""Brokers that can be stopped, killed and started again, and one that only can be reached."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import pika
import psutil
from pika.exceptions import AMQPError

from deploy.local import nats, ports
from deploy.local.servers import Server
from shared.bus.interface import Address
from shared.bus.rabbitmq.topology import Names, channel_to
from shared.settings import SERVICES
from shared.testing import wait_until

WITNESS: Final = "witness"
_RABBITMQ: Final = Path("/usr/lib/rabbitmq/bin")
_ALARM: Final = "0.00001"  # of the memory, from which on publishers wait
_NO_ALARM: Final = "0.4"


class Broker(Protocol):
    """A broker that the product uses through a proxy.

    Attributes:
        name: with its version.
        url: for clients; the same after each start.
    """

    name: str
    url: str

    def close(self) -> None:
        """Leave nothing behind."""


@runtime_checkable
class OwnBroker(Broker, Protocol):
    """A broker that nobody else needs."""

    def start(self) -> None:
        """Start it, and wait until it answers."""

    def stop(self) -> None:
        """End it the clean way."""

    def kill(self) -> None:
        """End it at once."""


class Nats:
    """NATS of our own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = ports.free()
        self._server = self._started()
        self.url = self._server.url
        program = nats.command(folder)[0]
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        self.name = f"NATS {version.stdout.split()[-1].removeprefix('v')}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server = self._started()

    def stop(self) -> None:
        """End it the clean way."""
        self._server.stop()

    def kill(self) -> None:
        """End it at once."""
        self._server.process.kill()
        self._server.process.wait()

    def close(self) -> None:
        """Leave nothing behind."""
        self.stop()

    def _started(self) -> Server:
        return nats.start(self._folder, self._port, password="faults")


class RabbitNode:
    """A node of our own of the RabbitMQ that is installed."""

    def __init__(self, folder: Path) -> None:
        port, dist, epmd = ports.free(), ports.free(), ports.free()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/"
        folder.mkdir(parents=True)
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        self._log = folder / "out.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"faults{port}@localhost",
            "RABBITMQ_DIST_PORT": str(dist),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
        }
        self._process = self._started()
        self.name = f"RabbitMQ {_version(self.url)}"

    @staticmethod
    def is_installed() -> bool:
        """Whether there is a RabbitMQ to make a node of."""
        return (_RABBITMQ / "rabbitmq-server").exists()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = self._started()

    def stop(self) -> None:
        """End it the clean way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._end(signal.SIGKILL)

    def alarm(self, is_on: bool) -> None:
        """Have it say that its memory is full, so that publishers have to wait, or no longer."""
        level = _ALARM if is_on else _NO_ALARM
        command = [str(_RABBITMQ / "rabbitmqctl"), "set_vm_memory_high_watermark", level]
        subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """End it, with the name server that Erlang has started beside it."""
        self.stop()
        command = ["epmd", "-kill"]
        subprocess.run(command, env=self._environment, check=False, stdout=subprocess.DEVNULL)

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [_RABBITMQ / "rabbitmq-server"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: _version(self.url))
        return process

    def _end(self, number: signal.Signals) -> None:
        """Send its family a signal; Erlang's own processes are below a shell."""
        process = psutil.Process(self._process.pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.Error):  # it has ended with another one
                if number == signal.SIGKILL or member.name() == "beam.smp":
                    member.send_signal(number)
        self._process.wait()
        psutil.wait_procs(family)


class RabbitThere:
    """A RabbitMQ that somebody else runs, which nobody may stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"RabbitMQ {_version(url)}"

    def close(self) -> None:
        """Leave it alone."""


def clean_up(url: str) -> None:
    """Delete what the namespace of `url` has in a RabbitMQ."""
    address = Address.parse(url)
    with channel_to(address, "faults") as channel:
        for service in (*SERVICES, WITNESS):
            names = Names.of(address, service)
            channel.queue_delete(names.queue)
            channel.queue_delete(names.dead_queue)
            channel.exchange_delete(names.exchange)
            channel.exchange_delete(names.dead_exchange)


def _version(url: str) -> str:
    """Return the version of the RabbitMQ at `url`, "" while it does not answer."""
    try:
        with contextlib.closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
            # pika has no other name for what the server says of itself.
            return str(connection._impl.server_properties["version"])
    except (AMQPError, OSError):
        return ""
