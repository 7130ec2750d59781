"""`Idempotency-Key`: one effect and one answer, however often a POST is sent."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shared.http import idempotency
from shared.testing import ENOUGH, Stand
from tests.shared.bus.database import terminate_backends
from tests.shared.http import notes
from tests.shared.http.conftest import titles
from tests.shared.http.notes import IdempotencyKey

REPLAYED = "Idempotency-Replayed"


def post(client: FlaskClient, key: str, title: str, path: str = "/api/notes/") -> TestResponse:
    return client.post(path, json={"title": title}, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_get_the_first_answer_again(client: FlaskClient) -> None:
    first, second = post(client, "k1", "once"), post(client, "k1", "once")
    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.data, second.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert titles(client) == ["once"]


def test_a_replayed_answer_has_the_headers_of_any_other(client: FlaskClient) -> None:
    first, second = post(client, "k1", "once"), post(client, "k1", "once")
    for name in ("Content-Type", "Cache-Control", "RateLimit-Remaining", "API-Version"):
        assert second.headers[name] == first.headers[name]
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_the_same_key_with_another_request_is_422(client: FlaskClient) -> None:
    post(client, "k1", "once")
    assert post(client, "k1", "other").status_code == 422
    assert post(client, "k1", "once", "/api/notes/?page=1").status_code in {400, 422}
    assert post(client, "k1", "once", "/api/notes/bulk/").status_code == 422
    assert titles(client) == ["once"]


def test_keys_of_two_users_never_meet(stand: Stand) -> None:
    first, second = stand.client(1), stand.client(2)
    post(first, "k1", "of one")
    assert REPLAYED not in post(second, "k1", "of two").headers
    assert (titles(first), titles(second)) == (["of one"], ["of two"])


def test_while_the_first_is_running_the_second_is_409(stand: Stand) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, stand.client(), "k1", "slow")
        assert notes.meeting.entered.wait(ENOUGH)
        second = post(stand.client(), "k1", "slow")
        notes.meeting.leave.set()
        assert (second.status_code, first.result().status_code) == (409, 201)
    assert post(stand.client(), "k1", "slow").headers[REPLAYED] == "true"
    assert titles(stand.client()) == ["slow"]


def test_fifty_at_once_have_one_effect(stand: Stand) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(stand.client(), "k1", "x"), range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409, 429}
    assert len({answer.data for answer in answers if answer.status_code == 201}) == 1
    assert titles(stand.client()) == ["x"]


def test_a_refusal_is_an_answer_too_and_undoes_what_was_done(client: FlaskClient) -> None:
    first, second = post(client, "k1", "refused"), post(client, "k1", "refused")
    assert (first.status_code, second.status_code) == (409, 409)
    assert (second.data, second.headers[REPLAYED]) == (first.data, "true")
    assert notes.meeting.visits == 1
    assert titles(client) == []


def test_what_may_pass_later_is_not_kept_and_may_be_tried_again(client: FlaskClient) -> None:
    for title in ("broken", "unavailable", "too often"):
        answers = [post(client, title, title) for _ in range(2)]
        assert {answer.status_code for answer in answers} <= {429, 500, 503}
        assert all(REPLAYED not in answer.headers for answer in answers)
    assert notes.meeting.visits == 6
    assert titles(client) == []


def test_what_is_wrong_with_the_request_itself_is_not_kept(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    unacceptable = {**key, "Accept": "image/png"}
    assert client.post("/api/notes/", json={"title": "x"}, headers=unacceptable).status_code == 406
    assert client.post("/api/notes/", data="x", headers=key).status_code == 415
    assert post(client, "k1", "x").status_code == 201


def test_an_answer_is_kept_for_a_day(stand: Stand) -> None:
    client = stand.client()
    first = post(client, "k1", "x")
    _age(stand, hours=23.9)
    assert post(client, "k1", "x").headers[REPLAYED] == "true"
    _age(stand, hours=24)
    assert post(client, "k1", "x").data != first.data
    assert post(client, "k1", "x").headers[REPLAYED] == "true"
    assert titles(client) == ["x", "x"]


def test_what_is_older_than_a_day_is_deleted(stand: Stand) -> None:
    post(stand.client(), "old", "x")
    _age(stand, hours=24)
    post(stand.client(), "new", "x")
    assert stand.database.unit(lambda session: idempotency.purge(session, IdempotencyKey)) == 1
    assert len(_stored(stand)) == 1
    assert post(stand.client(), "new", "x").headers[REPLAYED] == "true"


def test_a_key_that_cannot_be_kept_is_400(client: FlaskClient) -> None:
    for key in ("", "x" * 256, "a\tb"):
        assert post(client, key, "x").status_code == 400, key
    assert titles(client) == []


def test_without_an_identity_a_key_opens_nothing(stand: Stand) -> None:
    post(stand.client(), "k1", "x")
    assert post(stand.client(None), "k1", "x").status_code == 401


def test_a_get_has_no_use_for_a_key(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.get("/api/notes/", headers={"Idempotency-Key": "k1"})
        assert REPLAYED not in answer.headers


def test_an_effect_and_its_answer_are_kept_together_or_not_at_all(stand: Stand) -> None:
    """The backend dies after the effect, before the commit: both are made once more."""
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, stand.client(), "k1", "slow")
        assert notes.meeting.entered.wait(ENOUGH)
        terminate_backends(stand.database)
        notes.meeting.leave.set()
        assert first.result().status_code == 201
    again = post(stand.client(), "k1", "slow")
    assert (again.status_code, REPLAYED in again.headers) == (201, True)
    assert titles(stand.client()) == ["slow"]


def test_what_is_kept_says_nothing_to_who_reads_the_table(stand: Stand) -> None:
    """An answer may hold the key of a token, which is shown once."""
    post(stand.client(), "the-key-itself", "the-title-itself")
    [row] = _stored(stand)
    kept = f"{row.key} {row.request_hash} {row.headers} {row.body}"
    assert "itself" not in kept


def _stored(stand: Stand) -> Sequence[IdempotencyKey]:
    with stand.database.sessions() as session:
        return session.scalars(select(IdempotencyKey)).all()


def _age(stand: Stand, *, hours: float) -> None:
    moment = datetime.now(UTC) - timedelta(hours=hours)
    stand.database.unit(
        lambda session: session.execute(update(IdempotencyKey).values(created=moment))
    )
