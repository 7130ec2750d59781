"""The Helm chart makes what kustomize makes, and what its values say instead."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.kubernetes.conftest import FOLDER, Document, Loader, named, of_kind, pods

CHART = FOLDER / "chart"


def _made(*options: str) -> Sequence[Document]:
    helm = shutil.which("helm", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if helm is None:
        message = "NO helm: make .venv/bin/helm fetches it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    made = subprocess.run(
        [helm, "template", "finance", str(CHART), "--namespace", "finance", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return [*yaml.load_all(made.stdout, Loader)]


def _by_name(of: Sequence[Document]) -> Mapping[str, Document]:
    return {named(document): document for document in of if document["kind"] != "Namespace"}


def test_the_chart_makes_what_the_overlay_for_external_servers_has(
    overlays: Mapping[str, Sequence[Document]],
) -> None:
    """Helm makes the namespace, or whoever installs."""
    assert _by_name(_made()) == _by_name(overlays["external"])


def test_its_values_stand_where_they_belong() -> None:
    of = _made(
        *("--set", "image.registry=registry.example/,image.tag=2.0.0,worker.replicas=3"),
        *("--set", "web.minReplicas=4,settings.LOG_LEVEL=DEBUG"),
        *("--set-json", f"image.pullSecrets={json.dumps([{'name': 'registry'}])}"),
    )
    template = pods(of)["Deployment/portfolio-worker"]
    assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    images = {one["image"] for one in template["spec"]["initContainers"]}
    assert images == {"registry.example/finance-service:2.0.0"}
    scaled: list[dict[str, Any]] = of_kind(of, "HorizontalPodAutoscaler")
    assert {one["spec"]["minReplicas"] for one in scaled} == {4}
    replicas = {one["spec"].get("replicas") for one in of_kind(of, "Deployment")}
    assert replicas == {None, 3}
    (settings,) = of_kind(of, "ConfigMap")
    assert settings["data"]["LOG_LEVEL"] == "DEBUG"
    (before,) = of_kind(_made(), "ConfigMap")
    assert settings["metadata"]["name"] != before["metadata"]["name"]
