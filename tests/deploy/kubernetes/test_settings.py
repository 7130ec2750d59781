"""What processes are told is what they read, and every Secret that they open has what they want."""

import json
import os
import runpy
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from deploy import keys
from deploy.kubernetes import tables
from gateway.portal import settings as portal
from services.webhooks.outside.sealing import Seal
from shared.identity import Signer, Verifier
from shared.settings import FILE_SUFFIX, SERVICES, ServiceSettings
from tests.deploy.kubernetes.conftest import Document, containers, of_kind, pods

GUNICORN = Path(__file__).resolve().parents[3] / "shared" / "http" / "gunicorn_settings.py"
MADE = keys.make(
    "postgresql://pooler:5432",
    "amqp://rabbitmq:5672",
    "redis://redis:6379/0",
    direct="postgresql://postgres-rw:5432",
)


class Asked(dict[str, str]):
    """An environment that remembers what was asked of it."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__(told)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Return a variable."""
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each Secret is one."""
    made = tmp_path_factory.mktemp("secrets") / "made"
    keys.write(MADE, made)
    return made


def _processes(of: Sequence[Document]) -> Iterator[tuple[str, Document]]:
    """Yield service → container, of all that read settings."""
    for name, template in pods(of).items():
        for container in containers(template):
            if "envFrom" in container:
                yield name.partition("/")[2].rpartition("-")[0], container


def _told(
    of: Sequence[Document], service: str, container: Document, folder: Path
) -> dict[str, str]:
    """Return the variables of a container, whose Secrets lie in `folder`."""
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(of, "ConfigMap")}
    told = {variable["name"]: variable["value"] for variable in container["env"]}
    for source in container["envFrom"]:
        told |= maps[source["configMapRef"]["name"]]
    places = {tables.SECRETS_DIR: folder / service, tables.KEYS_DIR: folder / tables.PUBLIC_KEYS}
    for inside, place in places.items():
        told = {name: value.replace(inside, str(place)) for name, value in told.items()}
    return told


def _load(service: str) -> Callable[[], object]:
    if service == "portal":
        return portal.load
    loaded: Callable[[], object] = import_module(f"services.{service}.settings").load
    return loaded


@pytest.mark.parametrize("overlay", ["small", "production", "external"])
def test_processes_read_all_that_they_are_told_and_start_with_it(
    overlays: Mapping[str, Sequence[Document]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    overlay: str,
) -> None:
    of = overlays[overlay]
    for service, container in _processes(of):
        asked = Asked(_told(of, service, container, folder))
        monkeypatch.setattr(os, "environ", asked)
        settings = _load(service)()
        if "gunicorn" in container["command"]:
            runpy.run_path(str(GUNICORN))
        # What all are told: addresses that one of them does not call, and threads that a worker's
        # pool of connections goes by.
        unread = set(asked) - asked.names - set(tables.CONFIGURATION)
        assert unread == set(), (service, container["name"])
        if isinstance(settings, ServiceSettings):
            assert settings.database_url == MADE[service]["database-url"]
            assert settings.database_direct_url == MADE[service]["database-direct-url"]
            assert settings.event_bus_url == MADE[service]["event-bus-url"]
            signer = Signer(service, settings.service_key_file)
            verifier = Verifier(settings.keys_dir, "auth")
            assert verifier.caller(signer.service_token("auth")).name == service
        if service == "webhooks":
            assert Seal(Path(asked["WEBHOOKS_SECRET_KEY_FILE"])).close("it opens")
        if service == "auth":
            assert "quota-storage-url" in MADE["auth"]
            assert asked[f"QUOTA_STORAGE_URL{FILE_SUFFIX}"].endswith("quota-storage-url")
    monkeypatch.undo()


def test_what_all_are_told_is_read_by_somebody(
    overlays: Mapping[str, Sequence[Document]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: set[str] = set()
    for service, container in _processes(overlays["small"]):
        asked = Asked(_told(overlays["small"], service, container, folder))
        monkeypatch.setattr(os, "environ", asked)
        _load(service)()
        read |= asked.names
    monkeypatch.undo()
    assert set(tables.CONFIGURATION) <= read


def test_every_secret_and_key_that_a_pod_opens_is_made(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, of in everything.items():
        generated = {one["metadata"]["name"]: one["data"] for one in of_kind(of, "ConfigMap")}
        for template in pods(of).values():
            volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
            for container in containers(template):
                for mount in container["volumeMounts"]:
                    volume = volumes.get(mount["name"], {})  # or a disk
                    if "secret" in volume:
                        made = MADE[volume["secret"]["secretName"]]
                        assert mount.get("subPath") in {None, *made}, name
                    if "configMap" in volume:
                        assert mount["subPath"] in generated[volume["configMap"]["name"]], name


def test_files_of_secrets_are_keys_of_them() -> None:
    for service in SERVICES:
        assert set(tables.secret_files(service)) <= set(MADE[service])
    for name, made in tables.secrets().items():
        assert set(made) <= set(MADE[name])


def test_the_job_of_the_bus_is_its_owner(overlays: Mapping[str, Sequence[Document]]) -> None:
    for of in overlays.values():
        (container,) = containers(pods(of)["Job/bus-declare"])
        (variable,) = container["env"]
        assert variable["name"] == "EVENT_BUS_URL_FILE"
        assert Path(variable["value"]).name in MADE[tables.BUS_OWNER]


def test_no_manifest_holds_a_password(everything: Mapping[str, Sequence[Document]]) -> None:
    for of in everything.values():
        assert of_kind(of, "Secret") == []
        assert "://finance:" not in json.dumps(of)


def test_a_changed_setting_has_another_name(
    overlays: Mapping[str, Sequence[Document]], components: Mapping[str, Sequence[Document]]
) -> None:
    """So that pods are replaced by such as read it."""

    def name(of: Sequence[Document]) -> str:
        (one,) = (it for it in of_kind(of, "ConfigMap") if "AUTH_URL" in it["data"])
        used = {it["envFrom"][0]["configMapRef"]["name"] for _, it in _processes(of)}
        assert used == {one["metadata"]["name"]}
        return str(one["metadata"]["name"])

    assert name(overlays["small"]) == name(overlays["external"])
    assert name(components["trusted-proxies"]) != name(overlays["small"])
