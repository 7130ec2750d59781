"""An answer asked for both ways: in front of Flask, and through Flask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
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
    return _both(client, path, LONG_WAY, headers)


def posted(client: FlaskClient, path: str, body: Any) -> tuple[TestResponse, TestResponse]:
    """Return what one body is answered in front of Flask and by Flask; it is posted twice.

    Raises:
        AssertionError: the first was not answered in front of Flask.
    """
    return _both(client, path, LONG_WAY_OF_POST, method="POST", json=body)


def _both(
    client: FlaskClient,
    path: str,
    long_way: Mapping[str, str],
    headers: Mapping[str, str] = MappingProxyType({}),
    **request: Any,
) -> tuple[TestResponse, TestResponse]:
    with requests_of_flask(client.application) as requests:
        short = client.open(path, headers={**headers, **_ID}, **request)
        if requests:
            raise AssertionError(f"{path} is not answered in front of Flask")
        long = client.open(path, headers={**headers, **_ID, **long_way}, **request)
        if len(requests) != 1:
            raise AssertionError(f"{path} is not answered by Flask")
    return short, long


def sent(answer: TestResponse) -> tuple[str, dict[str, str], bytes]:
    """Return all of an answer."""
    return answer.status, dict(answer.headers), answer.data
