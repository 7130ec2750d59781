"""The log of a web process: one line a request, and no secret of it."""

import json
import os
import subprocess
import sys

from shared.testing import Stand

SCRIPT = """
from tests.shared.http import notes
client = notes.create_app().test_client()
headers = {"X-Request-Id": "the-request-1", "Authorization": "Token s3cr3t-token"}
headers["X-Identity"] = IDENTITY
client.get("/api/notes/?search=s3cr3t-search", headers=headers)
client.post("/api/notes/", json={"title": "broken"}, headers=headers)
client.get("/health/live/")
"""


def test_each_request_is_one_line_with_its_id_and_without_a_secret(stand: Stand) -> None:
    identity = stand.client().environ_base["HTTP_X_IDENTITY"]
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("IDENTITY", repr(identity))],
        env={**os.environ, **stand.environment, "LOG_LEVEL": "INFO"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["request", "unhandled_error", "request"]
    assert {line["request_id"] for line in lines} == {"the-request-1"}
    listed, error, answered = lines
    assert (listed["method"], listed["path"], listed["status"]) == ("GET", "/api/notes/", 200)
    assert (listed["user"], listed["service"]) == (1, "assets")
    assert answered["status"] == 500
    assert "RuntimeError" in error["exception"]
    for secret in ("s3cr3t", "hunter2", identity):
        assert secret not in ended.stderr
