"""What auth answers the gateway about a request: who asks, and whether they may."""

import pytest
from sqlalchemy import update

from services.auth.app import create_app
from services.auth.models import User
from shared.identity import Verifier
from shared.testing import Stand
from shared.testing.stand import set_environment
from tests.auth.conftest import Gateway, log_in, make_token, sign_up
from tests.shared.bus.database import terminate_backends


@pytest.fixture
def key(stand: Stand) -> str:
    """Return the key of a user who has logged in."""
    sign_up(stand)
    return log_in(stand)


@pytest.mark.parametrize("header", ["Token {}", "Bearer {}", "token {}", "Token  {} "])
def test_a_valid_token_is_let_through(stand: Stand, key: str, header: str) -> None:
    answer = stand.app.test_client().get(
        "/internal/authorize", headers={"Authorization": header.format(key)}
    )
    assert answer.status_code == 200


def test_the_identity_says_who_asks(stand: Stand, gateway: Gateway, key: str) -> None:
    answer = gateway.authorize(key)
    identity = Verifier(stand.keys, "portfolio").identity(answer.headers["X-Identity"])
    assert (identity.user_id, identity.token_id) == (1, 1)
    assert identity.scopes == {"read", "write", "admin"}
    assert identity.is_staff is False
    assert identity.currency == "USD"
    assert answer.headers["X-Quota"] == "1000 999 3600"


def test_the_base_currency_goes_along(stand: Stand, gateway: Gateway, key: str) -> None:
    changed = gateway.client(key).patch("/api/users/me/", json={"base_currency": "EUR"})
    assert changed.status_code == 200
    token = gateway.authorize(key).headers["X-Identity"]
    assert Verifier(stand.keys, "portfolio").identity(token).currency == "EUR"


