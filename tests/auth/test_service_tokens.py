"""Service tokens: made by administrators, exchanged inside for a minute of reading."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from services.auth.app import create_app
from services.auth.models import ServiceToken
from shared.errors import Unauthorized
from shared.identity import Caller, Verifier
from shared.testing import Stand
from tests.auth.conftest import Gateway, log_in, make_token, sign_up
from tests.auth.test_tokens import everything_stored
from tests.conftest import MakeStand

PATH = "/api/service-tokens/"


@pytest.fixture
def admin(stand: Stand) -> FlaskClient:
    """Return the client of an administrator."""
    return stand.client(sign_up(stand, is_staff=True), staff=True)


def make(admin: FlaskClient, *callees: str, **more: object) -> str:
    """Make a service token and return its key."""
    answer = admin.post(PATH, json={"name": "reports", "callees": callees or ["assets"], **more})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["key"])


def exchange(stand: Stand, key: str | None, callee: str = "assets", **headers: str) -> TestResponse:
    """Return auth's answer to a program that holds `key` and wants to read `callee`."""
    sent = headers if key is None else {"Authorization": f"Token {key}", **headers}
    return stand.client(None).post(f"/internal/v1/tokens/?callee={callee}", headers=sent)


def test_a_key_is_exchanged_for_a_minute_of_reading_one_service(
    stand: Stand, admin: FlaskClient
) -> None:
    answer = exchange(stand, make(admin, "assets", "portfolio"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.get_json()["token"]
    assert Verifier(stand.keys, "assets").caller(token) == Caller("reports", is_reader=True)
    with pytest.raises(Unauthorized):
        Verifier(stand.keys, "portfolio").caller(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("auth", "reports", "assets")
    assert 0 < claims["exp"] - claims["iat"] <= 60
    expires_at = datetime.fromisoformat(answer.get_json()["expires_at"])
    assert expires_at.timestamp() == claims["exp"]


def test_what_it_is_exchanged_for_ends_with_the_token(stand: Stand, admin: FlaskClient) -> None:
    key = make(admin)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=50)
    with stand.database.sessions.begin() as session:
        session.execute(update(ServiceToken).values(expires_at=soon))
    answer = exchange(stand, key).get_json()
    assert datetime.fromisoformat(answer["expires_at"]) == soon


def test_only_named_services_are_read(stand: Stand, admin: FlaskClient) -> None:
    key = make(admin, "assets")
    refused = exchange(stand, key, "portfolio")
    assert (refused.status_code, refused.get_json()["details"]["code"]) == (403, "forbidden")
    assert refused.get_json()["details"]["message"] == "This token may not read portfolio."
    for unknown in ("market", ""):
        answer = exchange(stand, key, unknown)
        assert (answer.status_code, answer.get_json()["details"]["code"]) == (400, "bad_request")
    assert stand.client(None).post("/internal/v1/tokens/").status_code == 400


def test_what_is_no_key_of_a_service_token_is_exchanged_for_nothing(
    stand: Stand, gateway: Gateway, admin: FlaskClient
) -> None:
    key = make(admin)
    personal = make_token(gateway.client(log_in(stand)))
    for wrong in (None, "", "pfs_", key[:-1], f"{key}x", key.swapcase(), personal, "é"):
        answer = exchange(stand, wrong)
        assert (answer.status_code, answer.get_json()["details"]["code"]) == (401, "unauthorized")


def test_a_key_of_a_service_token_opens_nothing_at_the_gateway(
    stand: Stand, gateway: Gateway, admin: FlaskClient
) -> None:
    key = make(admin, "auth", "portfolio", "assets", "analytics", "webhooks")
    assert gateway.authorize(key).status_code == 401
    token = exchange(stand, key, "auth").get_json()["token"]
    assert gateway.authorize(token).status_code == 401
    as_user = stand.client(None).get("/api/users/me/", headers={"X-Identity": token})
    assert as_user.status_code == 401


def test_a_deleted_token_is_exchanged_no_more(stand: Stand, admin: FlaskClient) -> None:
    key = make(admin)
    [token] = admin.get(PATH).get_json()["results"]
    assert admin.delete(f"{PATH}{token['id']}/").status_code == 204
    assert exchange(stand, key).status_code == 401
    assert admin.delete(f"{PATH}{token['id']}/").status_code == 404
    assert admin.get(PATH).get_json()["count"] == 0


def test_a_token_that_is_over_is_exchanged_no_more(stand: Stand, admin: FlaskClient) -> None:
    key = make(admin, expires_at=_text(datetime.now(UTC) + timedelta(hours=1)))
    assert exchange(stand, key).status_code == 200
    with stand.database.sessions.begin() as session:
        passed = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(ServiceToken).values(expires_at=passed))
    assert exchange(stand, key).status_code == 401


def test_a_key_is_shown_once_and_never_stored(stand: Stand, admin: FlaskClient) -> None:
    body, once = {"name": "reports", "callees": ["assets"]}, {"Idempotency-Key": "k1"}
    first, again = (admin.post(PATH, json=body, headers=once) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    key = first.get_json()["key"]
    assert key.startswith("pfs_")
    [listed] = admin.get(PATH).get_json()["results"]
    assert list(listed) == ["id", "name", "callees", "expires_at", "created", "last_used"]
    assert listed == {name: value for name, value in first.get_json().items() if name != "key"}
    assert key not in everything_stored(stand)


def test_a_callee_named_twice_is_one(admin: FlaskClient) -> None:
    make(admin, "portfolio", "assets", "portfolio")
    assert admin.get(PATH).get_json()["results"][0]["callees"] == ["assets", "portfolio"]


def test_the_list_shows_the_newest_first_and_when_each_was_used(
    stand: Stand, admin: FlaskClient
) -> None:
    key = make(admin)
    make(admin)
    assert exchange(stand, key).status_code == 200
    newest, used = admin.get(PATH).get_json()["results"]
    assert (newest["last_used"], used["id"]) == (None, 1)
    assert used["last_used"] is not None


def test_a_token_used_all_the_time_is_written_once_a_minute(
    stand: Stand, admin: FlaskClient
) -> None:
    key = make(admin)
    exchange(stand, key)
    with stand.database.sessions() as session:
        written = text("SELECT xmin::text::bigint FROM service_tokens")
        before = session.scalar(written)
        session.rollback()
        assert exchange(stand, key).status_code == 200
        assert session.scalar(written) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"callees": []}, "callees"),
        ({"callees": ["market"]}, "callees"),
        ({"callees": "assets"}, "callees"),
        ({"callees": None}, "callees"),
        ({"name": ""}, "name"),
        ({"name": "Two words"}, "name"),
        ({"name": "re\nports"}, "name"),
        ({"name": "x" * 64}, "name"),
        ({"name": "portfolio"}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"scopes": ["write"]}, "scopes"),
        ({"key": "pfs_mine"}, "key"),
    ],
)
def test_a_token_that_cannot_be_names_the_field(
    admin: FlaskClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post(PATH, json={"name": "reports", "callees": ["assets"], **change})
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]


