"""The same objects as a Helm chart: with its default values it makes what `external` makes."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Chosen, Document, resolved
from deploy.kubernetes.workloads import SETTINGS

# How kustomize names a ConfigMap after what it says.
HELPERS: Final = """\
{{- define "finance.settings" -}}
{{- $told := dict "data" .Values.settings "kind" "ConfigMap" "name" "" | toJson -}}
settings-{{ $told | sha256sum | trunc 10 | replace "0" "g" | replace "1" "h" | replace "3" "k" | \
replace "a" "m" | replace "e" "t" }}
{{- end -}}
"""
_MARK: Final = re.compile(r"(['\"]?)<<(.+?)>>\1")


def description(version: str) -> Document:
    """Return Chart.yaml."""
    return {
        "apiVersion": "v2",
        "name": "finance",
        "description": "Personal Finance API, with PostgreSQL, RabbitMQ and Redis of yours",
        "type": "application",
        "version": version,
        "appVersion": version,
        "kubeVersion": ">=1.30.0-0",
    }


def values(documents: Iterable[Document], version: str) -> Document:
    """Return values.yaml: the default of whatever `documents` leave to who installs."""
    made: Document = {
        "image": {"registry": "", "tag": version, "pullSecrets": []},
        "settings": dict(tables.CONFIGURATION),
    }

    def keep(choice: Chosen) -> None:
        *parts, last = choice.path.split(".")
        place: Any = made
        for part in parts:
            place = place.setdefault(part, {})
        if choice.path != "image":
            place[last] = choice.default

    resolved([*documents], keep)
    return made


def template(document: Document) -> Document:
    """Return an object with marks where the chart has values; `filled` makes templates of them."""
    made: Document = resolved(document, _mark)
    metadata = made["metadata"]
    if "namespace" in metadata:
        metadata["namespace"] = "<<.Release.Namespace>>"
    spec = made.get("spec", {}).get("template", {}).get("spec", {})
    for container in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        for source in container.get("envFrom", ()):
            source["configMapRef"]["name"] = '<<include "finance.settings" .>>'
    return made


def settings() -> Document:
    """Return the ConfigMap of all that is told."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": '<<include "finance.settings" .>>', "namespace": tables.NAMESPACE},
        "data": Chosen(SETTINGS, None),
    }


def filled(text: str) -> str:
    """Return YAML with marks as a template."""
    return _MARK.sub(lambda mark: f"{{{{ {mark[2]} }}}}", text)


def _mark(choice: Chosen) -> str:
    if choice.path == "image":
        return f'<<printf "%s{choice.default}:%s" .Values.image.registry .Values.image.tag>>'
    names = "".join(f" {json.dumps(part)}" for part in choice.path.split("."))
    return f"<<index .Values{names} | toJson>>"
