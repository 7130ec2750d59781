"""Who may talk to whom, evaluated for every pair of pods, is what the code calls and no more."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.kubernetes import tables
from services.webhooks.domain import addresses
from shared.settings import SERVICES
from tests.deploy.kubernetes.conftest import Document, of_kind, pods

SERVICES_FOLDER = Path(__file__).resolve().parents[3] / "services"
PROMETHEUS, TRAEFIK, TEAM = "prometheus", "traefik", "team"


class Pod(NamedTuple):
    """A pod, or whoever else speaks with ours."""

    name: str
    namespace: Mapping[str, str]
    labels: Mapping[str, str]
    ports: Sequence[int] = ()


FINANCE = {"kubernetes.io/metadata.name": "finance"}
STRANGERS = (
    Pod(TRAEFIK, {"kubernetes.io/metadata.name": "traefik"}, {"app.kubernetes.io/name": "traefik"}),
    Pod(PROMETHEUS, {"kubernetes.io/metadata.name": "monitoring"}, {}),
    Pod(TEAM, {f"internal-api.finance/{name}": "allowed" for name in ("assets", "events")}, {}),
    Pod("stranger", {"kubernetes.io/metadata.name": "default"}, {"app.kubernetes.io/name": "auth"}),
)


def _pods(of: Sequence[Document]) -> Iterator[Pod]:
    for name, template in pods(of).items():
        ports = [
            port["containerPort"]
            for container in template["spec"]["containers"]
            for port in container.get("ports", [])
        ]
        labels = template["metadata"]["labels"]
        yield Pod(name.partition("/")[2], FINANCE, labels, ports)
    yield from STRANGERS


def _selects(selector: Document, labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    for expression in selector.get("matchExpressions", []):
        is_in = labels.get(expression["key"]) in expression["values"]
        if is_in != {"In": True, "NotIn": False}[expression["operator"]]:
            return False
    return True


def _is_peer(peer: Document, pod: Pod) -> bool:
    if "ipBlock" in peer:
        return False
    if "namespaceSelector" in peer:
        at_home = _selects(peer["namespaceSelector"], pod.namespace)
    else:
        at_home = pod.namespace == FINANCE
    return at_home and _selects(peer.get("podSelector", {}), pod.labels)


def _has_port(rule: Document, port: int) -> bool:
    return "ports" not in rule or any(
        one["port"] <= port <= one.get("endPort", one["port"]) for one in rule["ports"]
    )


def _allows(policies: Sequence[Document], direction: str, pod: Pod, other: Pod, port: int) -> bool:
    if pod.namespace != FINANCE:
        return True
    applied = [
        policy["spec"]
        for policy in policies
        if direction.capitalize() in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], pod.labels)
    ]
    assert applied, f"{pod.name} is in no policy"
    side = {"ingress": "from", "egress": "to"}[direction]
    return any(
        _has_port(rule, port) and any(_is_peer(peer, other) for peer in rule[side])
        for policy in applied
        for rule in policy.get(direction, [])
    )


def _allowed(of: Sequence[Document]) -> set[tuple[str, str, int]]:
    policies, everybody = of_kind(of, "NetworkPolicy"), [*_pods(of)]
    return {
        (caller.name, callee.name, port)
        for caller in everybody
        for callee in everybody
        for port in (*callee.ports, 22)
        if callee.namespace == FINANCE
        and caller != callee
        and _allows(policies, "egress", caller, callee, port)
        and _allows(policies, "ingress", callee, caller, port)
    }


def _expected() -> set[tuple[str, str, int]]:
    """Return what is called without any component."""
    calls = {
        (f"{caller}-{kind}", f"{callee}-web", 8000)
        for caller in SERVICES
        for callee in tables.CALLS[caller]
        for kind in ("web", "worker")
    }
    calls |= {(TRAEFIK, f"{name}-web", 8000) for name in (*SERVICES, "portal")}
    calls |= {("portal-web", f"{service}-web", 8000) for service in SERVICES}
    calls |= {("portal-web", f"{service}-worker", 9000) for service in SERVICES}
    # Two processes of one service do not speak with each other.
    return calls


_BY_COMPONENT = {
    "monitoring": {
        *((PROMETHEUS, f"{name}-web", 8000) for name in (*SERVICES, "portal")),
        *((PROMETHEUS, f"{name}-worker", 9000) for name in SERVICES),
    },
    "redis": {("auth-web", "redis", 6379)},
    "teams": {(TEAM, "assets-web", 8000)},
}
_SMALL = {
    *(
        (f"{service}-{kind}", "postgres", 5432)
        for service in SERVICES
        for kind in ("web", "worker")
    ),
    *((f"{service}-worker", "rabbitmq", 5672) for service in SERVICES),
    ("bus-declare", "rabbitmq", 5672),
}


def test_pods_may_talk_as_the_table_says_and_not_otherwise(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, of in everything.items():
        more: set[tuple[str, str, int]] = _BY_COMPONENT.get(name.partition("/")[2], set())
        if name == "small":
            more = _SMALL | _BY_COMPONENT["redis"]
        if name == "production":
            more = _BY_COMPONENT["redis"] | _BY_COMPONENT["monitoring"]
        assert _allowed(of) == _expected() | more, name


def test_a_team_may_listen_to_events_where_the_broker_is_ours(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    opened = of_kind(everything["components/teams"], "NetworkPolicy")
    assert _allowed([*everything["small"], *opened]) - _allowed(everything["small"]) == {
        (TEAM, "assets-web", 8000),
        (TEAM, "rabbitmq", 5672),
    }


def test_the_table_is_what_the_services_call_and_what_they_answer() -> None:
    called = {service: set(_called_by(service)) for service in SERVICES}
    assert {service: set(callees) for service, callees in tables.CALLS.items()} == called
    answered = {callee: set(_answered_by(callee)) for callee in SERVICES}
    assert {
        callee: {caller for caller in SERVICES if callee in tables.CALLS[caller]}
        for callee in SERVICES
    } == answered


def _called_by(service: str) -> Iterator[str]:
    for file in (SERVICES_FOLDER / service / "outside").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ServiceClient":
                assert isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value)


def _answered_by(service: str) -> Iterator[str]:
    for file in (SERVICES_FOLDER / service).glob("internal*"):
        for call in re.findall(r"\.for_services\(([^)]*)\)", file.read_text()):
            yield from re.findall(r'"(\w+)"', call)


@pytest.mark.parametrize("overlay", ["small", "production", "external"])
def test_the_internet_is_open_to_those_who_need_it_and_inside_is_not_internet(
    overlays: Mapping[str, Sequence[Document]], overlay: str
) -> None:
    blocks: dict[str, list[dict[str, Any]]] = {}
    for policy in of_kind(overlays[overlay], "NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            for peer in rule["to"]:
                if "ipBlock" in peer:
                    blocks.setdefault(policy["metadata"]["name"], []).append(peer["ipBlock"])
    callers = {f"{service}-calls" for service in tables.CALLS_OUTSIDE}
    assert callers <= set(blocks)
    # Servers of yours may be anywhere, and what operators run asks the API of Kubernetes.
    servers = {"to-postgres", "to-rabbitmq", "to-redis"} if overlay == "external" else set()
    operated = {"postgres", "pooler", "rabbitmq"} if overlay == "production" else set()
    assert set(blocks) == callers | servers | operated
    for name in callers:
        for text in ("10.1.2.3", "169.254.169.254", "192.168.1.1", "fd00::1", "::1", "2002:a00::1"):
            assert not any(_is_in(block, text) for block in blocks[name])
        for text in ("1.1.1.1", "2606:4700::1111"):
            assert any(_is_in(block, text) for block in blocks[name])
            assert addresses.is_public(ip_address(text))


def _is_in(block: Mapping[str, Any], text: str) -> bool:
    address = ip_address(text)
    return address in ip_network(block["cidr"]) and not any(
        address in ip_network(one) for one in block.get("except", [])
    )
