"""Settings: everything from the environment, all mistakes at once."""

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
    for name in ("LOG_LEVEL", "METRICS_HOST", "METRICS_PORT", "THREADS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_what_is_needed_is_read_and_the_rest_has_defaults(complete: pytest.MonkeyPatch) -> None:
    found = settings.load("portfolio")
    assert found.name == "portfolio"
    assert found.database_url == "value of DATABASE_URL"
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


def test_settings_do_not_change(complete: pytest.MonkeyPatch) -> None:
    found = settings.load("portfolio")
    with pytest.raises(FrozenInstanceError):
        found.threads = 9  # type: ignore[misc]
