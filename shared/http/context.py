"""What belongs to the current request."""

from typing import cast

from flask import current_app, g
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from shared.http.service import ServiceApp
from shared.identity import Identity


def _session() -> Session:
    """Return the session of the request's unit of work, opened at its first use."""
    if "session" not in g:
        g.session = service_app.database.sessions()
    return cast(Session, g.session)


def _identity() -> Identity:
    return cast(Identity, g.identity)


# Typed as what they stand for, so that routes read plainly.
service_app: ServiceApp = cast(ServiceApp, current_app)
session: Session = cast(Session, LocalProxy(_session))
identity: Identity = cast(Identity, LocalProxy(_identity))
