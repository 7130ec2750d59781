"""Answers that are still true, sent in front of Flask, whose way takes ten times as long.

The answer to a GET whose grounds are known is kept as it was sent. The same question of the same
user is answered with it again as long as each statement reads what it read before, and the days are
the same: so no answer is older than what was committed before it was asked for. Whatever is unusual
goes the long way, and so does what does not stand any more.
"""

import time
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
from flask import Response, request

from shared.http import contract
from shared.http.context import current, service_app
from shared.http.service import Answer, ServiceApp
from shared.identity import Identity, Quota

# All of a question that an answer may depend on, besides who asks.
_QUESTION: Final = (
    *("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_IF_NONE_MATCH", "HTTP_X_REPLACED_PATH"),
    *("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
)
# What has no place in a question, or may mean that another answer is wanted.
_UNUSUAL: Final = frozenset(
    {
        *("CONTENT_LENGTH", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING"),
        *("HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE"),
    }
)
_KEY: Final = "finance.question"  # in the environment


class Shortcut:
    """WSGI in front of Flask."""

    def __init__(self, app: ServiceApp) -> None:
        self._app = app
        self._long_way: WSGIApplication = app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with what is kept, or go the long way."""
        started = time.perf_counter()
        if _is_usual(environ) and (identity := self._app.asker(environ)):
            question = (identity, *map(environ.get, _QUESTION))
            if (answer := self._app.answers.get(question, None)) and self._stands(answer):
                with contract.tracing(environ):
                    self._observe(answer, identity, started)
                    quota = Quota.told(environ.get("HTTP_X_QUOTA"))
                    headers = [*answer.headers, *contract.headers_of_one(quota)]
                start_response(answer.status, headers)
                return [answer.body]
            environ[_KEY] = question
        return self._long_way(environ, start_response)

    def _stands(self, answer: Answer) -> bool:
        try:
            return answer.grounds.stand(self._app.database)
        except psycopg.Error:
            # The long way has an answer to that, too.
            return False

    def _observe(self, answer: Answer, identity: Identity, started: float) -> None:
        contract.observe(
            int(answer.status[:3]),
            service=self._app.settings.name,
            method="GET",
            route=answer.route,
            path=answer.path,
            started=started,
            user=identity.user_id,
        )


def _is_usual(environ: WSGIEnvironment) -> bool:
    return environ["REQUEST_METHOD"] == "GET" and _UNUSUAL.isdisjoint(environ)


def keep(response: Response) -> Response:
    """Keep an answer that Flask has made, if its grounds are known."""
    question, grounds = request.environ.get(_KEY), current.grounds
    if question and grounds and request.url_rule and response.status_code in {200, 304}:
        body = response.get_data()  # first of all: what is an iterator can be read once
        if response.status_code == 304:
            body = b""
        headers = response.get_wsgi_headers(request.environ)
        shared = [(name, value) for name, value in headers if name not in contract.OF_ONE]
        rule, path = request.url_rule.rule, request.path
        answer = Answer(grounds, response.status, shared, body, rule, path)
        service_app.answers.put(question, None, answer)
    return response
