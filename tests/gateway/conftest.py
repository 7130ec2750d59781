"""One Traefik a module, with the real portal, a scriptable auth and services that echo."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from gateway.portal.app import create_app
from gateway.portal.settings import PortalSettings
from shared.settings import SERVICES
from tests.gateway import backends
from tests.gateway.backends import Backend
from tests.gateway.traefik import Door, running_gateway

GOOD = {"Authorization": "Token good"}


@dataclass(frozen=True)
class Site:
    """A running gateway and what stands behind it."""

    door: Door
    services: dict[str, Backend]

    @property
    def url(self) -> str:
        return self.door.url

    def forget(self) -> None:
        """Forget what the services have seen."""
        for service in self.services.values():
            service.seen.clear()

    def reached(self) -> list[str]:
        """Return what got through to a service, auth's decisions not counted."""
        return [
            f"{name} {seen.method} {seen.target}"
            for name, service in self.services.items()
            for seen in service.seen
            if seen.path != "/internal/authorize"
        ]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Leave the log to the application."""


@contextmanager
def running_portal(urls: dict[str, str], workers: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run the portal, told of the services at `urls` and of their `workers`."""
    app = create_app(PortalSettings(urls=urls, workers=workers or {}, log_level="ERROR"))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def standing_site(folder: Path, *options: str, **named: str) -> Iterator[Site]:
    """Run all of it; `options` are further ones of the renderer, `named` of `running_gateway`."""
    with ExitStack() as stack:
        services = {
            name: stack.enter_context(
                backends.running(backends.auth if name == "auth" else backends.echo(name))
            )
            for name in SERVICES
        }
        urls = {name: service.url for name, service in services.items()}
        portal = stack.enter_context(running_portal(urls))
        door = running_gateway(folder, {**urls, "portal": portal}, *options, **named)
        yield Site(stack.enter_context(door), services)


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with standing_site(tmp_path_factory.mktemp("traefik")) as site:
        yield site


@pytest.fixture
def site(running_site: Site) -> Site:
    running_site.forget()
    return running_site
