"""One fault under load: clients post, something breaks, and all is compared when it is quiet."""

import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from shared.testing import wait_until
from tests.faults import journal
from tests.faults.checker import Verdict, verdict
from tests.faults.evidence import Watch
from tests.faults.journal import Journal, Row
from tests.faults.site import Site
from tests.faults.workload import PORTFOLIOS, Client, Tally, Workload

_OPENED = "2020-01-02"
_OPENING = "1000000.00000001"


@dataclass(frozen=True)
class Scale:
    """How much of everything.

    Attributes:
        operations: that each fault has at least.
        rounds: how often each fault happens.
        outage: seconds that what is away stays away.
    """

    operations: int
    rounds: int
    outage: float


@dataclass
class Outcome:
    """What became of one fault.

    Attributes:
        recoveries: seconds from the end of each fault until a new write was acknowledged and known
            to analytics.
        notes: what else was seen.
        complaints: what else was promised and is not kept.
    """

    verdict: Verdict
    tally: Tally
    recoveries: list[float]
    notes: list[str]
    complaints: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Whether everything that was promised is."""
        return self.verdict.is_clean and not self.complaints

    def complaint(self) -> str:
        """Return what is wrong, by name, "" where nothing is."""
        one = self.verdict
        lists = (self.complaints, one.lost, one.twice, one.unexpected, one.out_of_order)
        wrong = [*chain(*lists)][:20]
        return "" if self.is_kept else f"{one!r:.1000}\n{wrong}\n{self.tally.odd}"

    def recovery(self, percent: int) -> float | None:
        """Return a percentile of the seconds to recover; None where nothing had to."""
        if not self.recoveries:
            return None
        if len(self.recoveries) == 1:
            return self.recoveries[0]
        cuts = statistics.quantiles(self.recoveries, n=100, method="inclusive")
        return cuts[percent - 1]


@dataclass
class Scene:
    """What a fault finds.

    Attributes:
        fault: its name.
        path: of the journal.
        clients: how many write.
        shared: portfolios that they write to.
        notes: what is to stand beside the figures.
        complaints: what is promised of this fault alone, and was not kept.
        recoveries: seconds after each round.
        tally: what clients were answered.
    """

    site: Site
    scale: Scale
    fault: str
    seed: int
    path: Path
    clients: int = 4
    shared: int = PORTFOLIOS
    notes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def name(self) -> str:
        """What the names of its rows begin with; no other run has used it."""
        return f"{self.fault}-{self.seed}-{secrets.token_hex(3)}"

    @cached_property
    def journal(self) -> Journal:
        """Where its clients note what they do."""
        return Journal(self.path)

    @cached_property
    def portfolios(self) -> list[int]:
        """The portfolios that its clients share, and one more that is probed."""
        client = self.site.client()
        made = [
            client.post("/api/portfolios/", {"name": self.name}) for _ in range(self.shared + 1)
        ]
        assert all(answer.status_code == 201 for answer in made), made[0].text
        return [int(answer.json()["id"]) for answer in made]

    @cached_property
    def watch(self) -> Watch:
        """What it is judged by."""
        return Watch(self.site, self.portfolios)

    @cached_property
    def workload(self) -> Workload:
        """Its clients."""
        return Workload(
            self.client,
            self.portfolios[:-1],
            self.site.assets,
            count=self.scale.operations,
            seed=self.seed,
            name=self.name,
            clients=self.clients,
        )

    def client(self) -> Client:
        """Return one more client that writes into the journal."""
        return Client(self.site.product.url, self.site.token, self.journal, self.tally)

    def play(self, inject: Callable[["Scene"], None]) -> Outcome:
        """Have clients post while `inject` breaks something; compare when it is quiet again."""
        watch = self.watch
        self.client().write(
            [
                Row(f"{self.name}-opening-{one}", one, "DEPOSIT", _OPENED, amount=_OPENING)
                for one in self.portfolios
            ]
        )
        self.workload.start()
        inject(self)
        self.workload.finish()
        watch.wait_until_quiet()
        self.journal.close()
        compared = verdict(journal.read(self.path), watch.found())
        return Outcome(compared, self.tally, self.recoveries, self.notes, self.complaints)

    def rounds(self, count: int | None = None) -> Iterator[int]:
        """Yield as often as something is to break, spread over the operations.

        The time from the end of each round until all is well again is a recovery.
        """
        count = count or self.scale.rounds
        for number in range(count):
            due = self.workload.count * (number + 1) // (count + 1)
            wait_until(lambda due=due: self.workload.done >= due)  # type: ignore[misc]
            yield number
            self.recover()

    def recover(self) -> None:
        """Take the seconds until a new write is acknowledged and known to analytics."""
        began = time.monotonic()
        name = f"{self.name}-probe-{len(self.recoveries)}"
        row = Row(name, self.portfolios[-1], "DEPOSIT", amount="1.00000001")
        answer = self.client().write([row])
        assert answer is not None
        if answer.status_code == 201:
            wait_until(lambda: self._is_copied(answer.json()["id"]))
        self.recoveries.append(time.monotonic() - began)

    def _is_copied(self, transaction: Any) -> bool:
        query = "SELECT EXISTS (SELECT FROM ledger_entries WHERE id = %s)"
        try:
            return bool(self.site.rows("analytics", query, transaction)[0][0])
        except psycopg.Error:  # it was just broken
            return False
