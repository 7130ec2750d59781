"""One user's dearest requests keep no other user waiting: each kind has a lane of its own.

Nobody looks at a watch. Somebody else's round of requests has *passed* an attack when it is
answered while the same request of the attacker is being done all the time; and the attack is as
large as it can be when a lane has refused a part of it.
"""

import select
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import pytest
import requests

from shared.testing import ENOUGH, wait_until
from tests.attacks.siege import Siege
from tests.e2e.conftest import Client, Product

_ROWS: Final = 4000  # of a file
_NUMBERS: Final = 1_000_000  # in a body


@dataclass(frozen=True)
class Attack:
    """What the attacker has, and what somebody else asks of the same service meanwhile.

    Attributes:
        at_once: more than its lane takes.
        read: cheap, of the attacked service.
    """

    strike: Callable[[Client], requests.Response]
    at_once: int
    read: str


def _log_in(attacker: Client) -> requests.Response:
    return attacker.post(
        "/api/auth-token/", {"username": "nobody", "password": "not the right one"}
    )


def _simulate(attacker: Client) -> requests.Response:
    portfolio = _first(attacker, "/api/portfolios/")
    asked = {"portfolio_id": portfolio["id"], "type": "monte_carlo", "horizon_days": "252"}
    seed = time.monotonic_ns() % 10**6  # what is known is not computed
    path = "/api/analytics/scenario_analysis/"
    return _sent(attacker, "GET", path, params={**asked, "simulations": "10000", "seed": str(seed)})


def _import(attacker: Client) -> requests.Response:
    portfolio, asset = (_first(attacker, f"/api/{name}/") for name in ("portfolios", "assets"))
    rows = (f"2024-01-02,BUY,{asset['symbol']},1,90,row{number}" for number in range(_ROWS))
    text = "\n".join(["date,transaction_type,symbol,quantity,price,external_id", *rows])
    path = f"/api/transactions/import/?portfolio_id={portfolio['id']}&dry_run=true"
    return _sent(attacker, "POST", path, data=text.encode(), headers={"Content-Type": "text/csv"})


def _send_numbers(attacker: Client) -> requests.Response:
    body = b'{"transactions": [' + b"1.5," * _NUMBERS + b"1.5]}"
    headers = {"Content-Type": "application/json"}
    return _sent(attacker, "POST", "/api/transactions/bulk/", data=body, headers=headers)


ATTACKS: Final = {
    "logins": Attack(_log_in, 8, "/api/users/me/"),
    "simulations": Attack(_simulate, 6, "/api/analytics/scenario_analysis/scenarios/"),
    "imports": Attack(_import, 6, "/api/transactions/?page_size=1"),
    "numbers": Attack(_send_numbers, 3, "/api/transactions/?page_size=1"),
}
_WITHOUT_LANE: Final = {"numbers"}  # they are refused by their count


@pytest.mark.parametrize("kind", ATTACKS)
def test_who_asks_for_little_passes_who_asks_for_much(product: Product, kind: str) -> None:
    attack, attacker = ATTACKS[kind], product.client()
    other = product.client("admin", "admin")
    portfolio = other.post("/api/portfolios/", {"name": "Mine"}).json()["id"]
    paths = [f"/api/portfolios/{portfolio}/", attack.read]
    statuses: Counter[int] = Counter()

    def ask() -> None:
        entry = {"portfolio": portfolio, "transaction_type": "DEPOSIT", "amount": "1"}
        answers = [_sent(other, "GET", path) for path in paths]
        answers.append(
            _sent(other, "POST", "/api/transactions/", json={**entry, "date": "2024-01-02"})
        )
        statuses.update(answer.status_code for answer in answers)

    with Siege(lambda: attack.strike(attacker), attack.at_once).going_on() as siege:
        siege.wait_until_passed_by(ask, has_lane=kind not in _WITHOUT_LANE)
    assert statuses.keys() == {200, 201}


def test_nobody_passes_where_all_wait_in_one_line() -> None:
    """The open door: so a starved user is seen as one."""
    with one_by_one() as server:
        url = f"http://127.0.0.1:{server.server_port}"
        attacker = Client(url, None)
        with Siege(lambda: _sent(attacker, "GET", "/"), at_once=1).going_on() as siege:
            wait_until(server.is_busy.is_set)
            assert not siege.is_passed_by(lambda: requests.get(url, timeout=ENOUGH))
            server.is_over.set()


class _OneByOne(HTTPServer):
    """A server that does one thing after the other, each until somebody waits for the next."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.is_busy = threading.Event()
        self.is_over = threading.Event()

    def has_waiting(self) -> bool:
        """Return whether somebody waits."""
        return bool(select.select([self.socket], [], [], 0)[0])


class _Handler(BaseHTTPRequestHandler):
    server: _OneByOne

    def do_GET(self) -> None:
        self.server.is_busy.set()
        wait_until(lambda: self.server.is_over.is_set() or self.server.has_waiting())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def one_by_one() -> Iterator[_OneByOne]:
    with _OneByOne() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.is_over.set()
        server.shutdown()
        thread.join()


def _first(client: Client, path: str) -> dict[str, Any]:
    results: Sequence[dict[str, Any]] = client.get(path).json()["results"]
    return results[0]


def _sent(client: Client, method: str, path: str, **sent: Any) -> requests.Response:
    headers = {"Authorization": f"Token {client.token}", **sent.pop("headers", {})}
    return requests.request(method, f"{client.url}{path}", headers=headers, timeout=ENOUGH, **sent)
