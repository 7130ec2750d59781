"""A backup taken during writes, restored elsewhere, compared with its owners, and mended."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from deploy.local import keys, postgres
from deploy.local.rundir import RunDir, State
from services.webhooks.outside.sealing import Seal
from shared.testing import wait_until
from tests.e2e.conftest import CHOSEN, ROOT, Client, Product, environment, started
from tests.e2e.test_main_job import make_house

MADE_WRONG = {
    "portfolio": "UPDATE assets SET current_price = 1 WHERE id = {asset}",
    "assets": "UPDATE trades SET price = price + 1 WHERE asset_id = {asset}",
    "analytics": "DELETE FROM ledger_entries WHERE asset_id = {asset}",
    "webhooks": "UPDATE assets SET price = 1, sequence = sequence + 5 WHERE id = {asset}",
}


def command(run_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the launcher on the run in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        env=environment(run_dir),
        capture_output=True,
        text=True,
        check=False,
    )


class Writer(threading.Thread):
    """A client that records one transaction after the other.

    Attributes:
        acknowledged: `external_id` of those that were answered with 201, in order.
    """

    def __init__(self, client: Client, portfolio: int, asset: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self._client = client
        self._entry = {"portfolio": portfolio, "asset": asset, "transaction_type": "BUY"}
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.is_set():
            name = uuid4().hex
            values = {"quantity": "0.12345678", "price": "100", "date": "2024-03-01"}
            entry = {**self._entry, **values, "external_id": name}
            answer = self._client.post("/api/transactions/", entry)
            assert answer.status_code == 201, answer.text
            self.acknowledged.append(name)

    def stop(self) -> None:
        self._is_over.set()
        self.join()


@contextmanager
def writing(client: Client, portfolio: int, asset: int) -> Iterator[Writer]:
    writer = Writer(client, portfolio, asset)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def recorded(client: Client, portfolio: int) -> set[str]:
    """Return the `external_id` of every transaction of a portfolio."""
    names: set[str] = set()
    page = 1
    while True:
        answer = client.get("/api/transactions/", portfolio_id=portfolio, page=page, page_size=500)
        rows = answer.json()["results"]
        names |= {row["external_id"] for row in rows if row["external_id"]}
        if answer.json()["next"] is None:
            return names
        page += 1


def execute(run_dir: Path, service: str, statement: str) -> list[tuple[object, ...]]:
    state = State.load(RunDir(run_dir).state)
    server = postgres.superuser_url(state.ports["postgres"], state.passwords["postgres"])
    with psycopg.connect(server, dbname=service) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class Saved:
    """A backup that was taken while a client wrote.

    Attributes:
        before: `external_id` of what had been acknowledged when it began.
        later: of all that was acknowledged until it was there.
    """

    folder: Path
    asset: int
    portfolio: int
    before: set[str]
    later: set[str]


@pytest.fixture(scope="module")
def saved(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """Save during writes, with events that analytics has not heard, and kill everything."""
    folder = tmp_path_factory.mktemp("backups") / "one"
    client = product.client()
    asset, portfolio = make_house(client, "BACKUP", "100")
    hook = {"url": "https://receiver.example/", "events": ["transaction.created"]}
    assert client.post("/api/webhooks/", hook).status_code == 201
    [deaf] = product.alive("services.analytics.worker")
    with writing(client, portfolio, asset) as writer:
        wait_until(lambda: len(writer.acknowledged) > 10)
        deaf.suspend()
        # The broker has them, and will be gone.
        heard = len(writer.acknowledged)
        wait_until(lambda: len(writer.acknowledged) > heard + 10)
        before = set(writer.acknowledged)
        saving = command(product.run_dir, "backup", str(folder))
    later = set(writer.acknowledged)
    counted = f"SELECT count(*) FROM ledger_entries WHERE portfolio_id = {portfolio}"
    [[known]] = execute(product.run_dir, "analytics", counted)
    deaf.resume()
    product.end(signal.SIGKILL)
    assert saving.returncode == 0, saving.stderr
    assert int(str(known)) < len(before) < len(later)
    yield Saved(folder, asset, portfolio, before, later)
    product.start()


def test_a_backup_is_for_its_owner_alone(saved: Saved) -> None:
    files = [saved.folder, *saved.folder.rglob("*")]
    assert len(files) > 1000
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def test_what_is_restored_has_all_that_was_acknowledged_and_its_copies_are_right(
    saved: Saved, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    restored = command(again, "restore", str(saved.folder))
    assert restored.returncode == 0, restored.stderr
    with started(again, **CHOSEN) as copy:
        there = recorded(copy.client(), saved.portfolio)
        assert saved.before <= there <= saved.later
        equal = command(again, "verify")
        assert equal.returncode == 0, equal.stdout + equal.stderr
        [[secret]] = execute(again, "webhooks", "SELECT secret FROM webhooks LIMIT 1")
        assert Seal(keys.secret_key(RunDir(again).keys)).open(str(secret)).startswith("whsec_")

        for service, statement in MADE_WRONG.items():
            execute(again, service, statement.format(asset=saved.asset))
        found = command(again, "verify")
        assert (found.returncode, found.stderr) == (1, "")
        assert found.stdout.count("  at the owner") == len(MADE_WRONG), found.stdout
        mended = command(again, "verify", "--mend")
        assert mended.returncode == 0, mended.stdout
        assert mended.stdout.count("  1 mended.") == len(MADE_WRONG), mended.stdout
    # What does not run is saved as well.
    second = command(again, "backup", str(tmp_path / "second"))
    assert second.returncode == 0, second.stderr
    assert "Nothing runs" in second.stdout


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("postgres/backup_manifest", b"}", b"", "is damaged: postgres/backup_manifest is not"),
        ("backup.json", b'"made"', b'"mode"', "is damaged: backup.json"),
        ("postgres/PG_VERSION", b"18", b"19", "is damaged: postgres/PG_VERSION is not what"),
        ("keys/webhooks.secret", b"", b"\n", "is damaged: keys/webhooks.secret is not what"),
        ("backup.json", b'"format": 1', b'"format": 2', "was made by another release"),
        ("backup.json", b'"postgresql": "18"', b'"postgresql": "19"', "is of PostgreSQL 19"),
        ("backup.json", b'"webhooks": "0', b'"webhooks": "9', "was made by a newer release"),
        ("backup.json", b"}", b"", "is damaged: backup.json"),
    ],
)
def test_a_backup_that_is_damaged_or_of_another_release_is_refused(
    saved: Saved, tmp_path: Path, name: str, before: bytes, after: bytes, complaint: str
) -> None:
    file = saved.folder / name
    whole = file.read_bytes()
    changed = whole.replace(before, after) if before else whole + after
    assert changed != whole
    file.write_bytes(changed)
    try:
        refused = command(tmp_path / "again", "restore", str(saved.folder))
    finally:
        file.write_bytes(whole)
    assert refused.returncode == 1
    assert complaint in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_never_takes_the_place_of_anything(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    refused = command(tmp_path, "restore", str(saved.folder))
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)
    no_backup = command(tmp_path / "again", "restore", str(tmp_path))
    assert (no_backup.returncode, "is no backup" in no_backup.stderr) == (1, True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
