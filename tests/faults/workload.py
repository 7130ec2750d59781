"""Clients that post transactions, each again and again until there is a definite answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from shared.testing import ENOUGH
from tests.faults.journal import CURRENCY, Journal, Row

CLIENTS: Final = 4
PORTFOLIOS: Final = 20
BULK_EVERY: Final = 10  # of ten operations one is a bulk
BULK: Final = 5  # rows
_TIMEOUT: Final = 20.0  # seconds
_PAUSE: Final = 0.1  # seconds before a request is repeated
_TRICKLE: Final = 5.0  # seconds between two of a client, when there were enough
_RUNNING: Final = "The first request with this Idempotency-Key is still running."


@dataclass
class Tally:
    """What clients were answered besides the definite answers.

    Attributes:
        statuses: of all answers.
        plain: answers that are not JSON, by how they begin.
        silent: requests that nobody answered.
        odd: the first of the definite answers that refuse.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    plain: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    odd: list[str] = field(default_factory=list)

    @property
    def server_errors(self) -> int:
        """Answers of 500 and more."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


class Client:
    """One client of the gateway, which repeats what has no definite answer."""

    def __init__(self, url: str, token: str, journal: Journal, tally: Tally) -> None:
        self._url = url
        self._journal = journal
        self._tally = tally
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Token {token}"

    def write(self, rows: Sequence[Row]) -> requests.Response | None:
        """Write `rows`; return the definite answer, None when there is none for minutes."""
        key = rows[0].name
        self._journal.intend(key, rows)
        deadline = time.monotonic() + ENOUGH
        while time.monotonic() < deadline:
            answer = self.post(key, rows)
            if answer is not None:
                self._journal.answered(key, answer.status_code)
                return answer
            time.sleep(_PAUSE)
        return None

    def post(self, key: str, rows: Sequence[Row]) -> requests.Response | None:
        """Post `rows` once; return the answer if it is definite."""
        path, body = _request(rows)
        try:
            answer = self._session.post(
                self._url + path, json=body, headers={"Idempotency-Key": key}, timeout=_TIMEOUT
            )
        except requests.RequestException:
            self._tally.silent += 1
            return None
        return answer if self._is_definite(answer) else None

    def _is_definite(self, answer: requests.Response) -> bool:
        status = answer.status_code
        self._tally.statuses[status] += 1
        if not answer.headers.get("Content-Type", "").startswith("application/json"):
            self._tally.plain[" ".join([str(status), *answer.text.split()[:6]])] += 1
            return False
        if status >= 500 or status == 429 or _RUNNING in answer.text:
            return False
        if status >= 300 and len(self._tally.odd) < 5:
            self._tally.odd.append(f"{status} {answer.text[:300]}")
        return True


class Workload:
    """Clients in threads, from `start` to `finish`.

    Args:
        portfolios: of them each client has its own share; with fewer, they share the same.
        count: operations that are posted at least.
        name: what the names of all rows begin with.
    """

    def __init__(
        self,
        new_client: Callable[[], Client],
        portfolios: Sequence[int],
        assets: Sequence[int],
        *,
        count: int,
        seed: int,
        name: str,
        clients: int = CLIENTS,
    ) -> None:
        self.count = count
        self._new_client = new_client
        self._portfolios, self._assets = portfolios, assets
        self._seed, self._name = seed, name
        self._is_over = threading.Event()
        self._numbers = iter(range(1_000_000_000))
        self._done = 0
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=[place], daemon=True)
            for place in range(clients)
        ]

    @property
    def done(self) -> int:
        """Operations that have a definite answer."""
        return self._done

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until what is to be posted has been."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, place: int) -> None:
        client, chance = self._new_client(), random.Random(f"{self._seed}-{place}")
        mine = self._portfolios[place :: len(self._threads)] or self._portfolios
        for number in self._turns():
            answer = client.write(
                rows(chance, f"{self._name}-{number}", mine, self._assets, number)
            )
            if answer is None:
                return  # nor will the next one be answered
            with self._lock:
                self._done += 1

    def _turns(self) -> Iterator[int]:
        while True:
            with self._lock:
                number = next(self._numbers)
            # What is broken may take longer than the operations that were asked for.
            if number >= self.count and self._is_over.wait(_TRICKLE):
                return
            yield number


def rows(
    chance: random.Random, name: str, portfolios: Sequence[int], assets: Sequence[int], number: int
) -> list[Row]:
    """Return what one operation writes: one row, or a bulk."""
    portfolio = chance.choice(portfolios)
    count = BULK if number % BULK_EVERY == BULK_EVERY - 1 else 1
    return [_row(chance, f"{name}.{place}", portfolio, assets) for place in range(count)]


def _row(chance: random.Random, name: str, portfolio: int, assets: Sequence[int]) -> Row:
    external_id = name if chance.random() < 0.5 else None
    if chance.random() < 0.2:
        amount = _number(chance, 1000)
        return Row(name, portfolio, "DEPOSIT", amount=amount, external_id=external_id)
    return Row(
        name,
        portfolio,
        "BUY",
        asset=chance.choice(assets),
        quantity=_number(chance, 100),
        price=_number(chance, 1000),
        fees=_number(chance, 10),
        external_id=external_id,
    )


def _number(chance: random.Random, limit: int) -> str:
    """Return a number with eight decimals, of which the last is not zero."""
    return f"{chance.randrange(limit)}.{chance.randrange(10**7):07}{chance.randrange(1, 10)}"


def _request(rows: Sequence[Row]) -> tuple[str, dict[str, Any]]:
    bodies = [{**row.body, "currency": CURRENCY} for row in rows]
    if len(bodies) == 1:
        return "/api/transactions/", bodies[0]
    return "/api/transactions/bulk/", {"transactions": bodies}
