"""The same gateway as objects of Traefik's CRDs (`traefik.io/v1alpha1`)."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.model import EntryPoint, Gateway, Router
from gateway.render import Document, failover

NAMESPACE: Final = "finance"
PORT: Final = 8000  # of every service in the cluster

PROVIDER: Final[Mapping[str, Any]] = {
    # Without allowEmptyServices a service whose pods are all gone would lose its routes, and
    # answer 404 instead of 503.
    "kubernetesCRD": {"namespaces": [NAMESPACE], "allowEmptyServices": True}
}


def objects(gateway: Gateway) -> list[Document]:
    """Return the objects, those that others name first."""
    return [
        *(
            _object("ServersTransport", name, dict(spec))
            for name, spec in gateway.transports.items()
        ),
        *(
            _object("Middleware", name, _middleware(spec, gateway))
            for name, spec in gateway.middlewares.items()
        ),
        *(
            _object(
                "TraefikService",
                name,
                failover(_service(guarded.guard, gateway), _service(guarded.backend, gateway)),
            )
            for name, guarded in gateway.guarded.items()
        ),
        *(_ingress_route(gateway, entry_point) for entry_point in ("web", "internal")),
    ]


def _object(kind: str, name: str, spec: Document) -> Document:
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def _middleware(spec: Mapping[str, Any], gateway: Gateway) -> Document:
    """Return `spec` with the service of an error page as the CRD wants it."""
    if "errors" not in spec:
        return dict(spec)
    page = spec["errors"]
    service = gateway.backends[page["service"]].service
    return {"errors": {**page, "service": {"name": service, "port": PORT}}}


def _ingress_route(gateway: Gateway, entry_point: EntryPoint) -> Document:
    routes = [
        _route(router, gateway) for router in gateway.routers if router.entry_point == entry_point
    ]
    return _object(
        "IngressRoute", f"gateway-{entry_point}", {"entryPoints": [entry_point], "routes": routes}
    )


def _route(router: Router, gateway: Gateway) -> Document:
    return {
        "kind": "Rule",
        "match": router.rule,
        "priority": router.priority,
        "middlewares": _references(router.middlewares),
        "services": [_service(router.backend, gateway)],
    }


def _service(name: str, gateway: Gateway) -> Document:
    if name in gateway.guarded:
        return {"kind": "TraefikService", "name": name}
    backend = gateway.backends[name]
    return {
        "name": backend.service,
        "port": PORT,
        "serversTransport": backend.transport,
        "middlewares": _references(backend.middlewares),
    }


def _references(names: tuple[str, ...]) -> list[Document]:
    return [{"name": name} for name in names]
