"""Of all workers of a service one leads, and another one when it ends or loses its connection."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prometheus_client import REGISTRY

from shared import leading
from shared.db import Database
from shared.testing import ENOUGH, wait_until
from shared.testing.stand import create_database
from tests.shared.bus.database import terminate_backends
from tests.shared.bus.receiving import running


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(create_database(postgres_url, "leading"))
    yield database
    database.close()


class Team:
    """Workers of one service, and who of them was at work with whom."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.at_work: set[str] = set()
        self.crowds: list[set[str]] = []
        self.terms: list[str] = []

    def worker(self, name: str, stop: threading.Event) -> None:
        def work(over: threading.Event) -> None:
            self.at_work.add(name)
            self.terms.append(name)
            if len(self.at_work) > 1:
                self.crowds.append(set(self.at_work))
            over.wait(ENOUGH)
            self.at_work.discard(name)

        leading.lead(self._database, name, work, stop)


def test_one_leads_and_gives_the_lead_to_another_when_it_stops(database: Database) -> None:
    team = Team(database)
    with ExitStack() as stack:
        stops = {
            name: stack.enter_context(running(lambda stop, name=name: team.worker(name, stop)))  # type: ignore[misc]
            for name in ("ann", "bob", "cid")
        }
        for number in range(1, 4):
            wait_until(lambda number=number: len(team.terms) == number)  # type: ignore[misc]
            stops[team.terms[-1]].set()
        wait_until(lambda: not team.at_work)
    assert sorted(team.terms) == ["ann", "bob", "cid"]
    assert team.crowds == []


def test_who_loses_the_connection_ends_its_work_and_may_lead_again(database: Database) -> None:
    team = Team(database)
    with running(lambda stop: team.worker("ann", stop)):
        for number in range(1, 4):
            wait_until(lambda number=number: len(team.terms) == number)  # type: ignore[misc]
            terminate_backends(database)
        wait_until(lambda: len(team.terms) == 4)
        assert team.crowds == []


def test_who_leads_says_so(database: Database) -> None:
    def leads() -> float | None:
        return REGISTRY.get_sample_value("worker_leads", {"service": "teller"})

    with running(lambda stop: Team(database).worker("teller", stop)):
        wait_until(lambda: leads() == 1)
    assert leads() == 0
