"""For whoever owns a broker: `python -m deploy.bus declare`, `… accounts`, `… table`.

Who publishes and who hears which events stands in `shared.events.catalogue`; from it follow the
queues or consumers that there must be, and what the account of each service may do. With `--team`
it is those of a team, which hears what it names, and publishes nothing.
"""

import argparse
import base64
import hashlib
import json
import re
import secrets
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from environs import EnvValidationError

from shared import bus
from shared.bus.interface import Address
from shared.bus.nats import accounts as nats
from shared.bus.nats.topology import Names as NatsNames
from shared.bus.rabbitmq import accounts as rabbitmq
from shared.bus.rabbitmq.topology import Names as RabbitNames
from shared.events.catalogue import CATALOGUE, HEARD, TOLD, told_topics, topics
from shared.settings import SERVICES, environment

_TEAM: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_WEEK: Final = 7 * 24 * 3600 * 1000  # milliseconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    env = environment()
    url = env.str("EVENT_BUS_URL", "")
    try:
        env.seal()
        if options.command == "declare":
            declare(url, {options.team: options.hears} if options.team else HEARD)
        elif options.command == "accounts":
            team = [options.team] if options.team else SERVICES
            print(*accounts(Address.parse(url), team), sep="\n")
        else:
            print(*table(), sep="\n")
    except (EnvValidationError, ValueError, bus.BusUnavailable) as error:
        print(f"EVENT_BUS_URL, of the broker's owner: {error}", file=sys.stderr)
        return 1
    return 0


def declare(url: str, heard: Mapping[str, Sequence[str]] = HEARD) -> None:
    """Make all that those who listen need on the bus at `url`; what is there stays.

    Args:
        heard: service, or team, → the types that it hears.

    Raises:
        BusUnavailable: the broker does not answer, or refuses it.
    """
    for name, types in heard.items():
        if types:
            bus.consumer(url, name, topics(name, types)).declare()


def accounts(address: Address, names: Sequence[str] = SERVICES) -> Iterator[str]:
    """Yield what gives each service, or a team, an account of its own.

    That is a shell script for RabbitMQ, and a part of the configuration for NATS. The passwords
    are those of the variables `PORTFOLIO_PASSWORD`, ….
    """
    if address.scheme.startswith("amqp"):
        yield from _rabbitmq_script(address, names)
    else:
        yield from _nats_configuration(address, names)


def table() -> Iterator[str]:
    """Yield who publishes and who hears what, as lines of Markdown."""
    yield "| service | publishes | hears |"
    yield "| --- | --- | --- |"
    for service in SERVICES:
        yield f"| {service} | {_list(TOLD[service])} | {_list(HEARD[service])} |"


