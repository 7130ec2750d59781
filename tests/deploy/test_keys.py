"""The keys and passwords of an installation: servers take them, and each opens its own alone."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pika
import psycopg
import pytest
import yaml
from pika.exceptions import ChannelClosedByBroker

from deploy import keys
from deploy.local import postgres
from services.webhooks.outside.sealing import Seal
from shared.bus.interface import Address
from shared.bus.rabbitmq.topology import Names, declare_exchange
from shared.identity import Signer, Verifier
from shared.settings import SERVICES

ADDRESSES = ("postgresql://db:5432", "amqp://broker:5672", "redis://counter:6379/0")


def test_the_folder_is_its_owners_and_is_made_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "secrets"
    assert keys.main(["make", str(folder)]) == 0
    made = keys.read(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.glob("*/*")} == {0o444}
    assert keys.main(["make", str(folder)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert keys.read(folder) == made


def test_each_part_is_a_secret_of_a_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keys.make(*ADDRESSES)
    keys.write(made, tmp_path / "secrets")
    assert keys.main(["secrets", str(tmp_path / "secrets"), "--namespace", "money"]) == 0
    printed = list(yaml.safe_load_all(capsys.readouterr().out))
    assert {one["metadata"]["name"]: one["stringData"] for one in printed} == made
    assert {one["metadata"]["namespace"] for one in printed} == {"money"}


def test_a_service_has_what_it_needs_and_nothing_of_others() -> None:
    made = keys.make(*ADDRESSES, direct="postgresql://primary:5432")
    common = {"service-key.pem", "database-url", "database-direct-url", "event-bus-url"}
    common |= {"username", "password"}
    assert {service: set(made[service]) - common for service in SERVICES} == {
        "auth": {"quota-storage-url"},
        "portfolio": set(),
        "assets": set(),
        "analytics": set(),
        "webhooks": {"secret-key"},
    }
    assert made["assets"]["database-url"].endswith("@db:5432/assets")
    assert made["assets"]["database-direct-url"].endswith("@primary:5432/assets")
    texts = [text for part in SERVICES for text in made[part].values()]
    assert len(set(texts)) == len(texts)


def test_services_believe_each_other(tmp_path: Path) -> None:
    keys.write(keys.make(*ADDRESSES), tmp_path / "secrets")
    signer = Signer("portfolio", tmp_path / "secrets" / "portfolio" / "service-key.pem")
    verifier = Verifier(tmp_path / "secrets" / "public-keys", "assets")
    assert verifier.caller(signer.service_token("assets")).name == "portfolio"
    seal = Seal(tmp_path / "secrets" / "webhooks" / "secret-key")
    assert seal.open(seal.close("hidden")) == "hidden"


@pytest.mark.parametrize(
    "addresses",
    [
        ("mysql://db", *ADDRESSES[1:]),
        (ADDRESSES[0], "nats://broker:4222", ADDRESSES[2]),
        (*ADDRESSES[:2], "redis://me@counter"),
    ],
)
def test_another_server_is_refused(addresses: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="without user and password"):
        keys.make(*addresses)


def test_postgresql_makes_databases_that_their_own_role_alone_opens(postgres_url: str) -> None:
    host = postgres_url.rpartition("@")[2].partition("/")[0]
    made = keys.make(f"postgresql://{host}", *ADDRESSES[1:])
    for _ in range(2):
        _psql(postgres_url, made["postgres"]["databases.sql"])
    try:
        for service in SERVICES:
            with psycopg.connect(made[service]["database-url"]) as connection:
                connection.execute("CREATE TABLE mine (id int)")
        other = made["webhooks"]["database-url"].removesuffix("/webhooks") + "/auth"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(other)
        wrong = made["webhooks"]["database-url"].replace("//webhooks:", "//webhooks:x")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    finally:
        for service in SERVICES:
            _psql(postgres_url, f"DROP DATABASE {service}; DROP ROLE {service};")


@pytest.fixture
def on_rabbitmq(rabbitmq_url: str) -> Iterator[keys.Credentials]:
    """Give credentials that the RabbitMQ that is there has loaded."""
    host = rabbitmq_url.rpartition("@")[2].rstrip("/")
    namespace = f"test-{secrets.token_hex(4)}"
    made = keys.make(ADDRESSES[0], f"amqp://{host}?namespace={namespace}", ADDRESSES[2])
    loaded = _rabbitmqctl("import_definitions", given=made["rabbitmq"]["definitions.json"])
    if loaded.returncode:
        message = f"NOT TESTED: definitions, which rabbitmqctl can't load: {loaded.stderr}"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    yield made
    with pika.BlockingConnection(_parameters(made, "bus-owner")) as connection:
        names = Names.of(Address.parse(made["bus-owner"]["event-bus-url"]), "portfolio")
        connection.channel().exchange_delete(names.exchange)
    users = [user["name"] for user in json.loads(made["rabbitmq"]["definitions.json"])["users"]]
    # At once: to start rabbitmqctl takes longer than all that it does.
    _rabbitmqctl(
        "eval",
        f'[rabbit_auth_backend_internal:delete_user(U, <<"test">>) || U <- {_binaries(users)}].',
    )


def test_rabbitmq_lets_a_service_publish_its_own_events_alone(
    on_rabbitmq: keys.Credentials,
) -> None:
    names = Names.of(Address.parse(on_rabbitmq["auth"]["event-bus-url"]), "auth")
    with pika.BlockingConnection(_parameters(on_rabbitmq, "bus-owner")) as connection:
        declare_exchange(connection.channel(), names)
    with pika.BlockingConnection(_parameters(on_rabbitmq, "auth")) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(names.exchange, "user-created", b"{}")
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            channel.basic_publish(names.exchange, "portfolio-created", b"{}")


def _parameters(made: Mapping[str, Mapping[str, str]], part: str) -> pika.URLParameters:
    return pika.URLParameters(Address.parse(made[part]["event-bus-url"]).with_password())


def _rabbitmqctl(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = ["rabbitmqctl", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def _binaries(texts: list[str]) -> str:
    """Return a list as Erlang writes it."""
    return "[" + ", ".join(f'<<"{text}">>' for text in texts) + "]"


def _psql(url: str, script: str) -> None:
    command = [str(postgres.binary("psql")), "--quiet", url]
    subprocess.run(command, input=script, text=True, check=True)
