"""An answer asked for both ways: in front of Flask, and through Flask."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask, request_started
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# What makes a question unusual and changes no answer: none of ours has a part or a date.
LONG_WAY: Final = {"Range": "bytes=0-0"}
# What makes a plain POST unusual and changes nothing: nobody prefers anything that we know of.
LONG_WAY_OF_POST: Final = {"Prefer": "handling=lenient"}
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
    return _both(client, lambda more: client.get(path, headers=headers | more), LONG_WAY)


def posted(client: FlaskClient, path: str, body: Any) -> tuple[TestResponse, TestResponse]:
    """Return what one body is answered in front of Flask and by Flask; it is posted twice.

    Raises:
        AssertionError: the first was not answered in front of Flask.
    """
    return _both(client, lambda more: client.post(path, json=body, headers=more), LONG_WAY_OF_POST)


def _both(
    client: FlaskClient, ask: Callable[[dict[str, str]], TestResponse], long_way: dict[str, str]
) -> tuple[TestResponse, TestResponse]:
    with requests_of_flask(client.application) as requests:
        short = ask(_ID)
        if requests:
            raise AssertionError("this is not answered in front of Flask")
        long = ask(_ID | long_way)
        if len(requests) != 1:
            raise AssertionError("this is not answered by Flask")
    return short, long


def sent(answer: TestResponse) -> tuple[str, dict[str, str], bytes]:
    """Return all of an answer."""
    return answer.status, dict(answer.headers), answer.data
