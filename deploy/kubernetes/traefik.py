"""The gateway on a cluster: its objects, and the values for the chart that installs Traefik."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.workloads import PART_OF, SETTINGS
from gateway import kubernetes, render
from gateway.model import Gateway

# Where Traefik asks itself, in each of its pods; nobody else can.
INTERNAL: Final = "127.0.0.1:8001"
# What was tested; the objects need the CRDs of 3.7.8 or newer.
_RELEASE: Final = "v3.7.15"
_GRACE: Final = 35  # seconds; a service has 30 for an answer


def objects(gateway: Gateway) -> list[Document]:
    """Return the gateway's objects, as part of the installation."""
    return [
        {**document, "metadata": {**document["metadata"], "labels": {**PART_OF}}}
        for document in kubernetes.objects(gateway)
    ]


def behind_proxies(gateway: Gateway, behind: Gateway) -> Document:
    """Return the component that makes of `gateway` the same one `behind` proxies."""
    changed = [
        {
            "target": {"kind": "Middleware", "name": name},
            "patch": json.dumps([{"op": "replace", "path": "/spec", "value": spec}], indent=2),
        }
        for name, spec in behind.middlewares.items()
        if spec != gateway.middlewares[name]
    ]
    told = f"TRUSTED_PROXIES={','.join(behind.trusted_proxies)}"
    return {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "configMapGenerator": [
            {
                "name": SETTINGS,
                "namespace": tables.NAMESPACE,
                "behavior": "merge",
                "literals": [told],
            }
        ],
        "patches": changed,
    }


def values_behind_proxies(behind: Gateway) -> Document:
    """Return what the chart is told besides."""
    headers = {"forwardedHeaders": {"trustedIPs": [*behind.trusted_proxies]}}
    return {"ports": {"web": headers, "websecure": headers}}


def values() -> Document:
    """Return what the chart traefik/traefik is told."""
    static = render.static(f":{tables.WEB_PORT}", INTERNAL, {})
    entry_points = static["entryPoints"]
    web = {name: value for name, value in entry_points["web"].items() if name != "address"}
    # Here no person waits for the end of it, and what is being answered may go on.
    web["transport"] = {**web["transport"], "lifeCycle": {"graceTimeOut": f"{_GRACE}s"}}
    internal = {
        **entry_points["internal"],
        "transport": {"lifeCycle": {"requestAcceptGraceTimeout": f"{_GRACE}s"}},
    }
    told = {"web": web, "websecure": web, "internal": internal}
    return {
        "image": {"tag": _RELEASE},
        "deployment": {
            "replicas": 2,
            # A load balancer hears of a pod that goes within the first of these seconds.
            "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
            "terminationGracePeriodSeconds": 60,
        },
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "resources": {"requests": {"cpu": "200m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
        "rbac": {"namespaced": True},
        "providers": {
            "kubernetesCRD": dict(kubernetes.PROVIDER["kubernetesCRD"]),
            "kubernetesIngress": {"enabled": False},
        },
        "ingressClass": {"enabled": False},
        "api": {"dashboard": False},
        "global": dict(static["global"]),
        "log": {"format": "json", **static["log"]},
        # What a node forwards to another one has that node's address, and the flood guard would
        # take everybody for one.
        "service": {"spec": {"externalTrafficPolicy": "Local"}},
        "additionalArguments": [
            f"--entryPoints.{name}.{path}={value}"
            for name, settings in told.items()
            for path, value in _flat(settings)
        ],
    }


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the settings of a file as Traefik's arguments have them: path and value."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, bool):
            yield before + name, str(value).lower()
        else:
            yield before + name, ",".join(value) if isinstance(value, list) else str(value)
