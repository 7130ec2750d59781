"""What belongs to the current request."""

import ipaddress
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request
from flask.ctx import _AppCtxGlobals
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from shared.db import Reading
from shared.http.service import Grounds, ServiceApp
from shared.identity import Identity, Quota

if TYPE_CHECKING:
    # What is none of its attributes is no name of ours; Flask's own lets any name pass.
    _Globals = object
else:
    _Globals = _AppCtxGlobals


class Context(_Globals):
    """The state of one request: Flask makes one for each (`app_ctx_globals_class`), as its `g`.

    Attributes:
        started: when it began, by `time.perf_counter`.
        identity: the user who asks; None is nobody whom we know.
        caller: the service, or the program of a team, that asks; None is neither.
        quota: what is left to that user; None where nothing is counted.
        unit: the session of its unit of work; None before its first use.
        revision: of the row that is answered; None where the answer shows none.
        basis: the hash of what the answer is computed from; None where it has none.
        readings: what queries have read for an answer that is computed.
        grounds: what the answer rests on; None where that is not all known.
        take_place: enters the lane of the request, if it has one.
    """

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.identity: Identity | None = None
        self.caller: str | None = None
        self.quota: Quota | None = None
        self.unit: Session | None = None
        self.revision: int | None = None
        self.basis: str | None = None
        self.readings: Sequence[Reading] = ()
        self.grounds: Grounds | None = None
        self.take_place: Callable[[], None] = _go_on


def _go_on() -> None:
    """Work without a lane."""


def opened_session() -> Session:
    """Return the session of the request's unit of work, opened at its first use.

    `session` looks for it here each time that it is asked for anything.

    A user's GET sees one moment in all that it reads, and writes nothing.
    """
    unit = current.unit
    if unit is None:
        database = service_app.database
        unit = current.unit = database.snapshots() if _only_reads() else database.sessions()
    return unit


def _only_reads() -> bool:
    return request.method == "GET" and current.identity is not None


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
current: Context = cast(Context, g)
service_app: ServiceApp = cast(ServiceApp, current_app)
session: Session = cast(Session, LocalProxy(opened_session))
identity: Identity = cast(Identity, LocalProxy(lambda: current.identity))
