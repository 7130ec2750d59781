"""A backup: all databases of a run at one moment, and the keys that their data needs.

The five databases lie on one server, and `pg_basebackup` copies that as a whole while it works,
with the log of what is written meanwhile; so all five are of one moment, the end of the copy. What
an outbox holds and an inbox lacks at that moment is sent again after a restore
(`shared.bus.replay`): the event bus itself need not be saved.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import psycopg

from deploy.local import postgres
from deploy.local.databases import Databases
from deploy.local.errors import RunError, first_line
from deploy.local.privileges import tied
from deploy.local.rundir import RunDir, State, write_private
from deploy.local.settings import ROOT
from shared.settings import SERVICES

Say = Callable[[str], None]

_FORMAT: Final = 1
# A line of pg_basebackup's progress; it may write one every second.
_PERCENT: Final = re.compile(r"\((\d+)%\)")
_STEP: Final = 10  # percent between two lines
_RECOVERY_SECONDS: Final = 3600


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        made: when.
        postgresql: the major version of the server.
        schemas: service → revision of its database.
        files: path → SHA-256 of what PostgreSQL's own list does not have, and of that itself.
    """

    made: str
    postgresql: str
    schemas: dict[str, str]
    files: dict[str, str]
    format: int = _FORMAT


class Backup(RunDir):
    """Where things lie in the folder of a backup: as in that of a run."""

    @property
    def manifest(self) -> Path:
        """What the backup says of itself."""
        return self.path / "backup.json"


