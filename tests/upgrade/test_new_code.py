"""This code on the schema of before: it is not ready until the migration is done."""

from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from cryptography.fernet import Fernet

from shared import migrations
from shared.settings import SERVICES
from shared.testing import environment
from shared.testing.stand import create_database, set_environment

ROOT: Final = Path(__file__).resolve().parents[2]


def revisions(service: str) -> list[str]:
    """Return the numbers of all migrations of a service, in order."""
    files = (ROOT / "services" / service / "migrations" / "versions").glob("*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def before(postgres_url: str, service: str) -> str:
    """Return the URL of a database to which the newest migration is still to come."""
    url = create_database(postgres_url, service)
    migrations.upgrade(service, url, revisions(service)[-2])
    return url


@pytest.mark.parametrize("service", SERVICES)
def test_a_web_process_is_ready_once_the_schema_is_migrated(
    service: str, postgres_url: str, keys: Path, tmp_path: Path
) -> None:
    url, secret = before(postgres_url, service), tmp_path / "webhooks.secret"
    secret.write_bytes(Fernet.generate_key())
    more = {"WEBHOOKS_SECRET_KEY_FILE": str(secret)}
    with set_environment(environment(service, database_url=url, keys=keys, **more)):
        app = import_module(f"services.{service}.app").create_app()
    client = app.test_client()
    assert client.get("/health/live/").status_code == 200
    waiting = client.get("/health/ready/")
    assert (waiting.status_code, waiting.json["details"]["code"]) == (503, "unavailable")
    migrations.upgrade(service, url)
    assert client.get("/health/ready/").status_code == 200
