"""The Secrets out of a store of secrets, by the External Secrets operator."""

from collections.abc import Iterator
from typing import Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.workloads import meta

STORE: Final = "finance"  # the ClusterSecretStore


def objects() -> Iterator[Document]:
    """Yield one for each Secret; an entry of its name in the store has its keys as properties."""
    for name in tables.secrets():
        yield {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": meta(name),
            "spec": {
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "dataFrom": [{"extract": {"key": f"{tables.NAMESPACE}/{name}"}}],
            },
        }
