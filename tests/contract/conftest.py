"""What the services say of themselves: the OpenAPI documents of their real applications."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from gateway.portal.app import create_app as create_portal
from gateway.portal.schema import whole
from gateway.portal.settings import PortalSettings
from shared.settings import SERVICES
from shared.testing import environment
from shared.testing.stand import set_environment

Document = dict[str, Any]


@pytest.fixture(scope="session")
def described(
    keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Document]]:
    """Return service → its documents, `public` and `internal`; no database is asked for them."""
    secret = tmp_path_factory.mktemp("contract") / "webhooks.secret"
    secret.write_bytes(Fernet.generate_key())
    found = {}
    for name in SERVICES:
        values = environment(
            name,
            database_url=f"postgresql://{name}@127.0.0.1:9/{name}",
            keys=keys,
            WEBHOOKS_SECRET_KEY_FILE=str(secret),
        )
        with set_environment(values):
            app = importlib.import_module(f"services.{name}.app").create_app()
        found[name] = app.extensions["openapi"]
    portal = create_portal(PortalSettings(urls={}, log_level="ERROR"))
    found["portal"] = portal.extensions["openapi"]
    return found


@pytest.fixture(scope="session")
def documents(described: dict[str, dict[str, Document]]) -> dict[str, Document]:
    """Return service → its document of public routes."""
    return {name: of_service["public"] for name, of_service in described.items()}


@pytest.fixture(scope="session")
def schema(documents: dict[str, Document]) -> Document:
    """Return the merged document, as `/api/schema/` answers it."""
    return whole(documents)
