"""Secrets that were used, rightly and wrongly, stand in no log, table, event or answer."""

import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import requests
from psycopg import sql

from shared.settings import SERVICES
from shared.testing import wait_until
from tests.attacks.product.conftest import Cast, port_of
from tests.e2e.conftest import Product

JSON = {"Content-Type": "application/json"}


@dataclass
class Spy:
    """A user whose every secret is a word that stands nowhere else.

    Attributes:
        name: their name, and the mark of all their requests, which may be seen.
        secrets: what a secret is → its text.
        answers: all that was answered them, but where a secret is shown once.
    """

    url: str
    name: str = field(default_factory=lambda: f"spy-{uuid.uuid4().hex}")
    secrets: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)

    def new(self, what: str) -> str:
        self.secrets[what] = f"{secrets.token_urlsafe(18)}-{len(self.secrets)}"
        return self.secrets[what]

    def send(self, method: str, path: str, **sent: Any) -> requests.Response:
        headers = {"X-Request-Id": self.name, **sent.pop("headers", {})}
        answer = requests.request(method, self.url + path, headers=headers, timeout=60, **sent)
        self.answers.append(answer.text)
        return answer

    def shown(self, what: str, name: str, method: str, path: str, **sent: Any) -> str:
        """Take a secret from the one answer that shows it."""
        body = self.send(method, path, **sent).json()
        self.answers.pop()
        self.secrets[what] = body[name]
        return str(body[name])


@pytest.fixture(scope="module")
def spy(product: Product, cast: Cast) -> Spy:
    spy = Spy(product.url)
    password = spy.new("password")
    account = {"username": spy.name, "password": password}
    assert cast.admin.post("/api/users/", account).status_code == 201
    _log_in_wrongly(spy, password)
    key = spy.shown("login", "token", "POST", "/api/auth-token/", json=account)
    mine = {"Authorization": f"Token {key}"}
    _use_passwords(spy, password, mine)
    _use_tokens(spy, mine)
    _use_service_tokens(spy, product, {"Authorization": f"Token {cast.admin.token}"})
    _use_webhooks(spy, mine)
    wait_until(lambda: spy.name in _logs(product))
    return spy


def _log_in_wrongly(spy: Spy, password: str) -> None:
    login = "/api/auth-token/"
    guess = spy.new("guessed password")
    spy.send("POST", login, json={"username": spy.name, "password": guess})
    spy.send("POST", login, json={"username": guess, "password": password})
    spy.send("POST", login, data=f'{{"password": "{password}",', headers=JSON)
    spy.send("POST", login, data=f'{{"password": ["{password}"]}}', headers=JSON)
    spy.send("POST", login, json={"username": spy.name, "password": password, "more": 1})
    spy.send("POST", login, params={"password": password}, json={})
    spy.send("POST", login, data=password, headers={"Content-Type": "text/plain"})


def _use_passwords(spy: Spy, password: str, mine: dict[str, str]) -> None:
    change = "/api/users/me/password/"
    for current, new in (
        (spy.new("wrong password"), spy.new("first new password")),
        (password, spy.name),
        (password, spy.new("second new password")),
    ):
        body = {"current_password": current, "new_password": new}
        spy.send("POST", change, json=body, headers=mine)
    spy.send(
        "PATCH", "/api/users/me/", json={"password": spy.new("unasked password")}, headers=mine
    )


def _use_tokens(spy: Spy, mine: dict[str, str]) -> None:
    once = {**mine, "Idempotency-Key": spy.name}
    body = {"name": "a token", "scopes": ["read"]}
    for _ in range(2):
        key = spy.shown("token", "key", "POST", "/api/tokens/", json=body, headers=once)
    reader = {"Authorization": f"Bearer {key}"}
    spy.send("GET", "/api/portfolios/", headers=reader)
    spy.send("POST", "/api/portfolios/", json={"name": "x"}, headers=reader)
    spy.send("GET", "/api/portfolios/", headers={"Authorization": f"Basic {key}"})
    spy.send("GET", "/api/portfolios/", headers={"Authorization": f"Token {key}x"})
    spy.send("GET", "/api/portfolios/", params={"token": key}, headers=mine)
    spy.send("GET", "/api/portfolios/", headers={"Cookie": f"token={key}", "X-Identity": key})


