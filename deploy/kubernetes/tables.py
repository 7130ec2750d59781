"""What there is to run, who calls whom, and what each is told; the manifests follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.settings import SERVICES

NAMESPACE: Final = "finance"
TRAEFIK_NAMESPACE: Final = "traefik"
MONITORING_NAMESPACE: Final = "monitoring"
PORTAL: Final = "portal"
WEB_PORT: Final = 8000
WORKER_PORT: Final = 9000
UID: Final = 10001  # of the images

# Service → the services whose internal API it calls, with any of its processes.
CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": (),
    "portfolio": ("assets", "webhooks"),
    "assets": ("portfolio",),
    "analytics": ("portfolio", "assets"),
    "webhooks": ("portfolio", "assets", "analytics"),
}
# Service → ports of the internet that it calls: prices, and whatever subscribers named.
CALLS_OUTSIDE: Final[Mapping[str, tuple[int | range, ...]]] = {
    "assets": (443,),
    "webhooks": (443, range(1024, 65536)),
}
COUNTS_QUOTAS: Final = "auth"


@dataclass(frozen=True)
class Size:
    """What a container asks for, and the memory that it may have."""

    cpu: str
    memory: str
    memory_limit: str


# A process has 100 MiB when it has started. Web processes keep answers, auth hashes passwords with
# 19 MiB each, analytics keeps series and ledgers; a worker's jobs are processes of their own.
WEB_SIZES: Final[Mapping[str, Size]] = {
    "auth": Size("100m", "192Mi", "512Mi"),
    "portfolio": Size("100m", "192Mi", "768Mi"),
    "assets": Size("100m", "192Mi", "768Mi"),
    "analytics": Size("200m", "384Mi", "2Gi"),
    "webhooks": Size("50m", "160Mi", "512Mi"),
    PORTAL: Size("50m", "128Mi", "384Mi"),
}
WORKER_SIZES: Final[Mapping[str, Size]] = {
    "auth": Size("20m", "128Mi", "384Mi"),
    "portfolio": Size("50m", "192Mi", "1Gi"),
    "assets": Size("50m", "192Mi", "1Gi"),
    "analytics": Size("100m", "384Mi", "2Gi"),
    "webhooks": Size("50m", "160Mi", "512Mi"),
}
IMAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(SERVICES, "finance-service"),
    "analytics": "finance-analytics",
    PORTAL: "finance-gateway",
}

# Where the Secrets of a pod lie in it.
SECRETS_DIR: Final = "/run/secrets/finance"
KEYS_DIR: Final = "/run/secrets/public-keys"
PUBLIC_KEYS: Final = "public-keys"
BUS_OWNER: Final = "bus-owner"
# Key of the service's Secret → the variable that names its file.
SECRET_FILES: Final[Mapping[str, str]] = {
    "service-key.pem": "SERVICE_KEY_FILE",
    "database-url": "DATABASE_URL_FILE",
    "database-direct-url": "DATABASE_DIRECT_URL_FILE",
    "event-bus-url": "EVENT_BUS_URL_FILE",
}
MORE_SECRET_FILES: Final[Mapping[str, Mapping[str, str]]] = {
    COUNTS_QUOTAS: {"quota-storage-url": "QUOTA_STORAGE_URL_FILE"},
    "webhooks": {"secret-key": "WEBHOOKS_SECRET_KEY_FILE"},
}

# What all are told, and whoever runs them may change: the ConfigMap `settings`.
CONFIGURATION: Final[Mapping[str, str]] = {
    **{f"{service.upper()}_URL": f"http://{service}:{WEB_PORT}" for service in SERVICES},
    "LOG_LEVEL": "INFO",
    "THREADS": "8",
}


def secret_files(service: str) -> Mapping[str, str]:
    """Return key → variable of all files in the Secret of `service`."""
    return {**SECRET_FILES, **MORE_SECRET_FILES.get(service, {})}


def secrets() -> Mapping[str, tuple[str, ...]]:
    """Return Secret → its keys, of all that a cluster with operators needs.

    `python -m deploy.keys` makes them.
    """
    return {
        PUBLIC_KEYS: tuple(f"{service}.public.pem" for service in SERVICES),
        **{
            # The last two are the account of the database, as its operator reads it.
            service: (*secret_files(service), "username", "password")
            for service in SERVICES
        },
        BUS_OWNER: ("event-bus-url",),
        "rabbitmq": ("definitions.json",),
        "redis": ("redis.conf",),
    }
