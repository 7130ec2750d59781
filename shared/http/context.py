"""What belongs to the current request."""

from typing import TYPE_CHECKING, cast

from flask import current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from shared.identity import Identity

if TYPE_CHECKING:
    from shared.http.app import ServiceApp


def _session() -> Session:
    """Return the session of the request's unit of work, opened at its first use.

    A user's GET sees one moment in all that it reads, and writes nothing.
    """
    if "session" not in g:
        database = service_app.database
        g.session = database.snapshots() if _only_reads() else database.sessions()
    return cast(Session, g.session)


def _only_reads() -> bool:
    return request.method == "GET" and "identity" in g


def _identity() -> Identity:
    return cast(Identity, g.identity)


# Typed as what they stand for, so that routes read plainly.
service_app: "ServiceApp" = cast("ServiceApp", current_app)
session: Session = cast(Session, LocalProxy(_session))
identity: Identity = cast(Identity, LocalProxy(_identity))
