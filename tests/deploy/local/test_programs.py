"""The processes of a run: each is told what it needs, and nothing of the others."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from deploy.local import ports, settings
from deploy.local.programs import MARK, PORTS, Plan
from deploy.local.rundir import RunDir, State
from shared.settings import SERVICES


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    for name in ("HOST", "PORT", "BUS", "DATABASE", "QUOTA_STORAGE", "WORKERS", "LIMITS"):
        monkeypatch.delenv(name, raising=False)
    # Not the usual one, where a run may stand.
    monkeypatch.setenv("PORT", str(ports.free()))
    folder, state = RunDir(tmp_path), State()
    folder.prepare()
    state.choose_ports(PORTS, gateway=8000)
    state.make_passwords(("postgres", *SERVICES))
    return Plan(settings.load(), folder, state)


def names(plan: Plan) -> list[str]:
    return [program.name for program in plan.programs(plan.doorkeeper())]


def test_every_service_has_two_processes_between_the_servers_and_the_gateway(plan: Plan) -> None:
    services = [f"{service}-{kind}" for service in SERVICES for kind in ("web", "worker")]
    assert names(plan) == ["postgres", "nats", *services, "portal", "traefik"]


def test_servers_that_exist_are_not_started_again(plan: Plan) -> None:
    chosen = replace(plan.settings, bus="amqp://guest@h/", database="postgresql://admin@h:5433/x")
    outside = replace(plan, settings=chosen)
    assert not {"postgres", "nats"} & set(names(outside))
    instance = plan.state.instance
    assert outside.bus_url == f"amqp://guest@h/?namespace=finance-{instance}"
    database = f"finance_{instance}_auth"
    file = quote(str(plan.folder.database_password("auth")), safe="")
    url = f"postgresql://{database}@h:5433/{database}?passfile={file}"
    assert outside.database_url("auth") == url


def test_no_process_is_told_a_password_nor_where_that_of_another_lies(plan: Plan) -> None:
    for program in plan.programs(plan.doorkeeper()):
        owner = program.name.rpartition("-")[0]
        told = f"{program.command} {dict(program.environment)}"
        assert not [name for name, password in plan.state.passwords.items() if password in told]
        files = {name: str(plan.folder.database_password(name)) for name in SERVICES}
        known = {name for name, file in files.items() if quote(file, safe="") in told}
        assert known == ({owner} if owner in SERVICES else set()), program.name


def test_only_auth_and_webhooks_are_told_of_quotas_and_the_secrets_key(plan: Plan) -> None:
    told = {service: set(plan.service_environment(service)) for service in SERVICES}
    common = told["portfolio"]
    assert told["auth"] - common == {"QUOTA_STORAGE_URL", "QUOTA_NAMESPACE", "LIMITS"}
    assert told["webhooks"] - common == {"WEBHOOKS_SECRET_KEY_FILE"}
    assert told["assets"] == told["analytics"] == common


def test_the_persons_own_environment_changes_nothing_but_what_is_meant_to(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGOPTIONS", "GUNICORN_CMD_ARGS", "DATABASE_URL", "PYTHONPATH", "WORKERS"):
        monkeypatch.setenv(name, "surprise")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("DATA_SOURCES", "own")
    monkeypatch.setenv("DATA_SOURCE_OWN", "/data/prices.csv")
    monkeypatch.setenv("QUOTA_LOGIN_FILE", "/etc/finance/login")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/own.pem")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    seen = plan.marked_environment()
    assert (seen["QUOTA_LOGIN_FILE"], seen["SSL_CERT_FILE"]) == (
        "/etc/finance/login",
        "/etc/ssl/own.pem",
    )
    assert seen["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
    assert "surprise" not in seen.values()
    assert (seen["LOG_LEVEL"], seen[MARK]) == ("DEBUG", str(plan.folder.path))
    assert (seen["DATA_SOURCES"], seen["DATA_SOURCE_OWN"]) == ("own", "/data/prices.csv")


def test_the_marks_of_a_run_are_not_on_a_command_line(plan: Plan) -> None:
    """Else a command would be ended with what a run has left."""
    assert MARK not in plan.command_environment("auth")


def test_several_workers_share_their_counters_and_auth_has_one(plan: Plan) -> None:
    many = replace(plan, settings=replace(plan.settings, workers=3))
    told = {program.name: program.environment for program in many.programs(many.doorkeeper())}
    assert (told["assets-web"]["WORKERS"], told["auth-web"]["WORKERS"]) == ("3", "1")
    folders = {
        told[f"{name}-web"]["PROMETHEUS_MULTIPROC_DIR"] for name in SERVICES if name != "auth"
    }
    assert len(folders) == len(SERVICES) - 1
    assert "PROMETHEUS_MULTIPROC_DIR" not in told["auth-web"]


def test_two_runs_share_no_counters(plan: Plan, tmp_path: Path) -> None:
    copy = replace(plan, folder=RunDir(tmp_path / "copy"))
    assert plan.metrics != copy.metrics


def test_postgres_has_a_connection_for_every_thread_of_every_process(plan: Plan) -> None:
    """Two for each of eight threads, two more for a pool; and 30 to spare."""
    process = 2 * 8 + 2
    assert plan.max_connections() == len(SERVICES) * 2 * process + 30
    many = replace(plan, settings=replace(plan.settings, workers=3))
    assert many.max_connections() == len(SERVICES) * 4 * process + 30
