"""The Secrets out of a store of secrets, by the External Secrets operator."""

from collections.abc import Iterator
from typing import Final

from deploy.kubernetes import tables
from deploy.kubernetes.chosen import Document
from deploy.kubernetes.workloads import meta

STORE: Final = "finance"  # the ClusterSecretStore


def objects() -> Iterator[Document]:
    """Yield one for each Secret: its key `k` is the property `k` of `finance/<Secret>`."""
    for name, keys in tables.secrets().items():
        yield {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": meta(name),
            "spec": {
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "data": [
                    {
                        "secretKey": key,
                        "remoteRef": {"key": f"{tables.NAMESPACE}/{name}", "property": key},
                    }
                    for key in keys
                ],
            },
        }
