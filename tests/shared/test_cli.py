"""The command line of a service: every mistake is one line, without a traceback or a password."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared import cli, settings
from shared.bus import outbox
from shared.cli import Command
from shared.db import Database
from shared.errors import Conflict
from shared.replica import Differing
from shared.settings import ServiceSettings
from shared.testing import environment
from shared.testing.stand import create_database, set_environment
from tests.shared.bus.database import Base, unpublished
from tests.shared.bus.receiving import event
from tests.shared.http import notes

PASSWORD = "hunter2"


def _greet(database: Database, known: ServiceSettings, options: argparse.Namespace) -> str:
    with database.sessions() as session:
        where = session.scalar(text("SELECT current_database()"))
    if options.name == "nobody":
        raise Conflict("Nobody can be greeted.")
    return f"{known.name} in {where} greets {options.name}"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")


def _compare(_: Database, __: ServiceSettings, options: argparse.Namespace) -> str:
    if not options.mend:
        raise Differing("the report")
    return "the report"


COMMANDS = {
    "greet": Command("say hello", _greet, _configure),
    "compare": Command("compare", _compare, cli.offer_mending),
}


def run(*arguments: str) -> int:
    return cli.main(
        notes.NAME,
        lambda: settings.load(notes.NAME),
        lambda _: notes.create_app(),
        COMMANDS,
        arguments,
    )


@pytest.fixture
def database_url(postgres_url: str, keys: Path) -> Iterator[str]:
    url = create_database(postgres_url, "cli")
    with set_environment(environment(notes.NAME, database_url=url, keys=keys)):
        yield url


def test_after_a_restore_what_was_published_is_sent_again(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    database.unit(lambda session: outbox.add(session, event()))
    database.unit(lambda session: session.execute(text("UPDATE outbox SET published_at = now()")))
    assert run("send-again") == 0
    assert capsys.readouterr().out == "1 events will be sent again.\n"
    assert unpublished(database) == 1
    database.close()


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.usefixtures("database_url")
def test_a_difference_is_told_as_a_result_and_is_no_success(
    capsys: pytest.CaptureFixture[str], status: int
) -> None:
    assert run("compare", *(["--mend"] if status == 0 else [])) == status
    assert capsys.readouterr() == ("the report\n", "")


@pytest.mark.usefixtures("database_url")
def test_migrate_brings_an_empty_database_to_the_newest_schema_and_may_be_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        assert run("migrate") == 0
        assert capsys.readouterr().out == "The database of assets is up to date.\n"


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize(
    ("arguments", "path"),
    [([], "/api/notes/"), (["internal"], "/internal/v1/notes/{note_id}/")],
)
def test_openapi_prints_a_document(
    arguments: list[str], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("openapi", *arguments) == 0
    assert path in json.loads(capsys.readouterr().out)["paths"]


def test_a_services_own_command_gets_database_settings_and_arguments(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("greet", "Ada") == 0
    name = database_url.rpartition("/")[2]
    assert capsys.readouterr().out == f"assets in {name} greets Ada\n"


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that a command says when it fails."""
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert PASSWORD not in said.err
    [line] = said.err.splitlines()
    return line


@pytest.mark.usefixtures("database_url")
def test_a_refusal_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, "greet", "nobody") == "Nobody can be greeted."


@pytest.mark.usefixtures("database_url")
def test_a_bus_that_is_away_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, "dead-letters", "list").startswith("The event bus does not answer")


@pytest.mark.parametrize("arguments", [("greet", "Ada"), ("migrate",)])
def test_a_database_that_is_away_is_one_line(
    arguments: tuple[str, ...], keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"postgresql://notes:{PASSWORD}@127.0.0.1:9/notes"
    with set_environment(environment(notes.NAME, database_url=url, keys=keys)):
        assert complaint(capsys, *arguments).startswith("The database does not answer: ")


def test_a_missing_variable_is_one_line_that_names_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EVENT_BUS_URL")
    said = complaint(capsys, "migrate")
    assert said.startswith("The environment is incomplete: ")
    assert "EVENT_BUS_URL" in said


def test_an_unknown_command_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("dance")
    assert caught.value.code == 2
    assert "migrate" in capsys.readouterr().err
