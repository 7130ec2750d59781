"""The log of a web process: one line a request, and no secret of it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from shared.identity import Signer
from shared.testing import Stand

SCRIPT = """
from tests.shared.http import notes
client = notes.create_app().test_client()
headers = {"X-Request-Id": "the-request-1", "Authorization": "Token s3cr3t-token"}
headers["X-Identity"] = IDENTITY
client.get("/api/notes/?search=s3cr3t-search", headers=headers)
client.post("/api/notes/", json={"title": "broken"}, headers=headers)
client.get("/health/live/")
headers["Authorization"] = f"Bearer {PROGRAM}"
client.get("/internal/v1/notes/7/", headers=headers)
"""


def test_each_request_is_one_line_with_its_id_and_without_a_secret(stand: Stand) -> None:
    identity = stand.client().environ_base["HTTP_X_IDENTITY"]
    soon = datetime.now(UTC) + timedelta(minutes=1)
    program = Signer("auth", stand.keys / "auth.pem").reader_token("reports", stand.name, soon)
    script = f"IDENTITY, PROGRAM = {identity!r}, {program!r}\n{SCRIPT}"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **stand.environment, "LOG_LEVEL": "INFO"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    told = [line["event"] for line in lines]
    assert told == ["request", "unhandled_error", "request", "request"]
    assert {line["request_id"] for line in lines} == {"the-request-1"}
    listed, error, answered, called = lines
    assert (listed["method"], listed["path"], listed["status"]) == ("GET", "/api/notes/", 200)
    assert (listed["user"], listed["service"]) == (1, "assets")
    assert answered["status"] == 500
    assert (called["status"], called["caller"]) == (404, "reports")
    assert "RuntimeError" in error["exception"]
    for secret in ("s3cr3t", "hunter2", identity, program):
        assert secret not in ended.stderr
