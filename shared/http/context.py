"""What belongs to the current request."""

import ipaddress
from typing import TYPE_CHECKING, cast

from flask import current_app, g
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from shared.identity import Identity

if TYPE_CHECKING:
    from shared.http.app import ServiceApp


def _session() -> Session:
    """Return the session of the request's unit of work, opened at its first use."""
    if "session" not in g:
        g.session = service_app.database.sessions()
    return cast(Session, g.session)


def _identity() -> Identity:
    return cast(Identity, g.identity)


def network(address: str) -> str:
    """Return the address of a client, or the /64 of an IPv6 one: a host owns all of it."""
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{host}/64", strict=False))
    return str(getattr(host, "ipv4_mapped", None) or host)


# Typed as what they stand for, so that routes read plainly.
service_app: "ServiceApp" = cast("ServiceApp", current_app)
session: Session = cast(Session, LocalProxy(_session))
identity: Identity = cast(Identity, LocalProxy(_identity))
