"""The processes: Deployments and what belongs to each, and the Job that prepares the event bus."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Chosen, Document
from deploy.kubernetes.tables import PORTAL, UID, WEB_PORT, WORKER_PORT, Size
from shared.settings import SERVICES

SETTINGS: Final = "settings"  # the ConfigMap; its name gets the hash of what it says
# What part of the labels of a pod says to whom it belongs.
NAME: Final = "app.kubernetes.io/name"
COMPONENT: Final = "app.kubernetes.io/component"
PART_OF: Final = {"app.kubernetes.io/part-of": tables.NAMESPACE}

# Seconds. Traefik hears of a pod that goes within the first, and asks it nothing more; then what
# is being answered may take as long as the gateway waits for it.
_LEAVING: Final = 5
GRACE: Final = 30
_MARGIN: Final = 5
_WORKER_GRACE: Final = 20  # it stops within 8

_RUN: Final = ("python", "-m", "shared.container")
_GUNICORN: Final = (*_RUN, "gunicorn", "-c", "shared/http/gunicorn_settings.py")
_WRITABLE: Final = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108  # nosec B108 - the container's own


def labels(name: str, component: str) -> dict[str, str]:
    """Return what selects the pods of a process."""
    return {NAME: name, COMPONENT: component}


def meta(name: str, *, of: Mapping[str, str] | None = None, **more: Any) -> Document:
    """Return the metadata of an object."""
    return {
        "name": name,
        "namespace": tables.NAMESPACE,
        "labels": {**(of or {}), **PART_OF},
        **more,
    }


def objects() -> Iterator[Document]:
    """Yield the objects of all processes."""
    for service in SERVICES:
        yield account(service)
        yield from _web(service)
        yield from _worker(service)
    yield account(PORTAL)
    yield from _web(PORTAL)
    yield account("bus-declare")
    yield _declaration()


def restricted(container: Document) -> Document:
    """Return a container that may do nothing but its work."""
    return {
        **container,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def pod_security(uid: int = UID) -> Document:
    """Return what the Pod Security standard `restricted` wants of a pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": uid,
        "runAsGroup": uid,
        "fsGroup": uid,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def resources(size: Size) -> Document:
    """Return what a container asks for; nothing throttles what a node's processors have left."""
    return {
        "requests": {"cpu": size.cpu, "memory": size.memory},
        "limits": {"memory": size.memory_limit},
    }


