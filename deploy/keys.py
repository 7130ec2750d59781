"""Every key and password of a new installation, for whoever starts it otherwise than `make run`.

`python -m deploy.keys make FOLDER` makes them, each sub-folder for one program alone; `… secrets
FOLDER` prints each sub-folder as a Secret of Kubernetes. A file has the name of the variable that
reads it: `database-url` is `DATABASE_URL_FILE`.
"""

import argparse
import base64
import hashlib
import hmac
import json
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy import bus
from shared.bus.interface import Address
from shared.settings import SERVICES

OWNER: Final = "finance"  # of the event bus
# Sub-folder, or Secret → name of a file, or key → what it holds.
Credentials = Mapping[str, Mapping[str, str]]

_ITERATIONS: Final = 4096  # PostgreSQL's own


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "make":
            made = make(options.database, options.bus, options.quotas, direct=options.direct)
            write(made, options.folder)
            print(f"Keys and passwords lie in {options.folder}: let nobody else read it.")
        else:
            yaml.safe_dump_all(
                manifests(read(options.folder), options.namespace), sys.stdout, sort_keys=False
            )
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def make(database: str, event_bus: str, quotas: str, *, direct: str | None = None) -> Credentials:
    """Return new keys and passwords, and what the servers must be told of them.

    Args:
        database: `postgresql://host:port`; with parameters, if there are any.
        event_bus: `amqp://host:port`, the same.
        quotas: `redis://host:port/number`.
        direct: the database where `database` is a pool of connections before it.

    Raises:
        ValueError: an address is of another kind.
    """
    for url, scheme in ((database, "postgresql"), (event_bus, "amqp"), (quotas, "redis")):
        if not urlsplit(url).scheme.startswith(scheme) or "@" in url:
            raise ValueError(f"{url} must be {scheme}://host:port, without user and password.")
    address = Address.parse(event_bus)
    roles = {service: new_password() for service in SERVICES}
    signing = {service: new_key() for service in SERVICES}
    accounts = {name: bus.account_of(address, name) for name in (OWNER, *SERVICES)}
    on_bus = {account: new_password() for account in accounts.values()}
    counter = new_password()

    def bus_url(name: str) -> str:
        return _with_user(event_bus, accounts[name], on_bus[accounts[name]])

    def of(service: str) -> Iterator[tuple[str, str]]:
        yield "service-key.pem", signing[service]
        for name, server in (("database-url", database), ("database-direct-url", direct)):
            url = _with_user(server or database, service, roles[service])
            yield name, urlsplit(url)._replace(path=f"/{service}").geturl()
        # The same account as CloudNativePG's operator reads it.
        yield "username", service
        yield "password", roles[service]
        yield "event-bus-url", bus_url(service)
        if service == "auth":
            yield "quota-storage-url", _with_user(quotas, "", counter)
        if service == "webhooks":
            yield "secret-key", Fernet.generate_key().decode("ascii")

    definitions = bus.definitions(address, accounts[OWNER], on_bus)
    return {
        "public-keys": {f"{name}.public.pem": public_part(key) for name, key in signing.items()},
        **{service: dict(of(service)) for service in SERVICES},
        "bus-owner": {"event-bus-url": bus_url(OWNER)},
        "postgres": {"password": new_password(), "databases.sql": _databases(roles)},
        "rabbitmq": {"definitions.json": json.dumps(definitions, indent=2)},
        "redis": {"redis.conf": f'requirepass {counter}\nsave ""\nappendonly no\n'},
    }


def write(credentials: Credentials, folder: Path) -> None:
    """Write a new folder that only its owner may open.

    What lies in it anybody may read: containers are given single files of it, and read them as
    other users.

    Raises:
        ValueError: it is there already, and what was made with its keys would be lost.
        OSError: it cannot be written.
    """
    if folder.exists():
        raise ValueError(f"{folder} is there already, and stays what it is.")
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    for name, files in credentials.items():
        (unfinished / name).mkdir()
        (unfinished / name).chmod(0o755)
        for file, text in files.items():
            (unfinished / name / file).write_text(text, encoding="ascii")
            (unfinished / name / file).chmod(0o444)
    unfinished.rename(folder)


def read(folder: Path) -> Credentials:
    """Return what lies in a folder.

    Raises:
        OSError: it is not there.
    """
    return {
        part.name: {file.name: file.read_text(encoding="ascii") for file in sorted(part.iterdir())}
        for part in sorted(folder.iterdir())
    }


def manifests(credentials: Credentials, namespace: str) -> Iterator[dict[str, Any]]:
    """Yield a Secret for each part."""
    for name, files in credentials.items():
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "type": "Opaque",
            "stringData": dict(files),
        }


def new_key() -> str:
    """Return a new private Ed25519 key in PEM."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_part(private: str) -> str:
    """Return the public key of a private one, both in PEM."""
    key = load_pem_private_key(private.encode(), password=None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def new_password() -> str:
    """Return a new password that may stand in a URL as it is."""
    return secrets.token_urlsafe(24)


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}:{password}@{parts.netloc}").geturl()


def _databases(passwords: Mapping[str, str]) -> str:
    """Return what psql makes the databases of, each with a role that can open no other.

    It may be run again: what is there keeps its data, and has the passwords that stand here.
    """
    lines = ["\\set ON_ERROR_STOP on"]
    for name, password in passwords.items():
        # The names are our own.
        database = f"(SELECT FROM pg_database WHERE datname = '{name}')"  # nosec B608
        lines += [
            f"SELECT 'CREATE ROLE {name} LOGIN' WHERE to_regrole('{name}') IS NULL \\gexec",
            f"ALTER ROLE {name} PASSWORD '{_verifier(password)}';",
            f"SELECT 'CREATE DATABASE {name} OWNER {name}' WHERE NOT EXISTS {database} \\gexec",
            f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC;",
        ]
    return "\n".join([*lines, ""])


def _verifier(password: str) -> str:
    """Return what PostgreSQL keeps of a password (SCRAM, RFC 5803): no log can then hold it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, client_text, server_text = (
        base64.b64encode(part).decode("ascii") for part in (salt, client, server)
    )
    return f"SCRAM-SHA-256${_ITERATIONS}:{salt_text}${client_text}:{server_text}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.keys", description="Make the keys and passwords of an installation."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="make all of them, in a new folder")
    making.add_argument("folder", type=Path)
    for option, usual, text in (
        ("--database", "postgresql://postgres:5432", "where PostgreSQL answers"),
        ("--bus", "amqp://rabbitmq:5672", "where RabbitMQ answers"),
        ("--quotas", "redis://redis:6379/0", "where Redis answers"),
    ):
        making.add_argument(option, default=usual, metavar="URL", help=f"{text} (%(default)s)")
    making.add_argument(
        "--direct", metavar="URL", help="PostgreSQL itself, where --database is a PgBouncer"
    )
    printing = commands.add_parser("secrets", help="print a folder as Secrets of Kubernetes")
    printing.add_argument("folder", type=Path)
    printing.add_argument("--namespace", default="finance", help="of the Secrets (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
