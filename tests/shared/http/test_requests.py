"""What a request may be, and what is refused."""

import json
import tracemalloc
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.http.app import JsonProvider
from shared.testing import Stand


def code(answer: TestResponse) -> str:
    """Return the contract's code of an error."""
    return str(answer.json["details"]["code"])  # type: ignore[index]


def message(answer: TestResponse) -> str:
    """Return what an error says to people."""
    return str(answer.json["details"]["message"])  # type: ignore[index]


def fields(answer: TestResponse) -> dict[str, Any]:
    """Return what a 422 says of each field."""
    assert answer.status_code == 422
    return dict(answer.json["details"]["fields"])  # type: ignore[index]


def test_a_path_without_its_slash_is_308_and_keeps_query_method_and_host(
    client: FlaskClient,
) -> None:
    forwarded = {"X-Forwarded-Host": "finance.example:8443", "X-Forwarded-Proto": "https"}
    answer = client.post("/api/notes?page=2&search=a%26b", json={}, headers=forwarded)
    assert answer.status_code == 308
    expected = "https://finance.example:8443/api/notes/?page=2&search=a%26b"
    assert answer.headers["Location"] == expected
    followed = client.post("/api/notes", json={"title": "kept"}, follow_redirects=True)
    assert (followed.status_code, followed.json["title"]) == (201, "kept")  # type: ignore[index]


def test_a_redirect_stays_below_v1_where_the_client_asks_there(client: FlaskClient) -> None:
    answer = client.get("/api/notes?page=2", headers={"X-Replaced-Path": "/api/v1/notes"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == "http://localhost/api/v1/notes/?page=2"


def test_a_redirect_never_leaves_this_host(client: FlaskClient) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": "//evil.example/api/notes"})
    location = answer.headers.get("Location", "http://localhost/")
    assert location.startswith("http://localhost/")


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/notes/0/", "/api/notes/x/", "/api/notes/9223372036854775808/"]
)
def test_a_page_that_does_not_exist_is_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, code(answer)) == (404, "not_found")


