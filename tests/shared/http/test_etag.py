"""Tags: a client asks only for what is new to it, and changes only what it has seen."""

import pytest
from flask.testing import FlaskClient

from tests.shared.http.conftest import titles


@pytest.fixture
def path(client: FlaskClient) -> str:
    made = client.post("/api/notes/", json={"title": "first"})
    return f"/api/notes/{made.json['id']}/"  # type: ignore[index]


def test_a_resource_has_the_same_strong_tag_until_it_changes(
    client: FlaskClient, path: str
) -> None:
    tag = client.get(path).headers["ETag"]
    assert tag.startswith('"1.')
    assert client.get(path).headers["ETag"] == tag
    changed = client.put(path, json={"title": "second"}).headers["ETag"]
    assert changed != tag
    assert client.get(path).headers["ETag"] == changed


def test_what_was_made_has_its_tag_at_once(client: FlaskClient) -> None:
    made = client.post("/api/notes/", json={"title": "x"})
    path = f"/api/notes/{made.json['id']}/"  # type: ignore[index]
    assert client.get(path).headers["ETag"] == made.headers["ETag"]


@pytest.mark.parametrize("form", ["{}", 'W/{}, "other"', "*"])
def test_what_the_client_has_already_is_304_without_a_body(
    client: FlaskClient, path: str, form: str
) -> None:
    tag = client.get(path).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": form.format(tag)})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert answer.headers["RateLimit-Remaining"] == "999"


def test_what_changed_is_sent_again(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    client.put(path, json={"title": "second"})
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json["title"]) == (200, "second")  # type: ignore[index]


def test_a_change_of_what_the_client_has_not_seen_is_412(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    assert client.put(path, json={"title": "second"}, headers={"If-Match": tag}).status_code == 200
    late = client.put(path, json={"title": "third"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.json["details"]["code"] == "precondition_failed"  # type: ignore[index]
    assert titles(client) == ["second"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("*", 200),
        ('"7.a", "1.a"', 200),
        ('"2.a"', 412),
        ('"x"', 412),
        ("nonsense", 412),
        (f'"{"9" * 5000}"', 412),
    ],
)
def test_a_condition_is_met_by_the_version_alone(
    client: FlaskClient, path: str, condition: str, status: int
) -> None:
    answer = client.put(path, json={"title": "new"}, headers={"If-Match": condition})
    assert answer.status_code == status


def test_without_a_condition_a_change_is_made(client: FlaskClient, path: str) -> None:
    assert client.put(path, json={"title": "new"}).status_code == 200
