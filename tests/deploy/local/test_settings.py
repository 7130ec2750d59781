"""What the person who starts the run may choose; every mistake in one clear line."""

from pathlib import Path

import pytest

from deploy.local import settings
from deploy.local.errors import RunError

VARIABLES = (
    *("HOST", "PORT", "RUN_DIR", "BUS", "DATABASE"),
    *("QUOTA_STORAGE", "DEMO", "WORKERS", "LIMITS", "DATA_SOURCE", "DATA_SOURCES"),
    *("CORS_ORIGINS", "MAKEFLAGS"),
)


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def complaint() -> str:
    with pytest.raises(RunError) as caught:
        settings.load()
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_without_a_choice_everything_is_embedded_and_local() -> None:
    chosen = settings.load()
    assert (chosen.host, chosen.port, chosen.workers) == ("127.0.0.1", 8000, 1)
    assert (chosen.bus, chosen.database, chosen.quota_storage) == (None, None, "memory://")
    assert chosen.run_dir == Path.cwd() / ".run"
    assert chosen.demo
    assert chosen.limits
    assert chosen.is_local


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "example.org"),
        ("HOST", "999.0.0.1"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("BUS", "kafka://broker"),
        ("BUS", 'amqp://a"b'),
        ("DATABASE", "mysql://server"),
        ("QUOTA_STORAGE", "file:///tmp"),
        ("DEMO", "perhaps"),
        ("WORKERS", "0"),
        ("LIMITS", "some"),
        ("DATA_SOURCE", "ftp://x"),
        ("DATA_SOURCES", "ecb,ftp://x"),
        ("CORS_ORIGINS", "https://app.example/page"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_TRACES_SAMPLER_ARG", "2"),
        # Read by services alone.
        ("LOG_LEVEL", "chatty"),
        ("MOST_OPEN_JOBS", "0"),
        ("QUOTA_STANDARD", "many"),
        ("QUOTA_LOGIN", "10"),
        ("DATA_SOURCE_SECONDS", "60"),
        ("DATA_REFRESH_HOURS", "daily"),
        ("BENCHMARK_ALIASES", "SPY"),
        ("WEBHOOKS_ALLOW_PRIVATE", "some"),
        # Read by nobody.
        ("WORKER", "3"),
        ("DATABSE", "postgresql://server"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert complaint().startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("WORKER=3", "WORKER: There is no such setting: is WORKERS meant?"),
        ("PROT=9000", "PROT: There is no such setting: is PORT meant?"),
        ("COLOUR=red", "COLOUR: There is no such setting."),
        ("DATA_SOURCES=ecb DATA_SOURCE_EBC=https://x", "DATA_SOURCE_EBC: There is no such setting"),
    ],
)
def test_what_make_was_given_must_be_a_setting(
    monkeypatch: pytest.MonkeyPatch, given: str, expected: str
) -> None:
    for name, value in (pair.split("=") for pair in given.split()):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MAKEFLAGS", f"w --jobserver-auth=3,4 -- {given}")
    assert complaint().startswith(expected)


def test_what_make_may_be_given_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    given = r"PYTHON=python3.12 PORT=8001 RUN_DIR=/tmp/a\ b=c TZ=UTC"
    monkeypatch.setenv("MAKEFLAGS", f" -- {given}")
    assert settings.load().port == 8000  # make has it in the environment too


def test_a_choice_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://owner:secret@server/\n")
    monkeypatch.setenv("DATABASE_FILE", str(tmp_path / "database"))
    monkeypatch.setenv("MAKEFLAGS", f" -- DATABASE_FILE={tmp_path / 'database'}")
    assert settings.load().database == "postgresql://owner:secret@server/"
    monkeypatch.setenv("DATABASE_FILE", str(tmp_path / "missing"))
    assert complaint().startswith("DATABASE_FILE: ")


def test_names_of_other_programs_are_no_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOSTS", "PORTS", "HOSTNAME", "DATABASE_URL", "DATA_SOURCE_STOOQ"):
        monkeypatch.setenv(name, "anything")
    settings.load()


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("BUS", "kafka://broker")
    said = complaint()
    assert "PORT: " in said
    assert "BUS: Must be amqp://… or amqps://… or nats://… or tls://…" in said


def test_a_folder_with_a_blank_or_a_percent_sign_is_fine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUN_DIR", str(tmp_path / "my 100% run"))
    assert settings.load().run_dir == tmp_path / "my 100% run"


@pytest.mark.parametrize(
    ("host", "is_local", "entrypoint"),
    [
        ("localhost", True, "localhost:8000"),
        ("127.0.0.5", True, "127.0.0.5:8000"),
        ("::1", True, "[::1]:8000"),
        ("0.0.0.0", False, "0.0.0.0:8000"),
        ("::", False, "[::]:8000"),
        ("192.0.2.1", False, "192.0.2.1:8000"),
    ],
)
def test_only_a_loopback_address_is_local(
    monkeypatch: pytest.MonkeyPatch, host: str, is_local: bool, entrypoint: str
) -> None:
    monkeypatch.setenv("HOST", host)
    chosen = settings.load()
    assert (chosen.is_local, chosen.entrypoint) == (is_local, entrypoint)


def test_auth_has_one_worker_where_it_counts_in_its_own_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKERS", "3")
    assert settings.load().auth_workers == 1
    monkeypatch.setenv("QUOTA_STORAGE", "redis://127.0.0.1:6379/1")
    assert settings.load().auth_workers == 3
