"""An answer asked for both ways: in front of Flask, where it is kept, and through Flask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask, request_started
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# What makes a question unusual and changes no answer: none of ours has a part or a date.
LONG_WAY: Final = {"Range": "bytes=0-0"}
_ID: Final = {"X-Request-Id": "one-for-all"}


@contextmanager
def requests_of_flask(app: Flask) -> Iterator[list[Flask]]:
    """Note each request that goes through Flask for the length of a `with`."""
    started: list[Flask] = []

    def note(sender: Flask, **_: Any) -> None:
        started.append(sender)

    with request_started.connected_to(note, app):
        yield started


def answers(client: FlaskClient, path: str, **headers: str) -> tuple[TestResponse, TestResponse]:
    """Return the kept answer to a question and Flask's own; it has been asked before.

    Raises:
        AssertionError: it was not kept.
    """
    headers |= _ID
    with requests_of_flask(client.application) as requests:
        short = client.get(path, headers=headers)
        if requests:
            raise AssertionError(f"{path} is not answered in front of Flask")
        long = client.get(path, headers=headers | LONG_WAY)
        if len(requests) != 1:
            raise AssertionError(f"{path} is not answered by Flask")
    return short, long


def sent(answer: TestResponse) -> tuple[str, dict[str, str], bytes]:
    """Return all of an answer."""
    return answer.status, dict(answer.headers), answer.data
