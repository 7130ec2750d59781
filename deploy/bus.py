"""For whoever owns a broker: `python -m deploy.bus declare`, `… accounts`, `… table`.

Who publishes and who hears which events stands in `shared.events.catalogue`; from it follow the
queues or consumers that there must be, and what the account of each service may do.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    env = environment()
    url = env.str("EVENT_BUS_URL", "")
    try:
        env.seal()
        if options.command == "declare":
            declare(url)
        elif options.command == "accounts":
            print(*accounts(Address.parse(url)), sep="\n")
        else:
            print(*table(), sep="\n")
    except (EnvValidationError, ValueError, bus.BusUnavailable) as error:
        print(f"EVENT_BUS_URL, of the broker's owner: {error}", file=sys.stderr)
        return 1
    return 0


def declare(url: str) -> None:
    """Make all that the services need on the bus at `url`; what is there stays.

    Raises:
        BusUnavailable: the broker does not answer, or refuses it.
    """
    for service, types in HEARD.items():
        if types:
            bus.consumer(url, service, topics(service, types)).declare()


def accounts(address: Address) -> Iterator[str]:
    """Yield what gives each service an account of its own.

    That is a shell script for RabbitMQ, and a part of the configuration for NATS. The passwords
    are those of the variables `PORTFOLIO_PASSWORD`, ….
    """
    if address.scheme.startswith("amqp"):
        yield from _rabbitmq_script(address)
    else:
        yield from _nats_configuration(address)


def table() -> Iterator[str]:
    """Yield who publishes and who hears what, as lines of Markdown."""
    yield "| service | publishes | hears |"
    yield "| --- | --- | --- |"
    for service in SERVICES:
        yield f"| {service} | {_list(TOLD[service])} | {_list(HEARD[service])} |"


def _rabbitmq_script(address: Address) -> Iterator[str]:
    virtual_host = unquote(urlsplit(address.url).path.removeprefix("/")) or "/"
    for service in SERVICES:
        names = RabbitNames.of(address, service)
        may = rabbitmq.permissions(names, told_topics(service))
        user = _user(address, service)
        where = ("-p", virtual_host, user)
        yield f'rabbitmqctl add_user {user} "${service.upper()}_PASSWORD"'
        yield shlex.join(
            ["rabbitmqctl", "set_permissions", *where, may.configure, may.write, may.read]
        )
        topics = (names.exchange, may.topic_write, may.topic_read)
        yield shlex.join(["rabbitmqctl", "set_topic_permissions", *where, *topics])


def _nats_configuration(address: Address) -> Iterator[str]:
    yield "# Within authorization { users: [ … ] }, beside the owner, who has no permissions set:"
    for service in SERVICES:
        user = _user(address, service)
        names = NatsNames(address.namespace, service)
        may = nats.permissions(names, user, told_topics(service))
        password = f"${service.upper()}_PASSWORD"
        yield f"{{ user: {user}, password: {password}, permissions: {json.dumps(may)} }}"


def _user(address: Address, service: str) -> str:
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
    commands.add_parser("declare", help="make streams and consumers, or exchanges and queues")
    commands.add_parser("accounts", help="print what makes an account for each service")
    commands.add_parser("table", help="print who publishes and who hears which events")
    return parser


if __name__ == "__main__":
    sys.exit(main())
