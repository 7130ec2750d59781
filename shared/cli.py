"""The command line of every service: `python -m services.<name> <command>`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from environs import EnvValidationError
from sqlalchemy.exc import OperationalError

from shared import migrations, observability
from shared.bus import deadletters, replay
from shared.db import IN_A_REQUEST, UNHURRIED, Database
from shared.errors import ServiceError
from shared.http import ServiceApp
from shared.replica import Differing
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Command(Generic[S]):
    """A command that only this service has.

    Attributes:
        help: one line.
        configure: adds its arguments to the parser.
        run: does it, in a unit of work of its own; returns what is printed.
    """

    help: str
    run: Callable[[Database, S, argparse.Namespace], str]
    configure: Callable[[argparse.ArgumentParser], None] = lambda _: None


def main(
    name: str,
    load_settings: Callable[[], S],
    create_app: Callable[[S], ServiceApp],
    commands: Mapping[str, Command[S]],
    arguments: Sequence[str] | None = None,
) -> int:
    """Run one command of the service `name`; return the exit status.

    Args:
        commands: the service's own commands, `rebuild` among them where it copies others' rows.
        arguments: of the command line; the process's own by default.
    """
    options = _parser(name, commands).parse_args(arguments)
    try:
        settings = load_settings()
        observability.configure_logging(name, "WARNING")
        print(_run(name, settings, create_app, commands, options))  # noqa: T201 - a command speaks
    except EnvValidationError as error:
        return _complain(f"The environment is incomplete: {error}")
    except OperationalError as error:
        return _complain(f"The database does not answer: {str(error.orig).splitlines()[0]}")
    except Differing as difference:
        print(difference.message)  # noqa: T201 - a command speaks
        return 1
    except ServiceError as error:
        return _complain(error.message)
    return 0


def _parser(name: str, commands: Mapping[str, Command[S]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}")
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="command")
    subcommands.add_parser("migrate", help="bring the database to the newest schema")
    document = subcommands.add_parser("openapi", help="print the OpenAPI document")
    document.add_argument("kind", nargs="?", choices=["public", "internal"], default="public")
    letters = subcommands.add_parser("dead-letters", help="events that failed five times")
    letters.add_argument("action", choices=["list", "replay"])
    letters.add_argument("--id", help="only this one; all by default")
    subcommands.add_parser("send-again", help="after a restore: publish all kept events anew")
    for title, command in commands.items():
        command.configure(subcommands.add_parser(title, help=command.help))
    return parser


def _run(
    name: str,
    settings: S,
    create_app: Callable[[S], ServiceApp],
    commands: Mapping[str, Command[S]],
    options: argparse.Namespace,
) -> str:
    if options.command == "migrate":
        migrations.upgrade(name, settings.database_direct_url)
        return f"The database of {name} is up to date."
    if options.command == "openapi":
        document = create_app(settings).extensions["openapi"][options.kind]
        return json.dumps(document, indent=2, ensure_ascii=False)
    if options.command == "dead-letters":
        action, identifier = str(options.action), options.id
        return deadletters.command(settings.event_bus_url, name, action, identifier)
    patience = UNHURRIED if options.command == "send-again" else IN_A_REQUEST
    database = Database(
        settings.database_url, settings.database_direct_url, pool_size=2, patience=patience
    )
    try:
        if options.command == "send-again":
            return f"{database.unit(replay.send_again)} events will be sent again."
        return commands[options.command].run(database, settings, options)
    finally:
        database.close()


def offer_mending(parser: argparse.ArgumentParser) -> None:
    """Add the option that makes anew what a command finds to differ."""
    parser.add_argument("--mend", action="store_true", help="and make anew what differs")


def report(line: str) -> None:
    """Say how far a command is, beside what it prints at the end."""
    print(line, file=sys.stderr)  # noqa: T201 - a command speaks


def _complain(sentence: str) -> int:
    report(sentence)
    return 2
