"""A request becomes a job where it is long or may be answered later; the answer is the same."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from shared.testing import Stand, wait_until
from tests.shared.jobs.conftest import execute, job, later, leave, left, work

FOUR = ("a", "b", "c", "d")


def test_what_is_short_is_answered_at_once(stand: Stand, client: FlaskClient) -> None:
    answer = leave(client, "a", "b", "c")
    assert (answer.status_code, answer.get_json()) == (201, {"left": 3})


def test_what_is_long_is_a_job_whose_result_is_the_direct_answer(
    stand: Stand, client: FlaskClient
) -> None:
    answer = leave(client, *FOUR)
    assert (answer.status_code, answer.headers["Location"]) == (202, "/api/jobs/assets-1/")
    accepted = answer.get_json()["job"]
    times = {name: accepted.pop(name) for name in ("created", "started", "finished")}
    assert accepted == {
        "id": "assets-1",
        "kind": "leave",
        "status": "queued",
        "progress": 0,
        "result": None,
        "error": None,
    }
    assert (times["started"], times["finished"]) == (None, None)
    assert left(stand) == []
    work(stand)
    done = job(client, "assets-1")
    assert (done["status"], done["progress"], done["error"]) == ("done", 100, None)
    assert done["result"] == {"left": 4}
    assert left(stand) == list(FOUR)


def test_what_takes_long_to_read_is_a_job_however_few_rows_it_has(
    stand: Stand, client: FlaskClient
) -> None:
    body = {"words": [{"word": "a"}], "numbers": [1] * 100_000}
    assert client.post("/api/effects/", json=body).status_code == 202
    work(stand)
    refusal = job(client, "assets-1")["error"]["details"]
    assert refusal["fields"] == {"body": ["It has more than 2000 values."]}


def test_a_link_to_a_job_stays_below_the_prefix_that_was_asked(client: FlaskClient) -> None:
    answer = leave(client, *FOUR, X_Replaced_Path="/api/v1/effects/")
    assert answer.headers["Location"] == "/api/v1/jobs/assets-1/"


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("respond-async", 202, "respond-async"),
        ("Respond-Async; foo=1, unknown", 202, "respond-async"),
        ('respond-async, wait="0"', 202, "respond-async"),
        ("wait=5", 201, None),
        ("wait=x, return=minimal", 201, None),
    ],
)
def test_a_client_may_prefer_a_job(
    client: FlaskClient, prefer: str, status: int, applied: str | None
) -> None:
    answer = leave(client, "a", Prefer=prefer)
    assert (answer.status_code, answer.headers.get("Preference-Applied")) == (status, applied)


def test_a_client_may_wait_for_the_direct_answer(stand: Stand, client: FlaskClient) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(leave, stand.client(), *FOUR, Prefer="wait=25")
        wait_until(lambda: stand.inside("awaiting") == 1)
        other = leave(stand.client(2), *FOUR, Prefer="wait=25")  # all places are taken
        work(stand)
        answer = waiting.result()
    assert (answer.status_code, answer.get_json()) == (201, {"left": 4})
    assert answer.headers["Preference-Applied"] == "wait=25"
    assert (other.status_code, "Preference-Applied" in other.headers) == (202, False)


def test_who_has_waited_in_vain_gets_the_job(client: FlaskClient) -> None:
    answer = leave(client, *FOUR, Prefer="respond-async, wait=1")
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async, wait=1"


def test_a_refused_job_has_the_error_of_the_direct_call_and_no_effect(
    stand: Stand, client: FlaskClient
) -> None:
    for words in (("refused",), ("outside",)):
        direct = leave(client, *words, X_Request_Id="direct-call").get_json()
        number = later(client, *words)
        work(stand)
        failed = job(client, number)
        assert (failed["status"], failed["result"]) == ("failed", None)
        direct["details"]["request_id"] = failed["error"]["details"]["request_id"]
        assert failed["error"] == direct
    assert left(stand) == []


def test_what_a_schema_refuses_is_named_by_field(stand: Stand, client: FlaskClient) -> None:
    body = {"words": [{"word": 1}, {"word": "a"}, {"word": "b"}, {"word": "c"}]}
    assert client.post("/api/effects/", json=body).status_code == 202
    work(stand)
    fields = job(client, "assets-1")["error"]["details"]["fields"]
    assert fields == {"words": {"0": {"word": ["Not a valid string."]}}}


def test_a_repeated_key_answers_the_job_as_it_stands_and_then_what_it_answered(
    stand: Stand, client: FlaskClient
) -> None:
    answers = [leave(client, *FOUR, Idempotency_Key="k")]
    answers.append(leave(client, *FOUR, Idempotency_Key="k"))
    work(stand)
    answers.append(leave(client, *FOUR, Idempotency_Key="k"))
    assert [answer.status_code for answer in answers] == [202, 202, 201]
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [
        None,
        "true",
        "true",
    ]
    assert answers[2].get_json() == {"left": 4}
    assert left(stand) == list(FOUR)
    assert leave(client, *FOUR, "e", Idempotency_Key="k").status_code == 422


def test_a_repeated_key_answers_what_a_job_was_refused_for(
    stand: Stand, client: FlaskClient
) -> None:
    words = (*FOUR, "refused")
    leave(client, *words, Idempotency_Key="k")
    work(stand)
    again = leave(client, *words, Idempotency_Key="k")
    assert (again.status_code, again.get_json()["details"]["message"]) == (
        409,
        "The word is taken.",
    )


def test_a_key_whose_job_came_to_nothing_may_be_used_again(
    stand: Stand, client: FlaskClient
) -> None:
    cancelled = leave(client, *FOUR, Idempotency_Key="k").headers["Location"]
    assert client.delete(cancelled).status_code == 204
    again = leave(client, *FOUR, Idempotency_Key="k")
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (202, False)
    execute(
        stand,
        "UPDATE jobs SET status = 'failed', answer_status = 500, answer = '{}', finished = now()",
    )
    assert leave(client, *FOUR, Idempotency_Key="k").status_code == 202
    work(stand)
    assert left(stand) == list(FOUR)


def test_a_user_has_five_open_jobs(stand: Stand, client: FlaskClient) -> None:
    for word in FOUR:
        later(client, word)
    leave(client, "e", Prefer="respond-async", Idempotency_Key="fifth")
    for _ in "ab":
        refused = leave(client, "f", Prefer="respond-async", Idempotency_Key="sixth")
        assert refused.status_code == 409
        assert refused.get_json()["details"]["code"] == "too_many"
    assert leave(client, "direct").status_code == 201
    assert leave(stand.client(2), "g", Prefer="respond-async").status_code == 202
    work(stand)
    # That there were too many may pass, and is not kept under the key.
    passed = leave(client, "f", Prefer="respond-async", Idempotency_Key="sixth")
    assert passed.status_code == 202


def test_users_take_turns(stand: Stand, client: FlaskClient) -> None:
    for word in ("a1", "a2", "a3"):
        later(client, word)
    for user, word in ((2, "b1"), (2, "b2"), (3, "c1")):
        later(stand.client(user), word)
    work(stand)
    assert left(stand) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_job_is_its_users_alone(stand: Stand, client: FlaskClient) -> None:
    number = later(client, "a")
    other = stand.client(2)
    assert other.get(f"/api/jobs/{number}/").status_code == 404
    assert other.delete(f"/api/jobs/{number}/").status_code == 404
    assert stand.client(None).get(f"/api/jobs/{number}/").status_code == 401
    assert stand.client(scopes=("read",)).delete(f"/api/jobs/{number}/").status_code == 403
    for unknown in ("assets-99", "portfolio-1", "webhooks-1"):
        assert client.get(f"/api/jobs/{unknown}/").status_code == 404, unknown
    assert client.get("/api/jobs/1/").get_json()["id"] == number  # as they were named once


def test_a_job_that_has_not_begun_can_be_cancelled(stand: Stand, client: FlaskClient) -> None:
    first, second = later(client, "a"), later(client, "b")
    assert client.delete(f"/api/jobs/{first}/").status_code == 204
    assert client.get(f"/api/jobs/{first}/").status_code == 404
    work(stand)
    assert left(stand) == ["b"]
    assert client.delete(f"/api/jobs/{second}/").status_code == 409


def test_a_job_is_done_as_who_asked_for_it(stand: Stand) -> None:
    later(stand.client(7), "a")
    work(stand)
    with stand.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT user_id FROM effects").scalars().all() == [7]


def test_what_a_job_brought_is_forgotten_at_its_end(stand: Stand, client: FlaskClient) -> None:
    later(client, "a")
    later(client, "refused")
    work(stand)
    with stand.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT body FROM jobs").scalars().all() == [None, None]


def test_services_tell_each_other_of_a_users_jobs(stand: Stand, client: FlaskClient) -> None:
    later(client, "a")
    later(stand.client(2), "b")
    work(stand)
    service = stand.service_client("portfolio")
    [told] = service.get("/internal/v1/jobs/?user=1").get_json()["jobs"]
    assert (told["id"], told["status"], json.loads(told["answer"])) == (
        "assets-1",
        "done",
        {"left": 1},
    )


def test_a_part_that_is_missing_is_tried_again_and_fails_in_the_end(
    stand: Stand, client: FlaskClient
) -> None:
    number = later(client, "unavailable")
    for attempt in range(3):
        work(stand)
        assert job(client, number)["status"] == ("failed" if attempt == 2 else "queued")
        execute(stand, "UPDATE jobs SET started = started - interval '5 seconds'")
    assert job(client, number)["error"]["details"]["code"] == "unavailable"
    assert left(stand) == []
