"""What Traefik shall do with the routes, before it is written down in anybody's format.

A request of a client passes, outside in:

    web ─ clean ─ compress ─ v1 ─ flood ─ service                                    public
    web ─ clean ─ compress ─ v1 ─ auth-<quota> ─ hide-token ─ body-<n> ─ service     for users
                                       │
    internal (loopback only): /flood ──┼─ flood-page ─ flood-guard ─ flood-passed
                                       └─ the same, and what passed ─ authorize-errors ─ auth

Where pages of other origins may call, `cors` stands before all of it: it answers a browser's
preflight, which has no token, and lets the page read what comes back, refusals too.

One thing is asked on a second, loopback entry point by forwardAuth, because forwardAuth hands a
refusal to the client as it is, with body and headers, which the `errors` middleware cannot (it
replaces both, and could not tell auth's 429 from the flood guard's):
* whether it is a flood: there the guard's bare 429 gets our JSON and `Retry-After`, and touches no
  other 429;
* where a user is needed, in the same question what auth says: there a dead or slow auth becomes a
  JSON 503 after 5 s, instead of a bare 500 after 30 s, and Traefik's connections to it are pooled
  (forwardAuth itself keeps two).

What Traefik itself would say in plain text becomes a page of the portal; and while the portal is
down, of the doorkeeper, where there is one. A body that cannot be read (chunks that are none) is a
bare 500 of Traefik's `buffering`; so that it becomes a 400, and a 500 of the service none, the
latter passes `buffering` as 599 (but for large bodies, which may find the disk full):

    … ─ fault 599→500 ─ too-large ─ malformed 500→400 ─ body-<n> ─ service-faults 500→599 ─ service
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal

from gateway.routes import QUOTAS, SERVICES, Quota, Route
from shared.settings import Network

EntryPoint = Literal["web", "internal"]
Spec = Mapping[str, Any]

_MIB: Final = 1024**2
_SMALL: Final = 1  # MiB; what is no bulk or import
# Bytes of a body; the rest of it waits on the disk. Hundreds may be sent at once, and slowly: of a
# MiB each, 400 took 770 MiB of Traefik.
_IN_MEMORY: Final = 64 * 1024
# One segment that has a single spelling: nothing to decode, no dots.
_SEGMENT: Final = "[0-9A-Za-z_-]+"
# What no path of ours has. Traefik's `encodedCharacters` would refuse these with a bare 400.
_REFUSED: Final = r"[%;\\\x00-\x1f\x7f]"

# What a page of another origin may send, besides what every page may.
_CORS_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_CORS_REQUEST_HEADERS: Final = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer"),
    "X-Request-Id",
)
# And what it may read of an answer.
_CORS_ANSWER_HEADERS: Final = (
    *("ETag", "Location", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    *("Retry-After", "X-Request-Id", "Idempotency-Replayed", "API-Version"),
)
_CORS_KEPT_SECONDS: Final = 7200  # as long as Chromium keeps one

_NEVER_BELIEVED: Final = (
    *("X-Identity", "X-Quota", "Forwarded", "X-Replaced-Path"),
    *("X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-Prefix"),
)

# What every request of a known route passes first, and a refusal last; then the flood guard, for
# which auth's question asks by itself.
_ENTRANCE: Final = ("clean", "compress", "v1")

# How a service's 500 passes what makes a 400 of every 500.
_FAULT: Final = "599"

_PRIORITY_REFUSED: Final = 1000
_PRIORITY_ROUTE: Final = 100
_PRIORITY_UNKNOWN_API: Final = 20
_PRIORITY_ELSEWHERE: Final = 10


@dataclass(frozen=True)
class Router:
    """A rule, what is done with the requests it matches, and who answers them."""

    name: str
    rule: str
    priority: int
    middlewares: tuple[str, ...]
    backend: str
    entry_point: EntryPoint = "web"


@dataclass(frozen=True)
class Backend:
    """A service as the gateway calls it.

    Attributes:
        service: whose address it has.
        transport: the timeouts it is called with.
        middlewares: around the call alone.
    """

    service: str
    transport: str = "services"
    middlewares: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guarded:
    """A backend that gets only what another let through with a 200.

    For Traefik this is a failover turned round: it falls over to `backend` when `guard` succeeds.
    """

    guard: str
    backend: str


@dataclass(frozen=True)
class Gateway:
    """All of it; the renderers write nothing that is not here.

    Attributes:
        trusted_proxies: networks whose `X-Forwarded-*` the entry point for clients believes.
    """

    routers: tuple[Router, ...]
    middlewares: Mapping[str, Spec]
    backends: Mapping[str, Backend]
    guarded: Mapping[str, Guarded]
    trusted_proxies: tuple[str, ...] = ()
    transports: Mapping[str, Spec] = field(
        default_factory=lambda: {
            "services": _transport(response="30s"),
            "authorize": _transport(response="5s"),
        }
    )


def build(
    routes: Sequence[Route],
    internal: str,
    *,
    has_flood_guard: bool = True,
    origins: Sequence[str] = (),
    trusted_proxies: Sequence[Network] = (),
    has_doorkeeper: bool = False,
) -> Gateway:
    """Return the gateway of `routes`.

    Args:
        routes: of `routes.yml`.
        internal: host and port of the loopback entry point.
        has_flood_guard: False for load tests alone.
        origins: whose pages may call from a browser, besides our own.
        trusted_proxies: before the gateway.
        has_doorkeeper: whether there is one, who speaks for the portal while that is down.
    """
    trusted = tuple(map(str, trusted_proxies))
    routers = [router for route in routes for router in _routers(route)]
    routers += [*_fallbacks(), *_internal_routers()]
    if not has_flood_guard:
        routers = [_without_flood_guard(router) for router in routers if router.name != "flood"]
    if has_doorkeeper:
        # It asks whether the routes are known and the portal answers.
        routers.append(Router("ready", "Path(`/health/live/`)", 1, (), "pages", "internal"))
    if origins:
        routers = [_with_cors(router) for router in routers]
    return Gateway(
        routers=tuple(routers),
        middlewares={
            **_edge_middlewares(internal, trusted),
            **_error_pages(),
            **(
                {"last-page": _error_page("500", "502-504", service="doorkeeper")}
                if has_doorkeeper
                else {}
            ),
            **_body_limits(routes),
            **({"cors": _cors(origins)} if origins else {}),
        },
        backends={
            **{name: Backend(name, middlewares=("retry",)) for name in SERVICES},
            "portal": Backend("portal", middlewares=("portal-errors", "retry")),
            # Of the portal's own death only a doorkeeper can tell.
            "pages": Backend("portal", middlewares=("last-page",) if has_doorkeeper else ()),
            **({"doorkeeper": Backend("doorkeeper")} if has_doorkeeper else {}),
            "authorize": Backend(
                "auth", transport="authorize", middlewares=("authorize-errors", "retry")
            ),
            # Answers before it would call anybody.
            "flood": Backend("portal", middlewares=("flood-page", "flood-guard", "flood-passed")),
        },
        guarded={"guarded-authorize": Guarded("flood", "authorize")},
        trusted_proxies=trusted,
    )


def _routers(route: Route) -> list[Router]:
    """Return the router of `route`, and one for what it reads from bodies.

    Only the second buffers: `buffering` holds answers back too, and a list of a million rows in
    CSV is streamed.
    """
    name = _name(route.path)
    rule = _rule(route.path)
    priority = _PRIORITY_ROUTE + 2 * _precision(route.path)
    middlewares = _chain(route)
    errors = () if route.service == "portal" else ("service-errors",)
    routers = [Router(name, rule, priority, (*middlewares, *errors), route.service)]
    if route.takes_a_body:
        body = _body_chain(route.body_limit_mib)
        writes = f"({rule}) && !(Method(`GET`) || Method(`HEAD`))"
        routers.append(
            Router(f"{name}-write", writes, priority + 1, (*middlewares, *body), route.service)
        )
    return routers


def _body_chain(limit_mib: int) -> tuple[str, ...]:
    if limit_mib == _SMALL:
        # Hardly any is so large that it needs the disk; on a full one it would be told 400.
        return ("fault", "too-large", "malformed", f"body-{limit_mib}", "service-faults")
    # Most of it waits on a disk, which may be full: that is no fault of the client.
    return ("buffer-errors", "too-large", f"body-{limit_mib}", "service-errors")


def _chain(route: Route) -> tuple[str, ...]:
    if route.access == "public":
        return (*_ENTRANCE, "flood")
    protected = (*_ENTRANCE, asks_auth(route.quota))
    # Auth alone needs to know which token it was; nobody else shall ever see one.
    return protected if route.service == "auth" else (*protected, "hide-token")


def _without_flood_guard(router: Router) -> Router:
    middlewares = tuple(name for name in router.middlewares if name != "flood")
    return replace(router, middlewares=middlewares, backend=router.backend.removeprefix("guarded-"))


def _with_cors(router: Router) -> Router:
    if router.entry_point != "web":
        return router
    return replace(router, middlewares=("cors", *router.middlewares))


def _fallbacks() -> list[Router]:
    """Return the routers of what no route names; protected by default."""
    return [
        Router(
            "front-door",
            "Path(`/`)",
            _PRIORITY_ROUTE,
            ("clean", "compress", "flood"),
            "portal",
        ),
        Router(
            "dashboard",
            "Path(`/dashboard`) || PathPrefix(`/dashboard/`)",
            _PRIORITY_ROUTE,
            ("clean", "compress", "flood"),
            "portal",
        ),
        Router(
            "refused",
            f"PathRegexp(`{_REFUSED}`)",
            _PRIORITY_REFUSED,
            ("clean", "flood", "refused"),
            "portal",
        ),
        Router(
            "unknown-api",
            "PathPrefix(`/api/`)",
            _PRIORITY_UNKNOWN_API,
            ("clean", "auth-standard", "hide-token", "not-found"),
            "portal",
        ),
        Router(
            "elsewhere",
            "PathRegexp(`.*`)",  # also `*`, which is no path
            _PRIORITY_ELSEWHERE,
            ("clean", "flood", "not-found"),
            "portal",
        ),
    ]


def _internal_routers() -> list[Router]:
    return [
        Router("flood", "Path(`/flood`)", 1, (), "flood", "internal"),
        Router("authorize", "Path(`/internal/authorize`)", 1, (), "guarded-authorize", "internal"),
    ]


def _edge_middlewares(internal: str, trusted: Sequence[str]) -> dict[str, Spec]:
    forward_auth = partial(_forward_auth, are_proxies_trusted=bool(trusted))
    return {
        "flood": forward_auth(f"http://{internal}/flood", request=("X-Request-Id",)),
        # A hundred requests a second and bursts of 200, for each client.
        "flood-guard": {
            "rateLimit": {
                "average": 100,
                "burst": 200,
                "sourceCriterion": {"ipStrategy": _client(trusted)},
            }
        },
        # Nobody has this address, so everybody is answered 200 here.
        "flood-passed": {
            "ipAllowList": {"sourceRange": ["255.255.255.255/32"], "rejectStatusCode": 200}
        },
        # An empty value removes the header. Protected routes get auth's own of the first two later.
        # What a request asks for is not even a trusted proxy's to say: auth goes by it.
        "clean": {
            "headers": {
                "customRequestHeaders": dict.fromkeys(_NEVER_BELIEVED, ""),
                "customResponseHeaders": {"Server": ""},
            }
        },
        # From 1 KiB on, in what the client accepts; a stream stays one.
        "compress": {"compress": {}},
        # Tells the service by X-Replaced-Path what the client wrote, for its links.
        "v1": {"replacePathRegex": {"regex": "^/api/v1(/.*)?$", "replacement": "/api$1"}},
        **{
            asks_auth(quota): forward_auth(
                f"http://{internal}/internal/authorize?class={quota}",
                request=("Authorization", "X-Request-Id", "Traceparent"),
                response=("X-Identity", "X-Quota", "X-Request-Id", "Traceparent"),
            )
            for quota in QUOTAS
        },
        "hide-token": {"headers": {"customRequestHeaders": {"Authorization": ""}}},
        # Where a replica has just died, another one is asked; six times, as others take turns
        # meanwhile. What was sent is not sent again: nobody knows what became of it. (Not for
        # pages: what `errors` asks has no body, not even an empty one, and Traefik 3.7 ends that
        # with a bare 500.)
        "retry": {"retry": {"attempts": 6}},
        "not-found": {"replacePath": {"path": "/errors/404/"}},
        "refused": {"replacePath": {"path": "/errors/400/"}},
    }


def _cors(origins: Sequence[str]) -> Spec:
    return {
        "headers": {
            "accessControlAllowOriginList": list(origins),
            "accessControlAllowMethods": list(_CORS_METHODS),
            "accessControlAllowHeaders": list(_CORS_REQUEST_HEADERS),
            "accessControlExposeHeaders": list(_CORS_ANSWER_HEADERS),
            "accessControlMaxAge": _CORS_KEPT_SECONDS,
            "addVaryHeader": True,
        }
    }


def _error_pages() -> dict[str, Spec]:
    return {
        # A 500 of Traefik's own is a service that died within its answer.
        # 520 is a source outside that failed a service: 502 for the client, by its own page.
        "service-errors": _error_page("500", "502-504", "520", rewrites={"520": 502}),
        "service-faults": _error_page(
            "500", "502-504", "520", rewrites={"520": 502, "500": int(_FAULT)}
        ),
        "fault": _error_page(_FAULT, rewrites={_FAULT: 500}, query="/errors/500/"),
        "malformed": _error_page("500", rewrites={"500": 400}, query="/errors/body/"),
        "buffer-errors": _error_page("500"),
        # Not 503: that is what the portal itself says of health.
        "portal-errors": _error_page("500", "502", "504"),
        "flood-page": _error_page("429"),
        "too-large": _error_page("413"),
        "authorize-errors": _error_page("500-599", rewrites={"500-599": 503}, query="/errors/503/"),
    }


def _body_limits(routes: Sequence[Route]) -> dict[str, Spec]:
    """Return a middleware for each limit; a slow body waits in Traefik, in no service's thread."""
    limits = sorted({route.body_limit_mib for route in routes})
    return {
        f"body-{mib}": {
            "buffering": {
                "maxRequestBodyBytes": mib * _MIB,
                "memRequestBodyBytes": _IN_MEMORY,
            }
        }
        for mib in limits
    }


