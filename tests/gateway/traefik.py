"""The real Traefik, rendered for given services; the end-to-end tests may use it too."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path

import yaml

from deploy.local import ports
from gateway.__main__ import main
from gateway.routes import SERVICES
from shared.testing import wait_until

_NOWHERE = "http://127.0.0.1:9"  # the discard port: a service that is down


@dataclass(frozen=True)
class Door:
    """Where the gateway listens, and its process."""

    host: str
    port: int
    internal_port: int
    process: subprocess.Popen[bytes]
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{_at(self.host, self.port)}"


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def running_gateway(
    folder: Path,
    urls: Mapping[str, str],
    *options: str,
    host: str = "127.0.0.1",
    scheme: str = "http",
    beside: str = "",
) -> Iterator[Door]:
    """Run Traefik for the services at `urls`; those not named are down.

    Args:
        folder: for its files and its log.
        urls: service → base URL.
        options: further ones of the renderer.
        host: where it listens.
        scheme: "https" with a certificate of its own making, which an operator replaces.
        beside: base URL of another replica of whatever is down.
    """
    port, internal_port = ports.free(), ports.free()
    services = [f"--service={name}={urls.get(name, _NOWHERE)}" for name in SERVICES]
    entry_points = [f"--entrypoint={_at(host, port)}", f"--internal=127.0.0.1:{internal_port}"]
    assert main(["render", f"--out={folder}", *entry_points, *services, *options]) == 0
    if scheme == "https":
        static = yaml.safe_load((folder / "traefik.yml").read_text())
        static["entryPoints"]["web"]["http"]["tls"] = {}
        (folder / "traefik.yml").write_text(yaml.safe_dump(static))
    if beside:
        _add_replicas(folder / "dynamic.yml", beside)
    binary = Path(sys.executable).with_name("traefik")
    log = folder / "traefik.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [binary, f"--configFile={folder / 'traefik.yml'}"], stdout=output, stderr=output
        ) as process,
    ):
        door = Door(host, port, internal_port, process, scheme)
        try:
            _wait_until_routed(door, log)
            yield door
        finally:
            process.kill()


@dataclass(frozen=True)
class RawAnswer:
    """What came back on a raw connection."""

    status: int
    headers: Message
    body: bytes


def raw(door: Door, request: bytes, *, timeout: float = 30) -> RawAnswer:
    """Send bytes as they are, on a connection of their own, and return the answer."""
    return sent((door.host, door.port), request, timeout=timeout)


def sent(address: tuple[str, int], request: bytes, *, timeout: float = 30) -> RawAnswer:
    """Do the same at any address."""
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        return RawAnswer(response.status, response.headers, response.read())


def _add_replicas(file: Path, url: str) -> None:
    """Let what is down have another server."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    for service in document["http"]["services"].values():
        servers = service.get("loadBalancer", {}).get("servers", [])
        if {"url": _NOWHERE} in servers:
            servers.append({"url": url})
    file.write_text(yaml.safe_dump(document), encoding="utf-8")


def _wait_until_routed(door: Door, log: Path) -> None:
    def is_routed() -> bool:
        assert door.process.poll() is None, f"Traefik did not start:\n{log.read_text()}"
        try:
            # Before the routes are read Traefik answers its own 404 in plain text; what the others
            # ask is known with them.
            inside = ("127.0.0.1", door.internal_port)
            return sent(inside, b"GET /flood HTTP/1.1\r\nHost: x\r\n\r\n").status != 404
        except OSError:
            return False

    wait_until(is_routed)
