"""A plain POST answered in front of Flask, whose way takes as long as recording what was sent.

Whatever is unusual goes the long way: other headers than clients send by default, an
`Idempotency-Key`, a body that is refused. So that every refusal of a request has one origin, what
is done here is only what the long way would do for a request that it takes.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import unwrap
from io import BytesIO
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from marshmallow import Schema, ValidationError
from sqlalchemy.orm import Session

from shared.errors import ServiceError
from shared.faults import crash_point
from shared.http import contract, errors, etag, openapi, operations
from shared.http.app import COMPACT
from shared.http.bodies import require_few_values
from shared.http.context import current
from shared.http.operations import View
from shared.http.service import ServiceApp
from shared.http.turns import Turn
from shared.identity import Quota

_JSON: Final = "application/json"
# As clients spell it by themselves.
_SENT: Final = frozenset({_JSON, "application/json; charset=utf-8"})
_ACCEPTED: Final = frozenset({"", "*/*", _JSON, "application/json, text/plain, */*"})
# What asks for more than recording and answering.
_UNUSUAL: Final = frozenset(
    {"HTTP_CONTENT_ENCODING", "HTTP_IDEMPOTENCY_KEY", "HTTP_PREFER", "HTTP_TRANSFER_ENCODING"}
)


class Direct:
    """WSGI in front of Flask, for the POST of one path that makes one row.

    Args:
        app: the service.
        path: of the route.
        view: of the route: authenticated, with the arguments of a JSON body; it answers a resource
            with a `revision`.
        schema: of its body and of its answer.
    """

    def __init__(self, app: ServiceApp, path: str, view: View, schema: type[Schema]) -> None:
        self._app = app
        self._long_way: WSGIApplication = app.wsgi_app
        self._path = path
        self._operation = operations.of(view)
        self._view: Callable[[Any], Mapping[str, Any]] = unwrap(view)
        self._incoming = openapi.incoming(schema)
        self._outgoing = schema()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Do what is asked, or go the long way."""
        started = time.perf_counter()
        if (
            self._is_usual(environ)
            and (identity := self._app.asker(environ))
            and self._operation.scope in identity.scopes
            and (fields := self._fields(environ["wsgi.input"].getvalue())) is not None
        ):
            with contract.tracing(environ), self._app.app_context():
                current.started, current.identity = started, identity
                current.quota = Quota.told(environ.get("HTTP_X_QUOTA"))
                return self._answer(environ, start_response, identity.user_id, fields)
        return self._long_way(environ, start_response)

    def _is_usual(self, environ: WSGIEnvironment) -> bool:
        return (
            environ["PATH_INFO"] == self._path
            and environ["REQUEST_METHOD"] == "POST"
            and not environ["QUERY_STRING"]
            and environ.get("CONTENT_TYPE") in _SENT
            and environ.get("HTTP_ACCEPT", "") in _ACCEPTED
            and _UNUSUAL.isdisjoint(environ)
            # All of it is here, and is here for who goes the long way as well.
            and isinstance(environ["wsgi.input"], BytesIO)
        )

    def _fields(self, body: bytes) -> Any:
        """Return what a body says; None where it is refused, as the long way says."""
        try:
            require_few_values(body, self._operation.most_values)
            return self._incoming.load(self._app.json.loads(body.decode()))
        except (ServiceError, ValidationError, ValueError):
            return None

    def _answer(
        self, environ: WSGIEnvironment, start_response: StartResponse, user: int, fields: Any
    ) -> Iterable[bytes]:
        try:
            with Turn(user):
                body, tag = self._app.database.unit(partial(self._done, fields))
        except Exception as error:  # every error has an answer
            refusal = contract.add_headers(errors.answer(error))
            self._observe(refusal.status_code, user)
            return refusal(environ, start_response)
        crash_point("after_commit_before_answer")
        self._observe(201, user)
        known = contract.headers(is_known=True, quota=current.quota)
        length = ("Content-Length", str(len(body)))
        start_response("201 CREATED", [("Content-Type", _JSON), length, ("ETag", tag), *known])
        return [body]

    def _done(self, fields: Any, session: Session) -> tuple[bytes, str]:
        """Do what is asked in a transaction; return the answer and its tag."""
        current.unit = session
        resource = self._view(fields)
        body = f"{self._app.json.dumps(self._outgoing.dump(resource), **COMPACT)}\n".encode()
        return body, etag.of_body(resource["revision"], body)

    def _observe(self, status: int, user: int) -> None:
        contract.observe(
            status,
            service=self._app.settings.name,
            method="POST",
            route=self._path,
            path=self._path,
            started=current.started,
            user=user,
        )
