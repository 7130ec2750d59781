"""Settings: everything from the environment, all mistakes at once."""

import importlib
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from environs import EnvValidationError

from shared import settings
from shared.settings import SERVICES

NAMES = (
    *("DATABASE_URL", "EVENT_BUS_URL", "KEYS_DIR", "SERVICE_KEY_FILE"),
    *(f"{service.upper()}_URL" for service in SERVICES),
)


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.setenv(name, f"value of {name}")
    for name in ("LOG_LEVEL", "METRICS_HOST", "METRICS_PORT", "THREADS", "GRACE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_what_is_needed_is_read_and_the_rest_has_defaults(complete: pytest.MonkeyPatch) -> None:
    found = settings.load("portfolio")
    assert found.name == "portfolio"
    assert found.database_url == found.database_direct_url == "value of DATABASE_URL"
    assert found.keys_dir == Path("value of KEYS_DIR")
    assert found.urls["analytics"] == "value of ANALYTICS_URL"
    assert (found.log_level, found.threads) == ("INFO", 8)
    assert (found.metrics_host, found.metrics_port) == ("127.0.0.1", 0)


def test_every_missing_variable_is_named_at_once(complete: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        complete.delenv(name)
    with pytest.raises(EnvValidationError) as caught:
        settings.load("portfolio")
    assert set(caught.value.error_messages) == set(NAMES)


@pytest.mark.parametrize("name", ["THREADS", "METRICS_PORT"])
def test_a_malformed_number_is_named(complete: pytest.MonkeyPatch, name: str) -> None:
    complete.setenv(name, "many")
    with pytest.raises(EnvValidationError, match=name):
        settings.load("portfolio")


@pytest.mark.parametrize("service", SERVICES)
def test_each_variable_of_a_service_may_lie_in_a_file(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = {
        **dict.fromkeys((*NAMES, "WEBHOOKS_SECRET_KEY_FILE"), "a value"),
        **{"THREADS": "3", "LOG_LEVEL": "ERROR", "MOST_OPEN_JOBS": "7"},
    }
    for name, value in values.items():
        monkeypatch.delenv(name, raising=False)
        file = tmp_path / name
        file.write_text(f"{value}\n")
        monkeypatch.setenv(f"{name}_FILE", str(file))
    found = importlib.import_module(f"services.{service}.settings").load()
    assert found.database_url == found.event_bus_url == found.urls["auth"] == "a value"
    assert (found.threads, found.log_level, found.caps["open jobs"]) == (3, "ERROR", 7)


def test_the_portal_and_gunicorn_read_files_too(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("http://assets:8000\n")
    (tmp_path / "size").write_text("5\n")
    told = {f"{service.upper()}_URL_FILE": str(tmp_path / "url") for service in SERVICES}
    script = (
        "from gateway.portal import settings; from shared.http import gunicorn_settings as size;"
        "print(settings.load().urls['assets'], size.threads, size.workers, size.graceful_timeout)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **told, "THREADS_FILE": str(tmp_path / "size"), "GRACE": "33"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "http://assets:8000 5 1 33\n"


def test_a_file_that_cannot_be_read_is_named_with_all_other_mistakes(
    complete: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe secret")
    complete.setenv("LOG_LEVEL_FILE", str(tmp_path / "missing"))
    complete.setenv("METRICS_HOST_FILE", str(tmp_path))
    complete.setenv("METRICS_PORT_FILE", str(tmp_path / "binary"))
    complete.setenv("THREADS", "many")
    with pytest.raises(EnvValidationError) as caught:
        settings.load("portfolio")
    assert caught.value.error_messages == {
        "LOG_LEVEL_FILE": [f"{tmp_path / 'missing'} cannot be read: No such file or directory."],
        "METRICS_HOST_FILE": [f"{tmp_path} cannot be read: Is a directory."],
        "METRICS_PORT_FILE": [f"{tmp_path / 'binary'} is no text."],
        "THREADS": ["Not a valid integer."],
    }


def test_what_is_given_both_ways_is_refused(complete: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://other")
    complete.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(EnvValidationError, match="DATABASE_URL is given as well"):
        settings.load("portfolio")


def test_settings_do_not_change(complete: pytest.MonkeyPatch) -> None:
    found = settings.load("portfolio")
    with pytest.raises(FrozenInstanceError):
        found.threads = 9  # type: ignore[misc]