def _client(trusted: Sequence[str]) -> Spec:
    """Return how the client's address is found; a user of IPv6 owns a /64.

    Behind proxies it is the last one that is none of theirs. There Traefik counts each address of
    IPv6 by itself: `ipv6Subnet` goes with `depth` alone.
    """
    return {"excludedIPs": list(trusted)} if trusted else {"depth": 1, "ipv6Subnet": 64}


def _forward_auth(
    address: str,
    request: Sequence[str],
    response: Sequence[str] = (),
    *,
    are_proxies_trusted: bool,
) -> Spec:
    headers = {"authResponseHeaders": list(response)} if response else {}
    # What those say who are not trusted has been thrown away by then.
    forwarded = ("X-Forwarded-For",) if are_proxies_trusted else ()
    return {
        "forwardAuth": {
            "address": address,
            "trustForwardHeader": are_proxies_trusted,
            "authRequestHeaders": [*request, *forwarded],
            # A refusal of ours is shorter. Traefik takes this much memory for every answer: with a
            # MiB that was two thirds of all its work.
            "maxResponseBodySize": 16 * 1024,
            **headers,
        }
    }


def _error_page(
    *statuses: str,
    rewrites: Mapping[str, int] | None = None,
    query: str = "/errors/{originalStatus}/",
    service: str = "pages",
) -> Spec:
    return {
        "errors": {
            "status": list(statuses),
            "service": service,
            "query": query,
            # The portal hears the request's id and nothing else: no token, no identity.
            "errorRequestHeaders": ["X-Request-Id"],
            **({"statusRewrites": dict(rewrites)} if rewrites else {}),
        }
    }