def test_another_method_is_405_and_names_those_that_are_allowed(client: FlaskClient) -> None:
    answer = client.patch("/api/notes/", json={})
    assert (answer.status_code, code(answer)) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"],
)
def test_another_content_type_is_415(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/api/notes/", data='{"title": "x"}', content_type=content_type)
    assert (answer.status_code, code(answer)) == (415, "unsupported_media_type")


def test_json_in_another_encoding_is_refused(client: FlaskClient) -> None:
    latin = client.post(
        "/api/notes/",
        data='{"title": "é"}'.encode("latin-1"),
        content_type="application/json; charset=latin-1",
    )
    assert latin.status_code == 400
    utf16 = client.post(
        "/api/notes/", data='{"title": "x"}'.encode("utf-16"), content_type="application/json"
    )
    assert utf16.status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'title': 'x'}", b'{"title": "\xff"}', b"[" * 100_000, b'{"a":' * 50_000],
)
def test_malformed_json_is_400(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/notes/bulk/", data=body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (400, "bad_request")


@pytest.mark.parametrize(
    "value", [b"1.5", b"[]", b"{}", b'[[1,"a"],{"b":[]}]', b'"\\"",[1]', b'"[",{"\\\\":1}']
)
def test_a_body_of_too_many_values_is_422_before_they_take_memory(
    client: FlaskClient, value: bytes
) -> None:
    body = b'{"titles": [%b]}' % b",".join([value] * (15 * 2**20 // (len(value) + 1)))
    client.post("/api/notes/", json={"title": "warm"})
    tracemalloc.start()
    answer = client.post("/api/notes/bulk/", data=body, content_type="application/json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 422
    assert fields(answer) == {"body": ["It has more than 500000 values."]}
    assert peak < 3 * len(body)  # in this test's own client there are copies of it


def test_what_is_no_bulk_has_two_thousand_values_at_most(client: FlaskClient) -> None:
    """What is wrong with each would be answered, which takes seconds, on no lane."""
    few, many = (client.post("/api/notes/", json={"title": [1] * n}) for n in (1_999, 2_000))
    assert fields(few) == {"title": ["Not a valid string."]}
    assert fields(many) == {"body": ["It has more than 2000 values."]}


@pytest.mark.parametrize("path", ["/api/notes/", "/api/notes/bulk/"])
def test_of_unknown_fields_only_a_few_are_named(client: FlaskClient, path: str) -> None:
    few, many = ({f"field{n}": 1 for n in range(count)} for count in (20, 30))
    assert fields(client.post(path, json=few)).keys() > few.keys()
    assert fields(client.post(path, json=many)) == {"_schema": ["It has 30 unknown fields."]}


def test_signs_inside_of_strings_are_no_values(client: FlaskClient) -> None:
    titles = ["[{,\\" * 200_000, '"[,{' * 200_000, "last"]
    answer = client.post("/api/notes/bulk/", json={"titles": titles})
    assert answer.json == {"count": 3}


@pytest.mark.parametrize("body", ["[]", "null", "1", '"title"'])
def test_json_that_is_not_an_object_is_422(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/notes/", data=body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (422, "validation_error")


def test_a_body_over_a_mebibyte_is_413_unless_the_route_takes_more(client: FlaskClient) -> None:
    body = {"titles": ["x" * 2 * 1024**2]}
    answer = client.post("/api/notes/", json=body)
    assert (answer.status_code, code(answer)) == (413, "payload_too_large")
    assert client.post("/api/notes/bulk/", json=body).json == {"count": 1}
    body = {"titles": ["x" * 17 * 1024**2]}
    assert client.post("/api/notes/bulk/", json=body).status_code == 413


def test_an_unknown_field_is_422_and_named(client: FlaskClient) -> None:
    answer = client.post("/api/notes/", json={"title": "x", "owner": 2})
    assert fields(answer) == {"owner": ["Unknown field."]}


def test_a_missing_field_is_422_and_named(client: FlaskClient) -> None:
    answer = client.post("/api/notes/", json={})
    assert fields(answer) == {"title": ["Missing data for required field."]}


def test_a_read_only_field_is_refused_when_something_is_made(client: FlaskClient) -> None:
    assert set(fields(client.post("/api/notes/", json={"title": "x", "id": 5}))) == {"id"}


def test_what_a_get_answers_can_be_changed_and_put_back(client: FlaskClient) -> None:
    made: Any = client.post("/api/notes/", json={"title": "old", "amount": "1.5"}).json
    answer = client.put(f"/api/notes/{made['id']}/", json={**made, "title": "new"})
    assert answer.json == {**made, "title": "new"}
    refused = client.put(f"/api/notes/{made['id']}/", json={**made, "owner": 2})
    assert fields(refused) == {"owner": ["Unknown field."]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("page=x", "page"),
        ("page=0", "page"),
        ("page=99999999999999999999", "page"),
        ("page_size=501", "page_size"),
        ("page_size=0", "page_size"),
        ("ordering=owner", "ordering"),
        ("search=%00", "search"),
        ("colour%00=1", "colour\x00"),
    ],
)
def test_a_wrong_query_parameter_is_400_and_named(
    client: FlaskClient, query: str, name: str
) -> None:
    answer = client.get(f"/api/notes/?{query}")
    assert (answer.status_code, code(answer)) == (400, "bad_request")
    assert f"'{name}'" in answer.json["details"]["message"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"1.5"', "1.50000000"),
        ("1.5", "1.50000000"),
        ("0.1", "0.10000000"),  # as a float it would be 0.1000000000000000055
        ("3", "3.00000000"),
        ("1e2", "100.00000000"),
        ('"123456789012.12345678"', "123456789012.12345678"),
        ("123456789012.12345678", "123456789012.12345678"),  # more digits than a float has
        ('"-0"', "0.00000000"),
        ("null", None),
    ],
)
def test_a_number_is_a_string_or_a_json_number_and_exact(
    client: FlaskClient, sent: str, stored: str | None
) -> None:
    body = f'{{"title": "x", "amount": {sent}}}'
    answer = client.post("/api/notes/", data=body, content_type="application/json")
    assert answer.json["amount"] == stored  # type: ignore[index]
    path = f"/api/notes/{answer.json['id']}/"  # type: ignore[index]
    assert client.get(path).json["amount"] == stored  # type: ignore[index]


@pytest.mark.parametrize(
    "sent",
    [
        '"1e999"',
        "1e999",
        "1e999999999",
        "1e-999999999",
        '"NaN"',
        "NaN",
        "Infinity",
        '"-Infinity"',
        "1" * 30,
        f'"{"1" * 30}"',
        "1" * 5000,
        '"1.123456789"',
        "1.123456789",
        '"1,5"',
        '"٣"',
        '"1_000"',
        '""',
        "true",
        "[]",
        "{}",
    ],
)
def test_a_number_that_cannot_be_kept_exactly_is_422(client: FlaskClient, sent: str) -> None:
    body = f'{{"title": "x", "amount": {sent}}}'
    answer = client.post("/api/notes/", data=body.encode(), content_type="application/json")
    assert set(fields(answer)) == {"amount"}


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\x1bb", "   ", "x" * 101, 5, None, ["x"]])
def test_a_text_that_cannot_be_stored_is_422(client: FlaskClient, text: object) -> None:
    body = json.dumps({"title": text})
    answer = client.post("/api/notes/", data=body, content_type="application/json")
    assert set(fields(answer)) == {"title"}


def test_a_field_name_that_is_no_text_is_422_too(client: FlaskClient) -> None:
    body = b'{"title": "x", "\\ud800": 1}'
    answer = client.post("/api/notes/", data=body, content_type="application/json")
    assert set(fields(answer)) == {"?"}


@pytest.mark.parametrize(
    "value",
    [
        {"ö": ["\u2028", '\x1f\t"\\/'], "none": None, "yes": True, "size": [2**63, -(2**70)]},
        {1: "a number as a name"},
        {"day": date(2024, 1, 2), "id": UUID(int=7), "price": Decimal("1.50"), "pair": (1, 0.1)},
    ],
)
def test_an_answer_is_written_as_by_the_standard_library(stand: Stand, value: object) -> None:
    provider = stand.app.json
    assert isinstance(provider, JsonProvider)
    expected = json.dumps(
        value,
        separators=(",", ":"),
        ensure_ascii=False,
        default=provider.default,
    )
    assert provider.dumps(value, separators=(",", ":")) == expected


def test_a_text_loses_its_outer_blanks_and_nothing_else(client: FlaskClient) -> None:
    answer = client.post("/api/notes/", json={"title": "  Größe 😀\t'; DROP TABLE notes;--  "})
    assert answer.json["title"] == "Größe 😀\t'; DROP TABLE notes;--"  # type: ignore[index]


@pytest.mark.parametrize("accept", ["image/png", "text/csv", "application/json;q=0", "text/*"])
def test_a_client_that_excludes_json_is_406_before_anything_is_done(
    client: FlaskClient, accept: str
) -> None:
    answer = client.post("/api/notes/", json={"title": "x"}, headers={"Accept": accept})
    assert (answer.status_code, code(answer)) == (406, "not_acceptable")
    assert message(answer) == "This is answered as application/json."
    assert client.get("/api/notes/").json["count"] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json; charset=utf-8",
        "application/problem+json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "image/png, application/json;q=0.1",
    ],
)
def test_a_client_that_does_not_exclude_json_gets_it(client: FlaskClient, accept: str) -> None:
    answer = client.get("/api/notes/", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


def test_a_list_is_406_only_for_who_excludes_csv_too(client: FlaskClient) -> None:
    answer = client.get(
        "/api/notes/", headers={"Accept": "text/csv; header=present"}, buffered=True
    )
    assert answer.mimetype == "text/csv"
    answer = client.get(
        "/api/notes/", headers={"Accept": "text/csv, application/problem+json"}, buffered=True
    )
    assert answer.mimetype == "text/csv"
    refused = client.get("/api/notes/", headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert message(refused) == "This is answered as application/json or text/csv."


def test_what_does_not_exist_is_404_whatever_is_accepted(client: FlaskClient) -> None:
    answer = client.get("/api/nothing/", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_the_internal_api_negotiates_too(stand: Stand) -> None:
    peer = stand.service_client("portfolio")
    answer = peer.get("/internal/v1/notes/1/", headers={"Accept": "image/png"})
    assert answer.status_code == 406