def save(folder: RunDir, target: Path, say: Say) -> None:
    """Save the run in `folder`, whether it goes on or not, as `target`, whole or not at all.

    Raises:
        RunError: nothing has run there, its databases lie elsewhere, or there is no room.
    """
    if target.exists():
        raise RunError(f"{target} is there already: name a folder that is not.")
    _refuse_other_servers(folder)
    with (
        folder.keys_held(),
        _server(folder, State.load(folder.state), say) as url,
        whole(target) as unfinished,
    ):
        backup = Backup(unfinished)
        say("Copying the databases …")
        _copy_databases(url, backup.postgres, say)
        copy_private(folder, backup)
        _describe(backup, url)
        say("Reading the copy again …")
        check(backup)


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a folder of the owner's alone, which becomes `target` if all that is done there works.

    Raises:
        RunError: it cannot be written.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        yield unfinished
        unfinished.rename(target)
    except OSError as error:
        raise RunError(f"{target} can't be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check(backup: Backup) -> Manifest:
    """Return what a backup says of itself, if every file of it is as it was written.

    Raises:
        RunError: it is none, it is damaged, or this release cannot read it.
    """
    manifest = _read(backup)
    _refuse_other_releases(backup, manifest)
    for name, checksum in _checksums(backup, manifest):
        file = backup.path / name
        if not file.exists() or _checksum(file) != checksum:
            raise RunError(f"The backup {backup.path} is damaged: {name} is not what was saved.")
    return manifest


def copy_private(source: RunDir, target: RunDir) -> None:
    """Copy keys, ports and passwords, for the owner's eyes only."""
    target.keys.mkdir(mode=0o700)
    for file in sorted(source.keys.iterdir()):
        write_private(target.keys / file.name, file.read_text("utf-8"))
    write_private(target.state, source.state.read_text("utf-8"))


def _read(backup: Backup) -> Manifest:
    try:
        content = json.loads(backup.manifest.read_text("utf-8"))
        manifest = Manifest(**content) if content["format"] == _FORMAT else None
    except OSError as error:
        raise RunError(f"{backup.path} is no backup: it has no {backup.manifest.name}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"The backup {backup.path} is damaged: {backup.manifest.name}.") from error
    if manifest is None:
        raise RunError(f"The backup {backup.path} was made by another release: restore it by that.")
    return manifest


def _refuse_other_releases(backup: Backup, manifest: Manifest) -> None:
    if manifest.postgresql != _postgresql():
        raise RunError(
            f"The backup {backup.path} is of PostgreSQL {manifest.postgresql}, and this is"
            f" {_postgresql()}: restore it by the release that made it."
        )
    for service, revision in manifest.schemas.items():
        versions = ROOT / "services" / service / "migrations" / "versions"
        if not list(versions.glob(f"{revision}_*.py")):
            raise RunError(
                f"The backup {backup.path} was made by a newer release (schema {revision} of"
                f" {service}): restore it by that."
            )


def _checksums(backup: Backup, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield path and SHA-256 of all files; of what the server sent but its log, as that counted.

    PostgreSQL's own `pg_verifybackup` ends by SIGSEGV in the package that we use (18.4).
    """
    yield from manifest.files.items()
    for file in json.loads(_list_of_server(backup).read_text("utf-8"))["Files"]:
        yield f"{backup.postgres.name}/{file['Path']}", file["Checksum"]


def _list_of_server(backup: Backup) -> Path:
    return backup.postgres / "backup_manifest"


def _refuse_other_servers(folder: RunDir) -> None:
    address = Databases(folder.environment(SERVICES[0])["DATABASE_URL"]).address
    if address != f"127.0.0.1:{State.load(folder.state).ports['postgres']}":
        raise RunError(
            f"The databases of this run lie at {address}, whose own backup saves them: all of them"
            " as of one moment, with point-in-time recovery. Save"
            f" {folder.keys} and {folder.state} beside it; docs/operations.md has the rest."
        )


@contextmanager
def _server(folder: RunDir, state: State, say: Say) -> Iterator[str]:
    """Give the superuser's URL of the run's PostgreSQL, started for this alone if it is not."""
    password = state.passwords["postgres"]
    url = postgres.superuser_url(state.ports["postgres"], password)
    if postgres.answers(url):
        yield url
        return
    with folder.held():
        say("Nothing runs; starting PostgreSQL for the backup …")
        with served(folder, password) as url:
            yield url


@contextmanager
def served(folder: RunDir, password: str) -> Iterator[str]:
    """Serve the databases of a run that nobody else serves; give the superuser's URL.

    Raises:
        RunError: PostgreSQL does not start.
    """
    postgres.forget_dead_server(folder.postgres)
    server = postgres.serve(
        folder.postgres, password, folder.log("postgres"), seconds=_RECOVERY_SECONDS
    )
    try:
        yield server.url
    finally:
        server.stop()


def _copy_databases(url: str, target: Path, say: Say) -> None:
    address = urlsplit(url)
    command = [
        str(postgres.binary("pg_basebackup")),
        f"--pgdata={target}",
        f"--host={address.hostname}",
        f"--port={address.port}",
        f"--username={address.username}",
        "--no-password",
        # At once, not with the next checkpoint that is due.
        "--checkpoint=fast",
        "--wal-method=stream",
        "--manifest-checksums=SHA256",
        "--progress",
    ]
    # A password on the command line could be read by everybody.
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    with subprocess.Popen(
        tied(command, "TERM"), stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            complaint = _followed(process.stderr or (), say)
        finally:
            process.terminate()
    if process.returncode:
        raise RunError(f"The databases can't be copied: {complaint}")


def _followed(lines: "IO[str] | Iterable[str]", say: Say) -> str:
    """Say how far the copy is; return the last line that was something else."""
    other, said = "no message", 0
    for line in lines:
        if progress := _PERCENT.search(line):
            percent = int(progress[1])
            if percent >= said + _STEP:
                said = percent
                say(f"  {percent} %")
        elif line.strip():
            other = line.strip().removeprefix("pg_basebackup: error: ")
    return other


def _describe(backup: Backup, url: str) -> None:
    log = (file for file in (backup.postgres / "pg_wal").rglob("*") if file.is_file())
    names = [backup.state, _list_of_server(backup), *backup.keys.iterdir(), *log]
    manifest = Manifest(
        made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        postgresql=_postgresql(),
        schemas={service: _schema(url, service) for service in SERVICES},
        files={str(file.relative_to(backup.path)): _checksum(file) for file in sorted(names)},
    )
    write_private(backup.manifest, json.dumps(asdict(manifest), indent=2) + "\n")


def _schema(url: str, service: str) -> str:
    try:
        with psycopg.connect(urlsplit(url)._replace(path=f"/{service}").geturl()) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error as error:
        raise RunError(f"The database of {service} can't be read: {first_line(error)}.") from error
    return str(row[0]) if row else ""


def _postgresql() -> str:
    """Return the major version of the PostgreSQL that is here."""
    command = [str(postgres.binary("postgres")), "--version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return version.split()[-1].partition(".")[0]


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