def definitions(address: Address, owner: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """Return what a RabbitMQ of one's own loads at its start: its owner, and an account a service.

    Args:
        owner: the account that may do everything.
        passwords: account → password, of which RabbitMQ is told the hash.
    """
    where = {"vhost": _virtual_host(address)}
    accounts = list(_rabbitmq_accounts(address))
    users = [{"name": owner, "tags": ["administrator"]}]
    users += [{"name": it.user, "tags": []} for it in accounts]
    permissions = [{"user": owner, **where, "configure": ".*", "write": ".*", "read": ".*"}]
    topic_permissions = []
    for user, exchange, may in ((it.user, it.exchange, it.may) for it in accounts):
        access = {"configure": may.configure, "write": may.write, "read": may.read}
        permissions.append({"user": user, **where, **access})
        topics = {"write": may.topic_write, "read": may.topic_read}
        topic_permissions.append({"user": user, **where, "exchange": exchange, **topics})
    return {
        "vhosts": [{"name": _virtual_host(address)}],
        "users": [{**it, **_password_hash(passwords[str(it["name"])])} for it in users],
        "permissions": permissions,
        "topic_permissions": topic_permissions,
    }


class _Account(NamedTuple):
    service: str
    user: str
    exchange: str
    may: rabbitmq.Permissions


def _rabbitmq_accounts(address: Address, services: Sequence[str] = SERVICES) -> Iterator[_Account]:
    for service in services:
        names = RabbitNames.of(address, service)
        may = rabbitmq.permissions(names, _told(service))
        yield _Account(service, account_of(address, service), names.exchange, may)


def _rabbitmq_script(address: Address, services: Sequence[str]) -> Iterator[str]:
    for account in _rabbitmq_accounts(address, services):
        may, where = account.may, ("-p", _virtual_host(address), account.user)
        yield f'rabbitmqctl add_user {account.user} "{_password_variable(account.service)}"'
        yield shlex.join(
            ["rabbitmqctl", "set_permissions", *where, may.configure, may.write, may.read]
        )
        topics = (account.exchange, may.topic_write, may.topic_read)
        yield shlex.join(["rabbitmqctl", "set_topic_permissions", *where, *topics])
        if account.service not in SERVICES:
            yield _limit_of_team(address, account)


def _limit_of_team(address: Address, account: _Account) -> str:
    """Return what deletes the queue of a team that has not listened for a week, as NATS would.

    It would grow until the broker has no room, and then nobody could publish.
    """
    queue = RabbitNames.of(address, account.service).queue
    name, pattern = f"{account.user}-unheard", f"^{re.escape(queue)}$"
    command = ["rabbitmqctl", "set_policy", "-p", _virtual_host(address), "--apply-to", "queues"]
    return shlex.join([*command, name, pattern, json.dumps({"expires": _WEEK})])


def _told(name: str) -> Sequence[str]:
    return told_topics(name) if name in SERVICES else ()


def _password_variable(name: str) -> str:
    return f"${name.upper().replace('-', '_')}_PASSWORD"


def _virtual_host(address: Address) -> str:
    return unquote(urlsplit(address.url).path.removeprefix("/")) or "/"


def _password_hash(password: str) -> dict[str, str]:
    """Return the fields that RabbitMQ keeps of a password: four bytes of salt, then SHA-256."""
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "password_hash": base64.b64encode(salt + digest).decode("ascii"),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
    }


def _nats_configuration(address: Address, services: Sequence[str]) -> Iterator[str]:
    yield "# Within authorization { users: [ … ] }, beside the owner, who has no permissions set:"
    for service in services:
        account = account_of(address, service)
        names = NatsNames(address.namespace, service)
        may = nats.permissions(names, account, _told(service))
        password = _password_variable(service)
        yield f"{{ user: {account}, password: {password}, permissions: {json.dumps(may)} }}"


def account_of(address: Address, service: str) -> str:
    """Return the account's name; installations that share a broker share none."""
    return f"{address.namespace}-{service}" if address.prefix else service


def _list(types: Iterable[str]) -> str:
    if set(types) == set(CATALOGUE):
        return "all of them"
    return ", ".join(f"`{type_}`" for type_ in types)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.bus",
        description="Prepare a broker for the services; EVENT_BUS_URL is its owner's.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    declaring = commands.add_parser(
        "declare", help="make streams and consumers, or exchanges and queues"
    )
    making = commands.add_parser("accounts", help="print what makes an account for each service")
    for command in (declaring, making):
        command.add_argument("--team", type=_team, help="of this team instead: reports")
    declaring.add_argument(
        "--hears", type=_types, default=(), metavar="TYPES", help="what it hears: with commas"
    )
    commands.add_parser("table", help="print who publishes and who hears which events")
    return parser


def _team(text: str) -> str:
    if not _TEAM.fullmatch(text) or text in SERVICES:
        raise argparse.ArgumentTypeError("small letters, digits and hyphens, and no service's name")
    return text


def _types(text: str) -> Sequence[str]:
    types = text.split(",")
    if unknown := sorted(set(types) - CATALOGUE.keys()):
        raise argparse.ArgumentTypeError(f"no such type of event: {', '.join(unknown)}")
    return types


if __name__ == "__main__":
    sys.exit(main())