def _transport(*, response: str) -> Spec:
    # Idle connections end before gunicorn's 75 s, or a POST meets one that is being closed.
    return {
        "maxIdleConnsPerHost": 64,
        "forwardingTimeouts": {
            "dialTimeout": "2s",
            "responseHeaderTimeout": response,
            "idleConnTimeout": "60s",
        },
    }


def _rule(path: str) -> str:
    """Return the rule of `path`; also with /v1, and without the last slash (services redirect)."""
    if "{" in path:
        pattern = re.sub(r"\{[^}]*\}", _SEGMENT, path.removeprefix("/api").removesuffix("/"))
        return f"PathRegexp(`^/api(/v1)?{pattern}/?$`)"
    plain = [path, f"/api/v1{path.removeprefix('/api')}"]
    without_slash = [spelling.removesuffix("/") for spelling in plain if spelling.endswith("/")]
    return " || ".join(f"Path(`{spelling}`)" for spelling in (*plain, *without_slash))


def _precision(path: str) -> int:
    """Return a greater number for a path that says more: words before parameters.

    /jobs/search/ goes before /jobs/portfolio-{id}/, and that before /jobs/{id}/.
    """
    segments = [segment for segment in path.split("/") if segment]
    words = sum("{" not in segment for segment in segments)
    return 2 * words + sum(not segment.startswith("{") for segment in segments)


def asks_auth(quota: Quota) -> str:
    """Return the name of the middleware that counts against `quota`, as Kubernetes accepts it."""
    return f"auth-{quota.replace('_', '-')}"


def _name(path: str) -> str:
    """Return a name for `path` that Kubernetes accepts too: api-assets-id-price-history."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
