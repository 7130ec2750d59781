"""Personal tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from services.auth.models import Token
from shared.testing import Stand
from tests.auth.conftest import Gateway, log_in, make_token, sign_up


@pytest.fixture
def client(stand: Stand, gateway: Gateway) -> FlaskClient:
    """Return the client of a user who has logged in."""
    sign_up(stand)
    return gateway.client(log_in(stand))


def test_a_key_is_shown_once_and_never_stored(stand: Stand, client: FlaskClient) -> None:
    made = client.post("/api/tokens/", json={"name": "phone", "scopes": ["read"]})
    assert made.status_code == 201
    key = made.get_json()["key"]
    assert key.startswith("pfa_")
    listed = client.get("/api/tokens/").get_json()["results"]
    assert [token["name"] for token in listed] == ["phone", "login"]
    assert list(listed[0]) == ["id", "name", "scopes", "expires_at", "created", "last_used"]
    assert key not in everything_stored(stand)


def test_a_repeated_creation_shows_the_key_again_and_still_stores_it_nowhere(
    stand: Stand, client: FlaskClient
) -> None:
    body, once = {"name": "phone", "scopes": ["read"]}, {"Idempotency-Key": "k1"}
    first, again = (client.post("/api/tokens/", json=body, headers=once) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert client.get("/api/tokens/").get_json()["count"] == 2
    assert first.get_json()["key"] not in everything_stored(stand)


def test_a_token_may_do_what_its_scopes_say(client: FlaskClient, gateway: Gateway) -> None:
    key = make_token(client, scopes=["read"])
    assert gateway.authorize(key, "GET").status_code == 200
    assert gateway.authorize(key, "POST").status_code == 403


def test_a_token_can_make_none_that_may_do_more(client: FlaskClient, gateway: Gateway) -> None:
    limited = gateway.client(make_token(client, scopes=["read", "write"]))
    answer = limited.post("/api/tokens/", json={"name": "more", "scopes": ["read", "admin"]})
    assert answer.status_code == 422
    assert answer.get_json()["details"]["fields"] == {
        "scopes": ["Your own token has no scope admin."]
    }


def test_a_token_that_ends_makes_none_that_ends_later(
    client: FlaskClient, gateway: Gateway
) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    ending = gateway.client(make_token(client, scopes=["read", "write"], expires_at=_text(end)))
    for later in (None, _text(end + timedelta(seconds=1))):
        body = {"name": "later", "scopes": ["read"], "expires_at": later}
        refused = ending.post("/api/tokens/", json=body)
        assert refused.status_code == 422
        assert refused.get_json()["details"]["fields"] == {
            "expires_at": [f"Your own token ends at {_text(end)}."]
        }
    assert make_token(ending, expires_at=_text(end))


def test_a_user_has_fifty_personal_tokens_and_logs_in_all_the_same(
    stand: Stand, client: FlaskClient
) -> None:
    for number in range(50):
        make_token(client, name=f"token {number}")
    refused = client.post("/api/tokens/", json={"name": "more", "scopes": ["read"]})
    assert (refused.status_code, refused.get_json()["details"]["code"]) == (409, "too_many")
    assert client.get("/api/tokens/?page_size=1").get_json()["count"] == 51
    assert log_in(stand)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": None}, "scopes"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"key": "pfa_mine"}, "key"),
        ({"id": 7}, "id"),
    ],
)
def test_a_token_that_cannot_be_names_the_field(
    client: FlaskClient, change: dict[str, object], field: str
) -> None:
    answer = client.post("/api/tokens/", json={"name": "phone", "scopes": ["read"], **change})
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]


def test_a_token_stops_working_when_it_expires(
    stand: Stand, client: FlaskClient, gateway: Gateway
) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    key = make_token(client, expires_at=soon)
    assert client.get("/api/tokens/").get_json()["results"][0]["expires_at"] == soon
    assert gateway.authorize(key).status_code == 200
    with stand.database.sessions.begin() as session:
        passed = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(Token).where(Token.name == "phone").values(expires_at=passed))
    assert gateway.authorize(key).status_code == 401


def test_a_deleted_token_is_refused_at_once(
    stand: Stand, client: FlaskClient, gateway: Gateway
) -> None:
    made = client.post("/api/tokens/", json={"name": "phone", "scopes": ["read"]}).get_json()
    assert gateway.authorize(made["key"]).status_code == 200
    assert client.delete(f"/api/tokens/{made['id']}/").status_code == 204
    assert gateway.authorize(made["key"]).status_code == 401
    assert client.delete(f"/api/tokens/{made['id']}/").status_code == 404
    told = stand.events()[-1]
    assert (told.type, told.subject, told.sequence) == ("token-revoked", "users/1", 2)
    assert told.data == {"token": made["id"], "user": 1}


def test_the_token_of_somebody_else_does_not_exist(
    stand: Stand, client: FlaskClient, gateway: Gateway
) -> None:
    key = make_token(client)
    other = stand.client(sign_up(stand, "bob"))
    assert other.get("/api/tokens/").get_json()["results"] == []
    assert other.delete("/api/tokens/2/").status_code == 404
    assert gateway.authorize(key).status_code == 200


def test_the_list_shows_when_a_token_was_used(client: FlaskClient, gateway: Gateway) -> None:
    key = make_token(client)
    assert client.get("/api/tokens/").get_json()["results"][0]["last_used"] is None
    gateway.authorize(key)
    assert client.get("/api/tokens/").get_json()["results"][0]["last_used"] is not None


def test_a_token_used_all_the_time_is_written_once_a_minute(
    stand: Stand, client: FlaskClient, gateway: Gateway
) -> None:
    """Each read would be a write otherwise."""
    key = make_token(client)
    for _ in range(3):
        gateway.authorize(key)
    with stand.database.sessions() as session:
        statement = text("SELECT count(DISTINCT last_used) FROM tokens WHERE name = 'phone'")
        assert session.scalar(statement) == 1
        written = text("SELECT xmin::text::bigint FROM tokens WHERE name = 'phone'")
        before = session.scalar(written)
        session.rollback()
        gateway.authorize(key)
        assert session.scalar(written) == before


def test_pages_of_tokens_neither_repeat_nor_drop_one(client: FlaskClient) -> None:
    for number in range(4):
        make_token(client, name=f"token {number}")
    pages = [client.get(f"/api/tokens/?page={page}&page_size=2").get_json() for page in (1, 2, 3)]
    names = [token["name"] for page in pages for token in page["results"]]
    assert names == ["token 3", "token 2", "token 1", "token 0", "login"]


def test_a_read_token_makes_and_deletes_nothing(stand: Stand) -> None:
    reader = stand.client(sign_up(stand), scopes=("read",))
    body = {"name": "phone", "scopes": ["read"]}
    assert reader.post("/api/tokens/", json=body).status_code == 403
    assert reader.delete("/api/tokens/1/").status_code == 403


def test_nobody_sees_or_makes_tokens(stand: Stand) -> None:
    nobody = stand.client(None)
    assert nobody.get("/api/tokens/").status_code == 401
    assert nobody.post("/api/tokens/", json={}).status_code == 401


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def everything_stored(stand: Stand) -> str:
    """Return every row of every table as text."""
    with stand.database.sessions() as session:
        tables = session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        rows = [session.scalars(text(f"SELECT t::text FROM {name} t")).all() for name in tables]
    stored = "\n".join(row for table in rows for row in table)
    assert "anna" in stored
    return stored
