"""Logs: one line of JSON for each event on stderr, with the request and without a secret."""

import json
import subprocess
import sys
from typing import Any

import pytest

from shared import observability

SCRIPT = """
import logging
from shared import observability
observability.configure_logging("notes", "INFO")
log = observability.logger("services.notes.routes")
URL = "postgresql://notes:hunter2@db.internal:5432/notes"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
with observability.traced("the-request-1", TRACE):
    log.info("note_made", note=7, password="hunter2", new_token="hunter2", Authorization="hunter2")
    log.info("database_chosen", url=URL)
    logging.getLogger("library").warning("cannot open %s", URL)
    try:
        raise RuntimeError("failed: " + URL)
    except RuntimeError as error:
        log.error("note_failed", exc_info=error)
log.debug("too_quiet")
log.info("outside")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert ended.stdout == ""
    assert "hunter2" not in ended.stderr
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_each_event_is_one_line_that_names_service_logger_level_and_time(
    lines: list[dict[str, Any]],
) -> None:
    events = [line["event"] for line in lines]
    library = "cannot open postgresql://notes:[hidden]@db.internal:5432/notes"
    assert events == ["note_made", "database_chosen", library, "note_failed", "outside"]
    assert {line["service"] for line in lines} == {"notes"}
    assert [line["level"] for line in lines] == ["info", "info", "warning", "error", "info"]
    assert [line["logger"] for line in lines][1:3] == ["services.notes.routes", "library"]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_a_line_carries_the_request_and_the_trace_it_belongs_to(
    lines: list[dict[str, Any]],
) -> None:
    assert [line.get("request_id") for line in lines] == [*["the-request-1"] * 4, None]
    trace = "0af7651916cd43dd8448eb211c80319c"
    assert [line.get("trace_id") for line in lines] == [*[trace] * 4, None]


def test_secrets_are_hidden_by_their_name_and_in_urls(lines: list[dict[str, Any]]) -> None:
    made = lines[0]
    hidden = {name for name, value in made.items() if value == "[hidden]"}
    assert hidden == {"password", "new_token", "Authorization"}
    assert made["note"] == 7
    assert lines[1]["url"] == "postgresql://notes:[hidden]@db.internal:5432/notes"


def test_an_error_has_its_traceback_in_the_same_line(lines: list[dict[str, Any]]) -> None:
    assert "Traceback" in lines[3]["exception"]
    assert "notes:[hidden]@db.internal" in lines[3]["exception"]


def test_a_trace_is_carried_inside_and_gone_afterwards() -> None:
    with observability.traced("outer-one", "t1"):
        with observability.traced("inner-one", "t2"):
            assert (observability.request_id(), observability.traceparent()) == ("inner-one", "t2")
        assert (observability.request_id(), observability.traceparent()) == ("outer-one", "t1")
    assert (observability.request_id(), observability.traceparent()) == (None, None)


@pytest.mark.parametrize(
    "offered",
    [
        *(None, "", "00-abc", "x" * 55, "00-" + "g" * 32 + "-0-00"),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_a_malformed_traceparent_is_replaced(offered: str | None) -> None:
    parts = observability.sane_traceparent(offered).split("-")
    assert [len(part) for part in parts] == [2, 32, 16, 2]
    assert parts[1].strip("0")


def test_a_traceparent_that_is_well_formed_is_kept() -> None:
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert observability.sane_traceparent(given) == given
