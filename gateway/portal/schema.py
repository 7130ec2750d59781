"""The merged OpenAPI document, kept fresh, and served from memory while a service is down."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from gateway.portal.limits import with_limits
from gateway.portal.merge import merge
from gateway.portal.services import Cached, Services
from gateway.routes import load_routes
from shared.http.examples import with_examples

_INFO: Final = {
    "title": "Personal Finance API",
    "version": "1.0",
    "description": (
        "Portfolios, transactions, prices, performance and risk. Get a token from "
        "`POST /api/auth-token/`, then send `Authorization: Token <key>` with every request.\n\n"
        "Limits: 1000 requests an hour, analytics 100, market data 50; the answers' `RateLimit-*` "
        "headers say what is left. `/api/v1/` is the same as `/api/`."
    ),
}
_FRESH: Final = 30.0  # seconds
_INCOMPLETE: Final = 2.0  # seconds, while a service has never answered


@dataclass(frozen=True)
class Schema:
    """A document as text, in both notations, with its tag."""

    json: str
    yaml: str
    etag: str
    complete: bool

    @classmethod
    def of(cls, document: Mapping[str, Any], *, complete: bool = True) -> "Schema":
        """Return the texts of `document`."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        return cls(
            json=text,
            # Of the text, in which nothing is the same object twice, which YAML would tell.
            yaml=yaml.safe_dump(json.loads(text), sort_keys=False, allow_unicode=True, width=100),
            etag=hashlib.sha256(text.encode()).hexdigest()[:16],
            complete=complete,
        )


def whole(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document of the installation.

    Args:
        documents: service → its own.
    """
    merged = with_limits(merge(dict(sorted(documents.items())), _INFO), load_routes())
    # A webhook may tell of what another service describes.
    return with_examples(merged)


class SchemaSource:
    """Where the merged document comes from.

    Args:
        services: asked for theirs.
        own: the portal's own document.
    """

    def __init__(self, services: Services, portal: dict[str, Any]) -> None:
        self._services = services
        self._known: dict[str, dict[str, Any]] = {"portal": portal}
        self._cached = Cached(self._make, lambda schema: _FRESH if schema.complete else _INCOMPLETE)

    def get(self) -> Schema:
        """Return the document; of a service that is down, what it said last."""
        return self._cached.get()

    def _make(self) -> Schema:
        documents = self._services.documents()
        self._known |= {name: document for name, document in documents.items() if document}
        return Schema.of(whole(self._known), complete=documents.keys() <= self._known.keys())
