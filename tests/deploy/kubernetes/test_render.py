"""What is committed is what the tables and routes make."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from pathlib import Path

import yaml

from deploy.kubernetes import manifests
from deploy.kubernetes.__main__ import main
from gateway.model import build
from gateway.routes import load_routes
from tests.deploy.kubernetes.conftest import FOLDER, Document, of_kind


def test_what_is_committed_is_what_make_render_writes(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    made = {file.relative_to(tmp_path): file.read_text() for file in _files(tmp_path)}
    assert len(made) > 20
    stale = [str(name) for name, text in made.items() if (FOLDER / name).read_text() != text]
    assert stale == [], "run `make render`"


def test_readers_are_told_the_tag_of_the_images_that_a_cluster_looks_for() -> None:
    for page in ("README.md", "docs/operations.md"):
        text = (FOLDER.parents[1] / page).read_text("utf-8")
        assert f"make images TAG={manifests.version()}`" in text, page


def test_every_file_is_named_by_a_kustomization_or_is_one() -> None:
    for file in FOLDER.glob("**/kustomization.yaml"):
        beside = {one.name for one in file.parent.iterdir()} - {file.name, "values.yml"}
        told = yaml.safe_load(file.read_text())
        patches = [one["path"] for one in told.get("patches", []) if "path" in one]
        named = {*told.get("resources", []), *patches}
        assert beside == {name for name in named if not name.startswith("..")}, file


def test_the_cluster_has_the_routes_of_one_machine() -> None:
    routers = build(load_routes(), "127.0.0.1:8001").routers
    documents = yaml.safe_load_all((FOLDER / "base" / "gateway.yml").read_text())
    rules = [
        (route["match"], route["priority"], [ref["name"] for ref in route["middlewares"]])
        for document in documents
        if document["kind"] == "IngressRoute"
        for route in document["spec"]["routes"]
    ]
    assert rules == [(router.rule, router.priority, list(router.middlewares)) for router in routers]
    assert len(rules) > 80


def test_pages_of_other_origins_are_let_in_where_that_is_asked_for(tmp_path: Path) -> None:
    page = "https://app.example"
    assert main(["--out", str(tmp_path), "--cors-origins", page]) == 0
    documents = [*yaml.safe_load_all((tmp_path / "base" / "gateway.yml").read_text())]
    (cors,) = [one for one in documents if one["metadata"]["name"] == "cors"]
    assert cors["spec"]["headers"]["accessControlAllowOriginList"] == [page]


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_proxies_are_trusted_as_on_one_machine(
    components: Mapping[str, Sequence[Document]],
) -> None:
    """By every middleware; the objects beside them stay what they are."""
    local = build(
        load_routes(), "127.0.0.1:8001", trusted_proxies=[IPv4Network("10.0.0.0/8")]
    ).middlewares
    cluster = {
        one["metadata"]["name"]: one["spec"]
        for one in of_kind(components["trusted-proxies"], "Middleware")
    }
    assert set(cluster) == set(local)
    assert {name: cluster[name] for name, spec in local.items() if "errors" not in spec} == {
        name: spec for name, spec in local.items() if "errors" not in spec
    }


def test_traefik_is_told_what_it_is_told_on_one_machine() -> None:
    told = yaml.safe_load((FOLDER / "components" / "traefik" / "values.yml").read_text())
    arguments = dict(one.split("=", 1) for one in told["additionalArguments"])
    assert arguments["--entryPoints.internal.address"] == "127.0.0.1:8001"
    assert arguments["--entryPoints.internal.http.aliasHeadersStrategy"] == "reject"
    for name in ("web", "websecure"):
        assert arguments[f"--entryPoints.{name}.http.aliasHeadersStrategy"] == "delete"
        assert arguments[f"--entryPoints.{name}.http.maxHeaderBytes"] == "4096"
    assert told["providers"]["kubernetesCRD"] == {
        "namespaces": ["finance"],
        "allowEmptyServices": True,
    }
    behind = yaml.safe_load((FOLDER / "components/trusted-proxies/values.yml").read_text())
    assert behind["ports"]["web"]["forwardedHeaders"]["trustedIPs"] == ["10.0.0.0/8"]
