"""PostgreSQL, RabbitMQ and Redis, one of each, for an installation that has no operators."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.kubernetes import policies
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.tables import Size
from deploy.kubernetes.workloads import (
    PART_OF,
    account,
    labels,
    meta,
    pod_security,
    resources,
    restricted,
)


@dataclass(frozen=True)
class Server:
    """One server with a disk of its own, or none.

    Attributes:
        uid: of the image's own user.
        data: where the disk is mounted.
        disk: its size, "" for a folder that goes with the pod.
        secrets: path in the container → Secret and its key.
        files: path in the container → ConfigMap and its key.
        writable: further folders that the program writes to.
    """

    name: str
    image: str
    uid: int
    port: int
    data: str
    disk: str
    size: Size
    secrets: Mapping[str, tuple[str, str]]
    users: Document
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    writable: Sequence[str] = ()
    grace: int = 60


POSTGRES: Final = Server(
    name="postgres",
    image="docker.io/library/postgres:18",
    uid=999,
    port=5432,
    data="/var/lib/postgresql",
    disk="20Gi",
    size=Size("250m", "512Mi", "2Gi"),
    secrets={
        "/run/secrets/postgres/password": ("postgres", "password"),
        # Run by the image when the disk is empty.
        "/docker-entrypoint-initdb.d/databases.sql": ("postgres", "databases.sql"),
    },
    users=policies.USES_DATABASE,
    # 18 for each of the processes that the autoscalers of this size allow, and some for people.
    arguments=("-c", "max_connections=400", "-c", "shared_buffers=256MB"),
    environment={"POSTGRES_PASSWORD_FILE": "/run/secrets/postgres/password"},
    writable=("/var/run/postgresql", "/tmp"),  # noqa: S108 - of the container alone  # nosec B108
    grace=120,
)
RABBITMQ: Final = Server(
    name="rabbitmq",
    image="docker.io/library/rabbitmq:4.1",
    uid=999,
    port=5672,
    data="/var/lib/rabbitmq",
    disk="10Gi",
    size=Size("200m", "384Mi", "1Gi"),
    secrets={"/run/secrets/rabbitmq/definitions.json": ("rabbitmq", "definitions.json")},
    users=policies.USES_BUS,
    files={"/etc/rabbitmq/conf.d/90-finance.conf": ("rabbitmq", "rabbitmq.conf")},
    writable=("/tmp", "/var/log/rabbitmq"),  # noqa: S108 - of the container alone  # nosec B108
)
REDIS: Final = Server(
    name="redis",
    image="docker.io/library/redis:8",
    uid=999,
    port=6379,
    data="/data",
    disk="",  # what it counts is over in an hour
    size=Size("20m", "32Mi", "128Mi"),
    secrets={"/run/secrets/redis/redis.conf": ("redis", "redis.conf")},
    users=policies.USES_QUOTAS,
    arguments=("redis-server", "/run/secrets/redis/redis.conf"),
    grace=10,
)


def objects(server: Server) -> list[Document]:
    """Return a server and what belongs to it."""
    selector = labels(server.name, "server")
    pods = {"matchLabels": dict(selector)}
    return [
        account(server.name),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta(server.name, of=selector),
            "spec": {
                "selector": dict(selector),
                "ipFamilyPolicy": "PreferDualStack",
                "ports": [{"name": server.name, "port": server.port, "targetPort": server.name}],
            },
        },
        _stateful(server, selector),
        policies.used(server.name, pods, server.users, server.port),
        policies.uses(server.name, server.users, [{"podSelector": pods}], server.port),
    ]


def _stateful(server: Server, selector: Mapping[str, str]) -> Document:
    probe = {"tcpSocket": {"port": server.name}, "timeoutSeconds": 5}
    environment = [{"name": name, "value": value} for name, value in server.environment.items()]
    container: dict[str, Any] = {
        "name": server.name,
        "image": server.image,
        **({"args": [*server.arguments]} if server.arguments else {}),
        **({"env": environment} if environment else {}),
        "ports": [{"name": server.name, "containerPort": server.port}],
        "startupProbe": {**probe, "periodSeconds": 2, "failureThreshold": 300},
        "livenessProbe": {**probe, "periodSeconds": 20, "failureThreshold": 6},
        "readinessProbe": {**probe, "periodSeconds": 5, "failureThreshold": 2},
        "resources": resources(server.size),
        "volumeMounts": [*_mounts(server)],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": server.disk}},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta(server.name, of=selector),
        "spec": {
            "serviceName": server.name,
            "replicas": 1,
            "selector": {"matchLabels": dict(selector)},
            "template": {
                "metadata": {"labels": {**selector, **PART_OF}},
                "spec": {
                    "serviceAccountName": server.name,
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": server.grace,
                    "securityContext": pod_security(server.uid),
                    "containers": [restricted(container)],
                    "volumes": [*_volumes(server)],
                },
            },
            **({"volumeClaimTemplates": [claim]} if server.disk else {}),
        },
    }


def _mounts(server: Server) -> Iterator[Document]:
    yield {"name": "data", "mountPath": server.data}
    for number, path in enumerate(server.writable):
        yield {"name": f"writable-{number}", "mountPath": path}
    for kind, files in (("secret", server.secrets), ("file", server.files)):
        for path, (name, key) in files.items():
            yield {"name": f"{kind}-{name}", "mountPath": path, "subPath": key, "readOnly": True}


def _volumes(server: Server) -> Iterator[Document]:
    if not server.disk:
        yield {"name": "data", "emptyDir": {"sizeLimit": "64Mi"}}
    for number, _ in enumerate(server.writable):
        yield {"name": f"writable-{number}", "emptyDir": {"sizeLimit": "64Mi"}}
    for name in sorted({name for name, _ in server.secrets.values()}):
        yield {"name": f"secret-{name}", "secret": {"secretName": name, "defaultMode": 0o440}}
    for name in sorted({name for name, _ in server.files.values()}):
        yield {"name": f"file-{name}", "configMap": {"name": name}}
