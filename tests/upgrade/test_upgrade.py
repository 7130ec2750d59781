"""From the release before to this one: its processes go on while the databases are migrated."""

import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from deploy.local import ports
from deploy.local.rundir import RunDir
from shared.settings import SERVICES
from tests.e2e.conftest import ROOT, Client, Product, running, started
from tests.e2e.test_backup import command
from tests.e2e.test_main_job import make_house, wait_for_total

RELEASE: Final = Path(__file__).with_name("RELEASE").read_text(encoding="ascii").strip()
CHOSEN: Final = {"DEMO": "0", "LIMITS": "off", "WEBHOOKS_ALLOW_PRIVATE": "1"}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the code of the release before; a clone that lacks it says so, and skips the test."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", RELEASE], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"NO RELEASE {RELEASE}: this clone lacks the commit (git fetch --unshallow)")
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


class Visitor:
    """A client who has one of everything, and looks at it all."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._houses = count(1)
        self._asset, self._portfolio = self.build()
        hook = {"url": "https://receiver.example/", "events": ["price.updated"]}
        alert = {"asset": self._asset, "kind": "PRICE_ABOVE", "name": "High", "threshold": "1000"}
        self._made = {
            "webhooks": self._make("/api/webhooks/", hook),
            "tokens": self._make("/api/tokens/", {"name": "a token", "scopes": ["read"]}),
            "alerts": self._make("/api/alerts/", alert),
        }

    def build(self) -> tuple[int, int]:
        """Make an asset and a portfolio that holds it; see its price arrive there, over the bus."""
        house = make_house(self.client, f"HOUSE{next(self._houses)}", "100")
        wait_for_total(self.client, house[1], "1000.00")
        return house

    def record(self) -> int:
        """Record a transaction; return the status."""
        entry = {
            "portfolio": self._portfolio,
            "asset": self._asset,
            "transaction_type": "BUY",
            "quantity": "1",
            "price": "10",
            "date": "2024-03-01",
        }
        return self.client.post("/api/transactions/", entry).status_code

    def recorded(self) -> int:
        """Return how many transactions there are."""
        listed = self.client.get("/api/transactions/", portfolio_id=self._portfolio, page_size=1)
        return int(listed.json()["count"])

    def look(self) -> dict[str, int]:
        """GET everything that the document has and that needs no more than an id; the statuses."""
        paths = self.client.get("/api/schema/", format="json").json()["paths"]
        filled = (self._filled(path) for path, operations in paths.items() if "get" in operations)
        return {path: self.client.get(path).status_code for path in filled if path}

    def _make(self, path: str, body: object) -> int:
        answer = self.client.post(path, body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def _filled(self, path: str) -> str | None:
        subject = path.split("/")[2]
        ids = {"portfolios": self._portfolio, "assets": self._asset, **self._made}
        if subject in ids:
            for name in ("{id}", "{portfolio_id}", "{asset_id}", "{webhook_id}", "{alert_id}"):
                path = path.replace(name, str(ids[subject]))
        return None if "{" in path else path


@contextmanager
def recording(visitor: Visitor) -> Iterator[list[int]]:
    """Let transactions be recorded meanwhile; give the statuses of the answers."""
    statuses: list[int] = []
    is_over = threading.Event()

    def record() -> None:
        while not is_over.is_set():
            statuses.append(visitor.record())

    thread = threading.Thread(target=record)
    thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        thread.join()


def migrate(product: Product) -> None:
    """Bring the databases of a run that goes on to the schema of this code."""
    urls = {
        f"{service.upper()}_DATABASE_URL": RunDir(product.run_dir).environment(service)[
            "DATABASE_URL"
        ]
        for service in SERVICES
    }
    migration = [sys.executable, "-m", "deploy.local.migrate"]
    subprocess.run(migration, cwd=ROOT, env={**os.environ, **urls}, check=True)


def test_the_release_before_works_on_the_new_schema_and_this_one_goes_on_from_it(
    release: Path, tmp_path: Path
) -> None:
    with running(Product(ports.free(), tmp_path / "run", CHOSEN, release)) as product:
        visitor = Visitor(product.administrator("one"))
        before = visitor.look()
        assert len(before) > 30
        assert {path for path, status in before.items() if status >= 500} == set()
        with recording(visitor) as statuses:
            migrate(product)
            assert visitor.look() == before
            visitor.build()
        assert set(statuses) == {201}
        recorded = visitor.recorded()
    with started(tmp_path / "run", **CHOSEN) as product:
        visitor.client = product.client("one", "password of one")
        assert visitor.recorded() == recorded
        after = visitor.look()
        assert {path for path, status in after.items() if status >= 500} == set()
        assert {path: after[path] for path in before} == before
        visitor.build()
        verified = command(product.run_dir, "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
