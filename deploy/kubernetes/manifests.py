"""The files of the manifests: path in the folder → text."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.kubernetes import (
    chart,
    monitoring,
    operators,
    policies,
    servers,
    stores,
    tables,
    traefik,
    workloads,
)
from deploy.kubernetes.chosen import Document, plain
from deploy.kubernetes.tables import PORTAL
from deploy.kubernetes.workloads import NAME, PART_OF, SETTINGS
from gateway.model import Gateway
from shared.settings import SERVICES

ROOT: Final = Path(__file__).resolve().parents[2]
MADE_BY: Final = "# Made by `make render`; edit deploy/kubernetes/*.py or gateway/routes.yml.\n"
POD_SECURITY: Final = "pod-security.kubernetes.io"


def files(gateway: Gateway, behind: Gateway) -> dict[str, str]:
    """Return path in this folder → text of all files that are made.

    Args:
        gateway: that clients reach by themselves.
        behind: the same one behind proxies.
    """
    manifests = {**_base(gateway), **_servers(), **_proxies(gateway, behind)}
    return {
        **{name: document_text(documents) for name, documents in manifests.items()},
        **_chart(gateway),
    }


def document_text(documents: Iterable[Document]) -> str:
    """Return `documents` as YAML."""
    return MADE_BY + "---\n".join(
        yaml.dump(plain(document), Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)
        for document in documents
    )


def version() -> str:
    """Return the release, which is the tag of its images."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def namespace() -> Document:
    """Return the namespace, in which nothing runs that is not restricted."""
    modes = {f"{POD_SECURITY}/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": tables.NAMESPACE, "labels": {**modes, **PART_OF}},
    }


def _base(gateway: Gateway) -> Mapping[str, Sequence[Document]]:
    parts = {f"{name}.yml": [*of] for name, of in _processes()}
    parts["namespace.yml"] = [namespace()]
    parts["policies.yml"] = [*policies.objects()]
    parts["gateway.yml"] = traefik.objects(gateway)
    settings = [f"{name}={value}" for name, value in tables.CONFIGURATION.items()]
    generator = {"name": SETTINGS, "namespace": tables.NAMESPACE, "literals": settings}
    images = [{"name": name, "newTag": version()} for name in sorted({*tables.IMAGES.values()})]
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(parts),
        "configMapGenerator": [generator],
        "images": images,
    }
    return {
        f"base/{name}": of for name, of in {**parts, "kustomization.yaml": [kustomization]}.items()
    }


def _processes() -> Iterator[tuple[str, Iterator[Document]]]:
    """Yield each service, the portal and the bus with what runs them."""
    everything = [*workloads.objects()]
    for name in (*SERVICES, PORTAL, "bus-declare"):
        yield name, (it for it in everything if _belongs(it, name))


def _belongs(document: Document, name: str) -> bool:
    metadata: Mapping[str, Any] = document["metadata"]
    return name in (metadata["labels"].get(NAME), metadata["name"])


def _chart(gateway: Gateway) -> Mapping[str, str]:
    parts: dict[str, Sequence[Document]] = {f"{name}.yaml": [*of] for name, of in _processes()}
    parts["policies.yaml"] = [*policies.objects(), *_external()]
    parts["gateway.yaml"] = traefik.objects(gateway)
    everything = [document for of in parts.values() for document in of]
    parts["settings.yaml"] = [chart.settings()]
    return {
        "chart/Chart.yaml": document_text([chart.description(version())]),
        "chart/values.yaml": document_text([chart.values(everything, version())]),
        "chart/templates/_helpers.tpl": chart.HELPERS,
        **{
            f"chart/templates/{name}": chart.filled(document_text(map(chart.template, of)))
            for name, of in parts.items()
        },
    }


def _external() -> Sequence[Document]:
    """Return what lets pods call servers that may be anywhere."""
    return [
        policies.uses("postgres", policies.USES_DATABASE, policies.ANYWHERE, 5432),
        policies.uses("rabbitmq", policies.USES_BUS, policies.ANYWHERE, 5671, 5672),
        policies.uses("redis", policies.USES_QUOTAS, policies.ANYWHERE, 6379, 6380),
    ]


def _proxies(gateway: Gateway, behind: Gateway) -> Mapping[str, Sequence[Document]]:
    folder = "components/trusted-proxies"
    return {
        f"{folder}/kustomization.yaml": [traefik.behind_proxies(gateway, behind)],
        f"{folder}/values.yml": [traefik.values_behind_proxies(behind)],
    }


def _servers() -> Mapping[str, Sequence[Document]]:
    """Return the servers of the components and overlays, beside kustomizations made by hand."""
    return {
        "components/external-secrets/secrets.yml": [*stores.objects()],
        "components/monitoring/dashboards.yml": [*monitoring.dashboards()],
        "components/monitoring/monitoring.yml": [*monitoring.objects()],
        "components/postgres-cnpg/postgres.yml": operators.postgres(),
        "components/rabbitmq/rabbitmq.yml": operators.rabbitmq(),
        "components/redis/redis.yml": servers.objects(servers.REDIS),
        "components/teams/policies.yml": [*policies.teams()],
        "components/traefik/values.yml": [traefik.values()],
        "overlays/small/postgres.yml": servers.objects(servers.POSTGRES),
        "overlays/small/rabbitmq.yml": servers.objects(servers.RABBITMQ),
        "overlays/external/policies.yml": _external(),
    }


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as such, and nothing by reference."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write what stands twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