def test_administrators_alone_have_to_do_with_them(stand: Stand, admin: FlaskClient) -> None:
    make(admin)
    body = {"name": "reports", "callees": ["assets"]}
    reader = stand.client(1, scopes=("read", "admin"), staff=True)
    for client, reads, writes in (
        (stand.client(None), 401, 401),
        (stand.client(sign_up(stand, "bob")), 403, 403),
        (reader, 200, 403),
    ):
        assert client.get(PATH).status_code == reads
        assert client.post(PATH, json=body).status_code == writes
        assert client.delete(f"{PATH}1/").status_code == writes


def test_who_guesses_is_held_back_by_address_whatever_they_say_it_is(
    make_stand: MakeStand,
) -> None:
    stand = make_stand("auth", create_app, QUOTA_EXCHANGE="3/hour")
    key = make(stand.client(sign_up(stand, is_staff=True), staff=True))
    for number in range(3):
        named = {"X-Forwarded-For": f"192.0.2.{number}"}
        assert exchange(stand, "pfs_guess", **named).status_code == 401
    refused = exchange(stand, key, **{"X-Forwarded-For": "192.0.2.9"})
    assert (refused.status_code, refused.get_json()["details"]["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 3000
    elsewhere = stand.client(None).post(
        "/internal/v1/tokens/?callee=assets",
        headers={"Authorization": f"Token {key}"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.77"},
    )
    assert elsewhere.status_code == 200


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
