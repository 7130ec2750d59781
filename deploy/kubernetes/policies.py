"""Who may talk to whom: nobody, but for what stands in the tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.tables import PORTAL, WEB_PORT, WORKER_PORT
from deploy.kubernetes.workloads import COMPONENT, NAME, labels, meta
from services.webhooks.domain import addresses
from shared.settings import SERVICES

Peer = Mapping[str, Any]
Port = int | range

NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
# A team's namespace with this label may call the internal API of the service that follows, or
# listen to events.
TEAM_LABEL: Final = "internal-api.finance"
INTERNET: Final[tuple[Peer, ...]] = (
    {"ipBlock": {"cidr": "0.0.0.0/0", "except": [*map(str, addresses.NOT_PUBLIC_4)]}},
    {
        "ipBlock": {
            "cidr": str(addresses.UNICAST_6),
            # 6to4, in which private IPv4 addresses can be written, is no way today.
            "except": [*map(str, addresses.NOT_PUBLIC_6), "2002::/16"],
        }
    },
)
ANYWHERE: Final[tuple[Peer, ...]] = (
    {"ipBlock": {"cidr": "0.0.0.0/0"}},
    {"ipBlock": {"cidr": "::/0"}},
)
TRAEFIK: Final[Peer] = {
    "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: tables.TRAEFIK_NAMESPACE}},
    "podSelector": {"matchLabels": {NAME: "traefik"}},
}
MONITORING: Final[Peer] = {
    "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: tables.MONITORING_NAMESPACE}}
}
_DNS: Final[Peer] = {
    "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}

# Whose pods use which server.
USES_DATABASE: Final[Document] = {
    "matchExpressions": [{"key": NAME, "operator": "In", "values": list(SERVICES)}]
}
USES_BUS: Final[Document] = {
    "matchExpressions": [
        {"key": NAME, "operator": "In", "values": [*SERVICES, "bus-declare"]},
        {"key": COMPONENT, "operator": "In", "values": ["worker", "job"]},
    ]
}
USES_QUOTAS: Final[Document] = {"matchLabels": labels(tables.COUNTS_QUOTAS, "web")}


def objects() -> Iterator[Document]:
    """Yield the policies of all that the base runs."""
    yield policy("default-deny", {}, ingress=[], egress=[])
    yield policy("dns", {}, egress=[allow_to([_DNS], 53, protocols=("UDP", "TCP"))])
    for callee in (*SERVICES, PORTAL):
        callers = [caller for caller in SERVICES if callee in tables.CALLS[caller]]
        told = [TRAEFIK, *(_pods(caller) for caller in callers)]
        if callee != PORTAL:
            told.append(_pods(PORTAL))
        yield policy(
            f"{callee}-web",
            {"matchLabels": labels(callee, "web")},
            ingress=[allow_from(told, WEB_PORT)],
        )
    yield policy(
        "workers",
        {"matchLabels": {COMPONENT: "worker"}},
        ingress=[allow_from([_pods(PORTAL)], WORKER_PORT)],
    )
    for caller in SERVICES:
        calls = [_web(callee) for callee in tables.CALLS[caller]]
        egress = [allow_to(calls, WEB_PORT)] if calls else []
        if caller in tables.CALLS_OUTSIDE:
            egress.append(allow_to(INTERNET, *tables.CALLS_OUTSIDE[caller]))
        if egress:
            yield policy(f"{caller}-calls", {"matchLabels": {NAME: caller}}, egress=egress)
    yield policy(
        f"{PORTAL}-calls",
        {"matchLabels": {NAME: PORTAL}},
        egress=[
            allow_to([_web(service) for service in SERVICES], WEB_PORT),
            allow_to([{"podSelector": {"matchLabels": {COMPONENT: "worker"}}}], WORKER_PORT),
        ],
    )


def teams() -> Iterator[Document]:
    """Yield what opens the internal API of a service, or the bus, to namespaces that say so."""
    for service in SERVICES:
        yield _opened(service, {"matchLabels": labels(service, "web")}, service, WEB_PORT)
    yield _opened("rabbitmq", {"matchLabels": {NAME: "rabbitmq"}}, "events", 5672)


def _opened(name: str, pods: Document, label: str, port: int) -> Document:
    allowed = {"namespaceSelector": {"matchLabels": {f"{TEAM_LABEL}/{label}": "allowed"}}}
    return policy(f"{name}-teams", pods, ingress=[allow_from([allowed], port)])


def monitored() -> Iterator[Document]:
    """Yield what lets Prometheus read all metrics."""
    for component, port in (("web", WEB_PORT), ("worker", WORKER_PORT)):
        yield policy(
            f"monitoring-{component}",
            {"matchLabels": {COMPONENT: component}},
            ingress=[allow_from([MONITORING], port)],
        )


def uses(server: str, users: Document, peers: Sequence[Peer], *ports: Port) -> Document:
    """Return what lets `users` call a server at `peers`."""
    return policy(f"to-{server}", users, egress=[allow_to(peers, *ports)])


def used(server: str, pods: Document, users: Document, port: int) -> Document:
    """Return what lets a server of ours be called by `users`."""
    return policy(server, pods, ingress=[allow_from([{"podSelector": users}], port)])


def policy(
    name: str,
    pods: Document,
    *,
    ingress: Sequence[Document] | None = None,
    egress: Sequence[Document] | None = None,
) -> Document:
    """Return a policy of `pods`; a direction that is None is none of its business."""
    rules = {"ingress": ingress, "egress": egress}
    told = {direction: list(of) for direction, of in rules.items() if of is not None}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(name),
        "spec": {
            "podSelector": pods,
            "policyTypes": [direction.capitalize() for direction in told],
            # An empty list of rules, which forbids, is written by leaving it out.
            **{direction: of for direction, of in told.items() if of},
        },
    }


def allow_from(peers: Sequence[Peer], *ports: Port) -> Document:
    """Return a rule of ingress."""
    return {"from": [*peers], "ports": _ports(ports)}


def allow_to(peers: Sequence[Peer], *ports: Port, protocols: Sequence[str] = ("TCP",)) -> Document:
    """Return a rule of egress."""
    return {"to": [*peers], "ports": _ports(ports, protocols)}


def _ports(ports: Sequence[Port], protocols: Sequence[str] = ("TCP",)) -> list[Document]:
    return [
        {"protocol": protocol, "port": port}
        if isinstance(port, int)
        else {"protocol": protocol, "port": port.start, "endPort": port.stop - 1}
        for port in ports
        for protocol in protocols
    ]


def _pods(name: str) -> Peer:
    return {"podSelector": {"matchLabels": {NAME: name}}}


def _web(name: str) -> Peer:
    return {"podSelector": {"matchLabels": labels(name, "web")}}
