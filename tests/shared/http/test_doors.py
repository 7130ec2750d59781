"""What operators and other teams see: health, metrics, documents."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Query
from shared.testing import Stand

REVISION = Query(text("SELECT version_num FROM alembic_version"))


def test_a_service_with_its_database_is_alive_and_ready(stand: Stand) -> None:
    client = stand.client(None)
    assert client.get("/health/live/").json == {"status": "ok"}
    assert client.get("/health/ready/").json == {"status": "ok"}


def test_a_service_is_not_ready_before_the_schema_has_all_that_its_code_needs(
    stand: Stand,
) -> None:
    client = stand.client(None)
    [[newest]] = stand.database.read(REVISION, {})

    def migrate(revision: str) -> None:
        with stand.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})

    try:
        migrate("0000")
        answer = client.get("/health/ready/")
        assert (answer.status_code, client.get("/health/live/").status_code) == (503, 200)
        migrate("9999")  # that of a later release, which leaves what this one needs
        assert client.get("/health/ready/").status_code == 200
    finally:
        migrate(newest)
    assert client.get("/health/ready/").status_code == 200


def test_metrics_count_answers_by_route_and_never_by_path(stand: Stand) -> None:
    client = stand.client()
    labels = (
        'http_requests_total{method="GET",route="/api/notes/<id:note_id>/",service="assets",'
        'status="404"}'
    )
    before = _metric(stand, labels)
    client.get("/api/notes/12345/")
    client.get("/api/notes/67890/")
    assert _metric(stand, labels) == before + 2
    assert "12345" not in stand.client(None).get("/metrics/").text


def test_methods_that_clients_make_up_are_counted_as_one(stand: Stand) -> None:
    before = stand.client(None).get("/metrics/").text
    for number in range(5):
        assert stand.client().open("/api/notes/", method=f"BREW{number}").status_code == 405
    after = stand.client(None).get("/metrics/").text
    assert "BREW" not in after
    added = {line.rpartition(" ")[0] for line in after.splitlines()}
    added -= {line.rpartition(" ")[0] for line in before.splitlines()}
    assert {line for line in added if line.startswith("http_requests_total{")} == {
        'http_requests_total{method="(other)",route="(none)",service="assets",status="405"}'
    }


@pytest.mark.parametrize(
    ("name", "path"), [("public", "/api/notes/"), ("internal", "/internal/v1/notes/{note_id}/")]
)
def test_each_document_describes_its_own_routes(stand: Stand, name: str, path: str) -> None:
    document: Any = stand.client(None).get(f"/internal/openapi/{name}.json").json
    assert document["openapi"].startswith("3.1")
    assert path in document["paths"]
    prefix = "/api/" if name == "public" else "/internal/v1/"
    assert all(known.startswith(prefix) for known in document["paths"])


def test_the_document_says_what_may_be_refused(stand: Stand) -> None:
    document: Any = stand.client(None).get("/internal/openapi/public.json").json
    note = document["paths"]["/api/notes/{note_id}/"]
    assert {"304", "400", "401", "403", "404", "406", "429"} <= set(note["get"]["responses"])
    assert {"406", "409", "412", "413", "415", "422"} <= set(note["put"]["responses"])
    assert "406" not in note["delete"]["responses"]  # it has nothing to answer in any type


def test_an_unknown_document_is_404(stand: Stand) -> None:
    assert stand.client(None).get("/internal/openapi/secret.json").status_code == 404


def test_the_internal_api_is_shown_to_people(stand: Stand) -> None:
    answer = stand.client(None).get("/internal/docs/")
    assert answer.mimetype == "text/html"
    assert "<code>GET /internal/v1/notes/{note_id}/</code>" in answer.text
    assert "Return anybody&#39;s note." in answer.text


def _metric(stand: Stand, labels: str) -> float:
    lines = stand.client(None).get("/metrics/").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(labels)), 0.0)
