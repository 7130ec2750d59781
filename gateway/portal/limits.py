"""What the gateway allows of each operation, written into its description."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.routes import Quota, Route, template

_QUOTAS: Final[Mapping[Quota, str]] = {
    "standard": "1000 requests an hour",
    "analytics": "100 computations an hour",
    "market_data": "50 looks at the market an hour",
}
_METHODS_WITH_BODY: Final = frozenset({"post", "put", "patch"})


def with_limits(document: dict[str, Any], routes: Sequence[Route]) -> dict[str, Any]:
    """Return `document`, every operation's description with its limits.

    The numbers are the defaults; `RateLimit-Limit` of an answer says what an installation has.
    """
    by_path = {template(route.path): route for route in routes}
    for path, methods in document["paths"].items():
        route = by_path.get(template(path))
        for method, operation in methods.items():
            if route is not None and "operationId" in operation:
                text = operation.get("description", "")
                operation["description"] = f"{text}\n\n{_limits(route, method)}".strip()
    return document


def _limits(route: Route, method: str) -> str:
    counted = f"Counts against {_QUOTAS[route.quota]} for each user."
    if route.access == "public":
        counted = "Needs no token; at most 100 requests a second from one address."
    if method in _METHODS_WITH_BODY:
        return f"{counted} The body has at most {route.body_limit_mib} MiB."
    return counted
