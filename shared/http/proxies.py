"""Who asks, behind the gateway and the proxies before it (`TRUSTED_PROXIES`)."""

import ipaddress
from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

from shared.settings import Network


def client_of(forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return who asks, of all through whom a request came.

    Each of them appends whom it had the request from; left of the first stranger, counted from the
    right, may stand anything.

    Args:
        forwarded_for: `X-Forwarded-For`, as the gateway hands it on.
        trusted: the proxies before the gateway.
    """
    came_through = [address.strip() for address in forwarded_for.split(",") if address.strip()]
    strangers = (address for address in reversed(came_through) if not _is_in(address, trusted))
    return next(strangers, came_through[0] if came_through else "")


def _is_in(address: str, networks: Iterable[Network]) -> bool:
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    host = getattr(host, "ipv4_mapped", None) or host
    return any(host in network for network in networks)


class BehindProxies:
    """WSGI that lets an application see who asks, and for which scheme and host.

    The gateway overwrites these headers with its own truth, and believes trusted proxies alone.
    """

    def __init__(self, app: WSGIApplication, trusted: Sequence[Network] = ()) -> None:
        self._app = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on."""
        if self._trusted and (forwarded_for := environ.get("HTTP_X_FORWARDED_FOR")):
            environ["HTTP_X_FORWARDED_FOR"] = client_of(forwarded_for, self._trusted)
        return self._app(environ, start_response)
