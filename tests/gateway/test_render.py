import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import kubernetes
from gateway.__main__ import main
from gateway.model import build
from gateway.routes import SERVICES, load_routes


@pytest.fixture
def cluster() -> list[dict[str, Any]]:
    return kubernetes.objects(build(load_routes(), "127.0.0.1:8001"))


def test_every_user_route_asks_auth_with_its_quota_class() -> None:
    routers = {router.name: router for router in build(load_routes(), "127.0.0.1:1").routers}
    for route in load_routes():
        name = re.sub(r"[^a-z0-9]+", "-", route.path).strip("-")
        asks = [middle for middle in routers[name].middlewares if middle.startswith("auth-")]
        quota = {"standard": "standard", "analytics": "analytics", "market_data": "market-data"}
        assert asks == ([f"auth-{quota[route.quota]}"] if route.access == "user" else [])


def test_the_flood_guard_is_left_out_for_load_tests_alone() -> None:
    """It is asked by itself, or in the question for auth."""

    def guarded(*, has_flood_guard: bool = True) -> list[bool]:
        gateway = build(load_routes(), "127.0.0.1:1", has_flood_guard=has_flood_guard)
        backends = {router.name: router.backend for router in gateway.routers}
        guards = {guarded.guard for guarded in gateway.guarded.values()}
        asks = {"flood"} if "flood" in backends else set()
        if backends["authorize"] in gateway.guarded and guards == {"flood"}:
            asks |= {name for name in gateway.middlewares if name.startswith("auth-")}
        return [
            not asks.isdisjoint(router.middlewares)
            for router in gateway.routers
            if router.entry_point == "web"
        ]

    assert all(guarded())
    assert not any(guarded(has_flood_guard=False))


def test_parameters_match_only_what_has_a_single_spelling() -> None:
    rules = [router.rule for router in build(load_routes(), "127.0.0.1:1").routers]
    patterns = [rule for rule in rules if "/portfolios/" in rule and "PathRegexp" in rule]
    assert patterns
    assert all("[0-9A-Za-z_-]+" in rule and "[^/]" not in rule for rule in patterns)


def test_a_missing_service_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = [f"--service={name}=http://127.0.0.1:1" for name in SERVICES if name != "assets"]
    assert main(["render", f"--out={tmp_path}", *services]) == 1
    assert capsys.readouterr().err == "--service is missing for: assets\n"


def test_traces_begin_at_the_gateway_where_somebody_collects_them(tmp_path: Path) -> None:
    services = [f"--service={name}=http://127.0.0.1:1" for name in SERVICES]
    assert main(["render", f"--out={tmp_path}", *services]) == 0
    assert "tracing" not in yaml.safe_load((tmp_path / "traefik.yml").read_text())
    traced = ["--traces=http://127.0.0.1:4318/v1/traces", "--trace-ratio=0.1"]
    assert main(["render", f"--out={tmp_path}", *services, *traced]) == 0
    tracing = yaml.safe_load((tmp_path / "traefik.yml").read_text())["tracing"]
    assert tracing["otlp"] == {"http": {"endpoint": "http://127.0.0.1:4318/v1/traces"}}
    assert tracing["sampleRate"] == 0.1


def test_an_unknown_service_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["render", f"--out={tmp_path}", "--service=stocks=http://127.0.0.1:1"])


def test_the_cluster_gets_the_same_routers(cluster: list[dict[str, Any]]) -> None:
    routers = build(load_routes(), "127.0.0.1:8001").routers
    rules = [
        (route["match"], route["priority"], [ref["name"] for ref in route["middlewares"]])
        for document in cluster
        if document["kind"] == "IngressRoute"
        for route in document["spec"]["routes"]
    ]
    assert rules == [(router.rule, router.priority, list(router.middlewares)) for router in routers]


def test_the_cluster_lets_the_same_pages_in() -> None:
    page = "https://app.example"
    documents = kubernetes.objects(build(load_routes(), "127.0.0.1:8001", origins=[page]))
    (cors,) = [one for one in documents if one["metadata"]["name"] == "cors"]
    assert cors["spec"]["headers"]["accessControlAllowOriginList"] == [page]
    for document in documents:
        if document["kind"] == "IngressRoute":
            first = [route["middlewares"][:1] for route in document["spec"]["routes"]]
            has_cors = [names == [{"name": "cors"}] for names in first]
            assert (
                all(has_cors)
                if document["metadata"]["name"] == "gateway-web"
                else not any(has_cors)
            )


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "app.example",
        "https://app.example/",
        "https://App.example",
        "https://app.example:443",
        "http://localhost:80",
        "ftp://app.example",
        "https://app.example https://b.example",
    ],
)
def test_what_no_browser_says_of_a_page_is_refused_as_an_origin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], origin: str
) -> None:
    chosen = f"--cors-origins=https://fine.example,{origin}"
    assert main(["render", f"--out={tmp_path}", chosen]) == 1
    assert capsys.readouterr().err.startswith(f"{origin!r} is no origin: ")


def test_the_cluster_names_nothing_that_it_does_not_define(cluster: list[dict[str, Any]]) -> None:
    defined = {(document["kind"], document["metadata"]["name"]) for document in cluster}
    for document in cluster:
        for route in document["spec"].get("routes", []):
            assert {("Middleware", ref["name"]) for ref in route["middlewares"]} <= defined
        failover = document["spec"].get("failover", {})
        routed = [route["services"][0] for route in document["spec"].get("routes", [])]
        for service in [*routed, *(failover[part] for part in ("service", "fallback") if failover)]:
            if "kind" in service:
                assert (service["kind"], service["name"]) in defined
                continue
            assert {("Middleware", ref["name"]) for ref in service["middlewares"]} <= defined
            assert ("ServersTransport", service["serversTransport"]) in defined
            assert service["name"] in SERVICES


def test_the_cluster_asks_auth_only_what_the_flood_guard_let_through(
    cluster: list[dict[str, Any]],
) -> None:
    (failover,) = [
        document["spec"]["failover"] for document in cluster if document["kind"] == "TraefikService"
    ]
    names = [ref["name"] for ref in failover["service"]["middlewares"]]
    assert names == ["flood-page", "flood-guard", "flood-passed"]
    assert failover["fallback"]["name"] == "auth"
    assert failover["errors"] == {"status": ["200"]}
