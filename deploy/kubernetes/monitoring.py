"""What Prometheus and Grafana are told, by the Prometheus operator's objects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.kubernetes import policies
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.workloads import COMPONENT, meta

_SOURCES: Final = Path(__file__).resolve().parents[1] / "monitoring"


def objects() -> Iterator[Document]:
    """Yield who is read, what is computed of it, and what lets Prometheus in."""
    # A ServiceMonitor would put its own `service` in the place of ours.
    yield _pods("web", "http", "/metrics/")
    yield _pods("worker", "metrics", "/metrics")
    for file in sorted((_SOURCES / "rules").glob("*.yml")):
        rules: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        yield {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": meta(file.stem),
            "spec": rules,
        }
    yield from policies.monitored()


def dashboards() -> Iterator[Document]:
    """Yield each dashboard as Grafana's sidecar finds it."""
    for file in sorted((_SOURCES / "dashboards").glob("*.json")):
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": meta(f"dashboard-{file.stem}", of={"grafana_dashboard": "1"}),
            "data": {file.name: file.read_text("utf-8")},
        }


def _pods(component: str, port: str, path: str) -> Document:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        # The rules know our targets by this name.
        "metadata": meta(f"finance-{component}"),
        "spec": {
            "selector": {"matchLabels": {COMPONENT: component}},
            "podMetricsEndpoints": [{"port": port, "path": path, "interval": "15s"}],
        },
    }
