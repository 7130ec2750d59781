"""PostgreSQL and RabbitMQ of several nodes, by their operators."""

from typing import Final

from deploy.kubernetes import policies
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.policies import Peer
from deploy.kubernetes.workloads import meta
from shared.settings import SERVICES

POSTGRES: Final = "postgres"
POOLER: Final = "pooler"
# Its instances, and the Jobs that make them.
_CLUSTER: Final = {
    "matchLabels": {"cnpg.io/cluster": POSTGRES},
    "matchExpressions": [{"key": "cnpg.io/podRole", "operator": "NotIn", "values": ["pooler"]}],
}
_POOLERS: Final = {"matchLabels": {"cnpg.io/poolerName": POOLER}}
_BACKUPS: Final = {
    "name": "barman-cloud.cloudnative-pg.io",
    "parameters": {"barmanObjectName": "backups"},
}
_RABBITMQ: Final = {"matchLabels": {"app.kubernetes.io/name": "rabbitmq"}}
_DEFINITIONS: Final = "/run/secrets/rabbitmq"
# Operators, and what they run, speak with the API of Kubernetes; a node may have any address.
_API_PORTS: Final = (443, 6443)


def postgres() -> list[Document]:
    """Return a cluster of three, its databases, backups, and the pool of connections before it."""
    roles = ",".join(SERVICES)
    reference = {"cluster": {"name": POSTGRES}}
    return [
        _cnpg(
            "Cluster",
            POSTGRES,
            {
                "instances": 3,
                "imageName": "ghcr.io/cloudnative-pg/postgresql:18",
                "storage": {"size": "50Gi"},
                "walStorage": {"size": "20Gi"},
                "resources": {
                    "requests": {"cpu": "1", "memory": "4Gi"},
                    "limits": {"memory": "4Gi"},
                },
                "affinity": {"topologyKey": "topology.kubernetes.io/zone"},
                "postgresql": {
                    "parameters": {"max_connections": "300", "shared_buffers": "1GB"},
                    # What was acknowledged is on two of them, or it was not acknowledged.
                    "synchronous": {"method": "any", "number": 1, "dataDurability": "required"},
                    # A role opens the database of its name and no other.
                    "pg_hba": [
                        f"hostssl sameuser {roles} all scram-sha-256",
                        f"host all {roles} all reject",
                    ],
                },
                "managed": {
                    "roles": [
                        {
                            "name": service,
                            "ensure": "present",
                            "login": True,
                            "passwordSecret": {"name": service},
                        }
                        for service in SERVICES
                    ]
                },
                "plugins": [{**_BACKUPS, "isWALArchiver": True}],
            },
        ),
        *(
            _cnpg("Database", service, {**reference, "name": service, "owner": service})
            for service in SERVICES
        ),
        _cnpg(
            "Pooler",
            POOLER,
            {
                **reference,
                "instances": 2,
                "type": "rw",
                "pgbouncer": {
                    "poolMode": "transaction",
                    "parameters": {
                        "max_client_conn": "2000",
                        # For each of the five databases, of each of the two poolers.
                        "default_pool_size": "25",
                        "max_prepared_statements": "200",
                    },
                },
            },
        ),
        _cnpg(
            "ScheduledBackup",
            "daily",
            {
                **reference,
                "schedule": "0 0 2 * * *",  # with seconds: at two every night
                "immediate": True,
                "backupOwnerReference": "self",
                "method": "plugin",
                "pluginConfiguration": {"name": _BACKUPS["name"]},
            },
        ),
        *_postgres_policies(),
    ]


def rabbitmq() -> list[Document]:
    """Return a cluster of three, which has its accounts from the Secret `rabbitmq`."""
    configuration = (
        f"load_definitions = {_DEFINITIONS}/definitions.json\n"
        "cluster_partition_handling = pause_minority\n"
        # A queue that was made before all nodes were there gets its copies later.
        "quorum_queue.continuous_membership_reconciliation.enabled = true\n"
        "quorum_queue.continuous_membership_reconciliation.target_group_size = 3\n"
    )
    volume = {"name": "definitions", "secret": {"secretName": "rabbitmq", "defaultMode": 0o440}}
    mount = {"name": "definitions", "mountPath": _DEFINITIONS, "readOnly": True}
    pod = {"containers": [{"name": "rabbitmq", "volumeMounts": [mount]}], "volumes": [volume]}
    cluster = {
        "apiVersion": "rabbitmq.com/v1beta1",
        "kind": "RabbitmqCluster",
        "metadata": meta("rabbitmq"),
        "spec": {
            "replicas": 3,
            "image": "docker.io/library/rabbitmq:4.1-management",
            "persistence": {"storage": "20Gi"},
            "resources": {
                "requests": {"cpu": "500m", "memory": "1Gi"},
                "limits": {"memory": "1Gi"},
            },
            "rabbitmq": {"additionalConfig": configuration},
            "override": {"statefulSet": {"spec": {"template": {"spec": pod}}}},
        },
    }
    return [cluster, *_rabbitmq_policies()]


def _cnpg(kind: str, name: str, spec: Document) -> Document:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": kind,
        "metadata": meta(name),
        "spec": spec,
    }


def _postgres_policies() -> list[Document]:
    operator = _operator("cnpg-system")
    cluster, poolers = ({"podSelector": pods} for pods in (_CLUSTER, _POOLERS))
    users: Peer = {"podSelector": policies.USES_DATABASE}
    return [
        policies.uses(POSTGRES, policies.USES_DATABASE, [cluster, poolers], 5432),
        policies.policy(
            POSTGRES,
            _CLUSTER,
            ingress=[
                policies.allow_from([users, poolers, cluster], 5432),
                policies.allow_from([operator, cluster], 8000),
            ],
            egress=[
                policies.allow_to([cluster], 5432, 8000),
                # The API of Kubernetes, and the store of the backups.
                policies.allow_to(policies.ANYWHERE, *_API_PORTS),
            ],
        ),
        policies.policy(
            POOLER,
            _POOLERS,
            ingress=[policies.allow_from([users], 5432)],
            egress=[
                policies.allow_to([cluster], 5432),
                policies.allow_to(policies.ANYWHERE, *_API_PORTS),
            ],
        ),
    ]


def _rabbitmq_policies() -> list[Document]:
    nodes: Peer = {"podSelector": _RABBITMQ}
    between = (4369, range(25672, 25683))
    return [
        policies.uses("rabbitmq", policies.USES_BUS, [nodes], 5672),
        policies.policy(
            "rabbitmq",
            _RABBITMQ,
            ingress=[
                policies.allow_from([{"podSelector": policies.USES_BUS}], 5672),
                policies.allow_from([nodes], *between),
                policies.allow_from([_operator("rabbitmq-system")], 15672),
            ],
            egress=[
                policies.allow_to([nodes], *between),
                policies.allow_to(policies.ANYWHERE, *_API_PORTS),
            ],
        ),
    ]


def _operator(namespace: str) -> Peer:
    return {"namespaceSelector": {"matchLabels": {policies.NAMESPACE_NAME: namespace}}}