def _use_service_tokens(spy: Spy, product: Product, admin: dict[str, str]) -> None:
    path, body = "/api/service-tokens/", {"name": "spy", "callees": ["assets"]}
    once = {**admin, "Idempotency-Key": spy.name}
    for _ in range(2):
        key = spy.shown("service token", "key", "POST", path, json=body, headers=once)
    spy.send("GET", path, headers=admin)
    spy.send("GET", path, headers={"Authorization": f"Token {key}"})
    auth, assets = (
        Spy(f"http://127.0.0.1:{port_of(product, name)}", spy.name, spy.secrets, spy.answers)
        for name in ("auth-web", "assets-web")
    )
    program, exchange = {"Authorization": f"Token {key}"}, "/internal/v1/tokens/?callee="
    token = auth.shown("program's pass", "token", "POST", f"{exchange}assets", headers=program)
    auth.send("POST", f"{exchange}portfolio", headers=program)
    auth.send("POST", f"{exchange}{key}", headers=program)
    assets.send("GET", "/internal/v1/assets/", headers={"Authorization": f"Bearer {token}"})
    assets.send("GET", "/internal/v1/assets/", headers={"Authorization": f"Bearer {token}x"})


def _use_webhooks(spy: Spy, mine: dict[str, str]) -> None:
    hooks, hidden = "/api/webhooks/", spy.new("part of an address")
    for url in (f"https://u:{hidden}@example.com/", f"http://127.0.0.1:9/{hidden} "):
        spy.send("POST", hooks, json={"url": url, "events": ["nothing"]}, headers=mine)
    body = {"url": "http://127.0.0.1:9/hook", "events": ["*"]}
    once = {**mine, "Idempotency-Key": spy.name}
    spy.shown("webhook's secret", "secret", "POST", hooks, json=body, headers=once)
    webhook = spy.send("GET", hooks, headers=mine).json()["results"][0]["id"]
    path = f"{hooks}{webhook}/"
    spy.shown("webhook's new secret", "secret", "POST", f"{path}rotate_secret/", headers=mine)
    spy.send("POST", f"{path}test/", headers=mine)
    log = f"{path}deliveries/"
    wait_until(lambda: spy.send("GET", log, headers=mine).json()["results"][0]["attempts"])


def test_no_log_has_a_secret(product: Product, spy: Spy) -> None:
    logs = _logs(product)
    assert spy.name in logs
    assert [what for what, text in spy.secrets.items() if text in logs] == []


def test_no_answer_has_a_secret_but_the_one_that_shows_it(spy: Spy) -> None:
    answers = "\n".join(spy.answers)
    assert spy.name in answers
    assert [what for what, text in spy.secrets.items() if text in answers] == []


def test_no_table_and_no_event_has_a_secret(product: Product, spy: Spy) -> None:
    assert "users" in set(_tables_with(product, "auth", spy.name))
    assert "outbox" in set(_tables_with(product, "auth", spy.name))
    for service in SERVICES:
        for what, text in spy.secrets.items():
            assert list(_tables_with(product, service, text)) == [], (service, what)


def test_no_event_has_what_a_secret_is_known_by(product: Product) -> None:
    for known_by in ("$argon2id$", "password_hash", "digest", "whsec_", "pfa_", "pfs_"):
        for service in SERVICES:
            assert "outbox" not in set(_tables_with(product, service, known_by)), known_by


def _logs(product: Product) -> str:
    return "\n".join(file.read_text() for file in (product.run_dir / "logs").iterdir())


def _tables_with(product: Product, service: str, text: str) -> Iterator[str]:
    """Yield the tables of a service in which a text stands."""
    state = json.loads((product.run_dir / "state.json").read_text())
    address = f"postgresql://127.0.0.1:{port_of(product, 'postgres')}/{service}"
    password = state["passwords"]["postgres"]
    with psycopg.connect(address, user="postgres", password=password) as connection:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(tables).fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE strpos(t::text, %s) > 0)")
            row = connection.execute(query.format(sql.Identifier(table)), [text]).fetchone()
            if row and row[0]:
                yield table