@pytest.mark.parametrize(("scopes", "staff"), [(["read", "admin"], True), (["read"], False)])
def test_an_administrator_is_one_with_the_admin_scope_only(
    stand: Stand, gateway: Gateway, scopes: list[str], staff: bool
) -> None:
    sign_up(stand, "root", is_staff=True)
    key = make_token(gateway.client(log_in(stand, "root")), scopes=scopes)
    token = gateway.authorize(key).headers["X-Identity"]
    assert Verifier(stand.keys, "assets").identity(token).is_staff is staff


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "Authentication credentials were not provided."),
        ("", "Authentication credentials were not provided."),
        ("Token", "Authentication credentials were not provided."),
        ("Basic YW5uYTpwdw==", "Authentication credentials were not provided."),
        ("Token pfa_wrong", "Invalid token."),
        ("Token pfa_0123456789abcdefghijklmnopqrstuv000000", "Invalid token."),
        ("Token \xe9", "Invalid token."),
    ],
)
def test_without_a_valid_token_nobody_passes(
    stand: Stand, header: str | None, message: str
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = stand.app.test_client().get("/internal/authorize", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert "X-Identity" not in answer.headers
    details = answer.get_json()["details"]
    assert (details["code"], details["message"]) == ("unauthorized", message)


def test_the_tokens_of_a_user_who_is_not_active_stop(
    stand: Stand, gateway: Gateway, key: str
) -> None:
    with stand.database.sessions.begin() as session:
        session.execute(update(User).values(is_active=False))
    assert gateway.authorize(key).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_read_token_passes_for_nothing_but_reading(
    gateway: Gateway, key: str, method: str
) -> None:
    reader = make_token(gateway.client(key), scopes=["read"])
    refused = gateway.authorize(reader, method)
    assert refused.status_code == 403
    assert refused.headers["RateLimit-Remaining"] == "998"
    for reading in ("GET", "HEAD", "OPTIONS"):
        assert gateway.authorize(reader, reading).status_code == 200


def test_every_answer_to_the_user_tells_what_is_left(gateway: Gateway, key: str) -> None:
    for left in ("999", "998"):
        answer = gateway.client(key).get("/api/users/me/")
        assert answer.headers["RateLimit-Limit"] == "1000"
        assert answer.headers["RateLimit-Remaining"] == left
        assert answer.headers["RateLimit-Reset"] == "3600"


@pytest.mark.parametrize(
    ("class_", "limit"), [("standard", 1000), ("analytics", 100), ("market_data", 50)]
)
def test_when_the_hour_is_full_the_answer_says_how_long(
    gateway: Gateway, key: str, class_: str, limit: int
) -> None:
    for _ in range(limit):
        assert gateway.authorize(key, class_=class_).status_code == 200
    refused = gateway.authorize(key, class_=class_)
    assert refused.status_code == 429
    assert refused.get_json()["details"]["code"] == "rate_limited"
    assert refused.headers["RateLimit-Limit"] == str(limit)
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    others = {"standard", "analytics", "market_data"} - {class_}
    assert {gateway.authorize(key, class_=other).status_code for other in others} == {200}


def test_all_tokens_of_a_user_share_one_quota(stand: Stand, gateway: Gateway, key: str) -> None:
    sign_up(stand, "bob")
    for token in [key, log_in(stand)] * 25:
        assert gateway.authorize(token, class_="market_data").status_code == 200
    assert gateway.authorize(key, class_="market_data").status_code == 429
    assert gateway.authorize(log_in(stand, "bob"), class_="market_data").status_code == 200


@pytest.mark.parametrize(
    ("status", "scopes", "method"),
    [(200, "read", "GET"), (401, "", "GET"), (403, "read", "POST"), (429, "read", "GET")],
)
def test_the_short_way_and_flasks_answer_alike(
    gateway: Gateway, key: str, status: int, scopes: str, method: str
) -> None:
    """The short way is for a class as the gateway spells it; another spelling is Flask's."""
    token = make_token(gateway.client(key), scopes=[scopes]) if scopes else None
    for _ in range(50 if status == 429 else 0):
        gateway.authorize(token, class_="market_data")
    short, flasks = (
        gateway.authorize(token, method, class_) for class_ in ("market_data", "%6darket_data")
    )
    assert short.status_code == flasks.status_code == status
    varying = {"X-Request-Id", "Traceparent", "X-Identity", "X-Quota", "RateLimit-Remaining"}
    left, right = (
        {name: value for name, value in answer.headers.items() if name not in varying}
        for answer in (short, flasks)
    )
    assert left == right
    assert set(short.headers.keys()) == set(flasks.headers.keys())
    assert {**short.get_json().get("details", {}), "request_id": ""} == {
        **flasks.get_json().get("details", {}),
        "request_id": "",
    }


def test_every_question_is_counted(stand: Stand, gateway: Gateway, key: str) -> None:
    def counted(status: int) -> int:
        labels = 'method="GET",route="/internal/authorize",service="auth"'
        return stand.sample(f'http_requests_total{{{labels},status="{status}"}}')

    before = counted(200), counted(401)
    for token in (key, key, None):
        gateway.authorize(token)
    assert (counted(200), counted(401)) == (before[0] + 2, before[1] + 1)


def test_while_the_database_is_away_nobody_passes(stand: Stand, key: str) -> None:
    away = {**stand.environment, "DATABASE_URL": "postgresql://u:p@127.0.0.1:9/x"}
    with set_environment(away):
        app = create_app()
    answer = app.test_client().get(
        "/internal/authorize",
        headers={"Authorization": f"Token {key}", "X-Request-Id": "request-1"},
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["X-Request-Id"] == "request-1"
    assert answer.get_json()["details"]["code"] == "unavailable"
    assert "X-Identity" not in answer.headers


def test_a_connection_that_died_costs_nobody_an_answer(
    stand: Stand, gateway: Gateway, key: str
) -> None:
    assert gateway.authorize(key).status_code == 200
    terminate_backends(stand.database)
    assert gateway.authorize(key).status_code == 200


def test_an_unknown_class_is_refused(gateway: Gateway, key: str) -> None:
    assert gateway.authorize(key, class_="unlimited").status_code == 400


def test_the_admin_scope_is_no_more_than_the_user(stand: Stand, key: str) -> None:
    """A user's own login has it, and is no administrator by it."""
    assert Gateway(stand).client(key).get("/api/users/").status_code == 403