def account(name: str) -> Document:
    """Return an account that no pod gets a token of."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": meta(name),
        "automountServiceAccountToken": False,
    }


def _web(service: str) -> Iterator[Document]:
    selector = labels(service, "web")
    name = f"{service}-web"
    app = "gateway.portal" if service == PORTAL else f"services.{service}"
    container = {
        "name": "web",
        "image": _image(service),
        "command": [*_GUNICORN, "-b", f"[::]:{WEB_PORT}", f"{app}.app:create_app()"],
        **_environment(service, {"GRACE": str(GRACE)}),
        "ports": [{"name": "http", "containerPort": WEB_PORT}],
        "startupProbe": _probe("/health/live/", period=2, timeout=5, failures=60),
        "livenessProbe": _probe("/health/live/", period=10, timeout=5, failures=6),
        "readinessProbe": _probe("/health/ready/", period=5, timeout=4, failures=2),
        "lifecycle": {"preStop": {"sleep": {"seconds": _LEAVING}}},
        "resources": Chosen(f"resources.{name}", resources(tables.WEB_SIZES[service])),
        "volumeMounts": _mounts(service),
    }
    yield _deployment(name, service, selector, container, grace=_LEAVING + GRACE + _MARGIN)
    yield _service(service, selector, "http", WEB_PORT)
    yield _disruptions(name, selector)
    yield {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta(name, of=selector),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": Chosen("web.minReplicas", 2),
            "maxReplicas": Chosen("web.maxReplicas", 6),
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "AverageValue", "averageValue": "700m"},
                    },
                }
            ],
            # One process has one processor's worth of Python; it goes as slowly as it came fast.
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
        },
    }


def _worker(service: str) -> Iterator[Document]:
    selector = labels(service, "worker")
    name = f"{service}-worker"
    told = {"METRICS_HOST": "::", "METRICS_PORT": str(WORKER_PORT)}
    size = Chosen(f"resources.{name}", resources(tables.WORKER_SIZES[service]))
    container = {
        "name": "worker",
        "image": _image(service),
        "command": [*_RUN, f"services.{service}.worker"],
        **_environment(service, told),
        "ports": [{"name": "metrics", "containerPort": WORKER_PORT}],
        "startupProbe": _probe("/health", period=2, timeout=5, failures=60),
        "livenessProbe": _probe("/health", period=10, timeout=5, failures=6),
        "readinessProbe": _probe("/events", period=10, timeout=5, failures=3),
        "resources": size,
        "volumeMounts": _mounts(service),
    }
    # Once for each release, not for each pod that an autoscaler makes: until it is done, web pods
    # of the new release are not ready, and those of the old one go on.
    migration = {
        "name": "migrate",
        "image": _image(service),
        "command": [*_RUN, f"services.{service}", "migrate"],
        **_environment(service, {}),
        "resources": size,
        "volumeMounts": _mounts(service),
    }
    yield _deployment(
        name,
        service,
        selector,
        container,
        grace=_WORKER_GRACE,
        first=[migration],
        replicas=Chosen("worker.replicas", 2),
    )
    # Whoever asks a worker how it is wants to hear of one that is not well, too.
    yield _service(name, selector, "metrics", WORKER_PORT, publishNotReadyAddresses=True)
    yield _disruptions(name, selector)


def _deployment(
    name: str,
    service: str,
    selector: Mapping[str, str],
    container: Document,
    *,
    grace: int,
    first: Sequence[Document] = (),
    replicas: Chosen | None = None,
) -> Document:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(name, of=selector),
        "spec": {
            **({"replicas": replicas} if replicas else {}),
            "revisionHistoryLimit": 5,
            "selector": {"matchLabels": dict(selector)},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": {
                "metadata": {"labels": {**selector, **PART_OF}},
                "spec": {
                    **_pod(service, grace=grace),
                    "topologySpreadConstraints": [
                        _spread(key, selector)
                        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                    ],
                    **({"initContainers": [*map(restricted, first)]} if first else {}),
                    "containers": [restricted(container)],
                    "volumes": [*_volumes(service)],
                },
            },
        },
    }


def _pod(account_name: str, *, grace: int) -> Document:
    return {
        "serviceAccountName": account_name,
        "automountServiceAccountToken": False,
        # A Service named auth would give every pod AUTH_PORT, and so on.
        "enableServiceLinks": False,
        "imagePullSecrets": Chosen("image.pullSecrets", []),
        "terminationGracePeriodSeconds": grace,
        "securityContext": pod_security(),
    }


def _declaration() -> Document:
    """Return the Job that makes what is missing on the event bus; it may be done again."""
    selector = labels("bus-declare", "job")
    container = {
        "name": "declare",
        "image": _image("auth"),
        "command": [*_RUN, "deploy.bus", "declare"],
        "env": _variables({"EVENT_BUS_URL_FILE": f"{tables.SECRETS_DIR}/event-bus-url"}),
        "resources": resources(Size("50m", "96Mi", "256Mi")),
        "volumeMounts": [
            {"name": "secrets", "mountPath": tables.SECRETS_DIR, "readOnly": True},
            _WRITABLE,
        ],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta(
            "bus-declare",
            of=selector,
            annotations={
                # What a Job is cannot be changed, so each release makes a new one.
                "helm.sh/hook": "post-install,pre-upgrade",
                "helm.sh/hook-delete-policy": "before-hook-creation",
                "argocd.argoproj.io/hook": "Sync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            },
        ),
        "spec": {
            "backoffLimit": 30,
            "ttlSecondsAfterFinished": 60,
            "template": {
                "metadata": {"labels": {**selector, **PART_OF}},
                "spec": {
                    **_pod("bus-declare", grace=10),
                    "restartPolicy": "OnFailure",
                    "containers": [restricted(container)],
                    "volumes": [
                        {
                            "name": "secrets",
                            "secret": {"secretName": tables.BUS_OWNER, "defaultMode": 0o440},
                        },
                        _tmp("16Mi"),
                    ],
                },
            },
        },
    }


def _service(
    name: str, selector: Mapping[str, str], port_name: str, port: int, **more: Any
) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta(name, of=selector),
        "spec": {
            "selector": dict(selector),
            "ipFamilyPolicy": "PreferDualStack",
            "ports": [{"name": port_name, "port": port, "targetPort": port_name}],
            **more,
        },
    }


def _disruptions(name: str, selector: Mapping[str, str]) -> Document:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta(name, of=selector),
        "spec": {
            # Of one pod too, which no drain could wait for otherwise.
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": dict(selector)},
        },
    }


def _spread(key: str, selector: Mapping[str, str]) -> Document:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(selector)},
        "matchLabelKeys": ["pod-template-hash"],
    }


def _probe(path: str, *, period: int, timeout: int, failures: int) -> Document:
    port = "http" if path.endswith("/") else "metrics"
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": period,
        "timeoutSeconds": timeout,
        "failureThreshold": failures,
    }


def _environment(service: str, told: Mapping[str, str]) -> Document:
    return {
        "envFrom": [{"configMapRef": {"name": SETTINGS}}],
        "env": _variables({**told, **_files(service)}),
    }


def _files(service: str) -> Mapping[str, str]:
    if service == PORTAL:
        return {
            f"{name.upper()}_WORKER_URL": f"http://{name}-worker:{WORKER_PORT}" for name in SERVICES
        }
    return {
        "KEYS_DIR": tables.KEYS_DIR,
        **{
            variable: f"{tables.SECRETS_DIR}/{key}"
            for key, variable in tables.secret_files(service).items()
        },
    }


def _variables(told: Mapping[str, str]) -> list[Document]:
    return [{"name": name, "value": value} for name, value in told.items()]


def _mounts(service: str) -> list[Document]:
    if service == PORTAL:
        return [_WRITABLE]
    return [
        {"name": "secrets", "mountPath": tables.SECRETS_DIR, "readOnly": True},
        {"name": "public-keys", "mountPath": tables.KEYS_DIR, "readOnly": True},
        _WRITABLE,
    ]


def _volumes(service: str) -> Iterator[Document]:
    if service != PORTAL:
        for name, secret in (("secrets", service), ("public-keys", tables.PUBLIC_KEYS)):
            yield {"name": name, "secret": {"secretName": secret, "defaultMode": 0o440}}
    # Long answers and bodies wait here for slow clients.
    yield _tmp("512Mi")


def _tmp(limit: str) -> Document:
    return {"name": "tmp", "emptyDir": {"sizeLimit": limit}}


def _image(service: str) -> Chosen:
    return Chosen("image", tables.IMAGES[service])
