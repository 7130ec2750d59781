"""What every answer carries, whatever it is."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.testing import Stand


def test_an_error_has_the_shape_of_the_contract(client: FlaskClient) -> None:
    answer = client.get("/api/notes/7/", headers={"X-Request-Id": "my-request-1"})
    assert answer.status_code == 404
    assert answer.json == {
        "error": "Note not found",
        "details": {
            "code": "not_found",
            "message": "The requested note does not exist or you don't have permission to"
            " access it.",
            "request_id": "my-request-1",
        },
    }


@pytest.mark.parametrize(
    ("title", "status", "retry_after"),
    [("refused", 409, None), ("unavailable", 503, "5"), ("too often", 429, "7")],
)
def test_a_refusal_says_when_to_try_again(
    client: FlaskClient, title: str, status: int, retry_after: str | None
) -> None:
    answer = client.post("/api/notes/", json={"title": title})
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)


def test_an_unforeseen_error_is_500_and_tells_nothing(client: FlaskClient) -> None:
    answer = client.post("/api/notes/", json={"title": "broken"})
    assert (answer.status_code, answer.mimetype) == (500, "application/json")
    assert answer.json["details"]["code"] == "server_error"  # type: ignore[index]
    assert not re.search("hunter2|postgresql|Traceback|RuntimeError", answer.text)


@pytest.mark.parametrize("offered", ["a-sane-one", "0" * 128, "A.b_c-9876"])
def test_a_sane_request_id_comes_back(client: FlaskClient, offered: str) -> None:
    answer = client.get("/api/notes/", headers={"X-Request-Id": offered})
    assert answer.headers["X-Request-Id"] == offered


@pytest.mark.parametrize("offered", ["", "short", "0" * 129, "has a blank", "<script>", "größer-8"])
def test_another_one_is_replaced_by_a_new_one(client: FlaskClient, offered: str) -> None:
    answer = client.get("/api/notes/", headers={"X-Request-Id": offered})
    assert UUID(answer.headers["X-Request-Id"]).version == 7


def test_two_requests_have_two_ids(client: FlaskClient) -> None:
    ids = {client.get("/api/notes/").headers["X-Request-Id"] for _ in range(2)}
    assert len(ids) == 2


def _kinds(stand: Stand) -> dict[str, TestResponse]:
    user, nobody = stand.client(), stand.client(None)
    return {
        "a list": user.get("/api/notes/"),
        "CSV": user.get("/api/notes/", headers={"Accept": "text/csv"}, buffered=True),
        "made": user.post("/api/notes/", json={"title": "x"}),
        "refused": user.post("/api/notes/", json={}),
        "missing": user.get("/api/nothing/"),
        "another method": user.patch("/api/notes/"),
        "unknown parameter": user.get("/api/notes/?colour=red"),
        "unacceptable": user.get("/api/notes/", headers={"Accept": "image/png"}),
        "redirect": user.get("/api/notes"),
        "anonymous": nobody.get("/api/notes/"),
        "broken": user.post("/api/notes/", json={"title": "broken"}),
        "operators": nobody.get("/health/live/"),
    }


def test_every_answer_has_the_headers_of_the_contract(stand: Stand) -> None:
    for kind, answer in _kinds(stand).items():
        assert answer.headers["X-Content-Type-Options"] == "nosniff", kind
        assert answer.headers["API-Version"] == "1.0", kind
        assert len(answer.headers["X-Request-Id"]) == 36, kind
        assert "Cache-Control" in answer.headers, kind


def test_what_is_somebodys_is_never_kept_by_a_shared_cache(stand: Stand) -> None:
    kinds = _kinds(stand)
    assert kinds["a list"].headers["Cache-Control"] == "private, no-cache"
    assert kinds["CSV"].headers["Cache-Control"] == "private, no-cache"
    assert kinds["anonymous"].headers["Cache-Control"] == "no-store"


def test_an_authenticated_answer_tells_what_is_left_of_the_quota(stand: Stand) -> None:
    kinds = _kinds(stand)
    for kind in kinds.keys() - {"anonymous", "operators"}:
        told = kinds[kind].headers
        quota = [told[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")]
        assert quota == ["1000", "999", "3600"], kind
    assert "RateLimit-Limit" not in kinds["anonymous"].headers
