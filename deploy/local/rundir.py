"""The folder of a run: what lies where, who holds it, and what it remembers."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from deploy.local import ports
from deploy.local.errors import RunError

_MINIMUM_FREE: Final = 500 * 1024**2  # bytes


@dataclass(frozen=True)
class RunDir:
    """Where things lie in the folder of a run."""

    path: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.path / "postgres"

    @property
    def nats(self) -> Path:
        """The streams of NATS."""
        return self.path / "nats"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        """The services' Ed25519 keys, and their passwords for the event bus."""
        return self.path / "keys"

    def database_password(self, service: str) -> Path:
        """Return the file with the password of the role of `service`, as libpq reads it."""
        return self.keys / f"{service}.database"

    @property
    def config(self) -> Path:
        """What is rendered anew at each start."""
        return self.path / "config"

    @property
    def state(self) -> Path:
        """Ports, passwords and what was done."""
        return self.path / "state.json"

    @property
    def nats_configuration(self) -> Path:
        """What NATS reads: its users and their passwords."""
        return self.config / "nats.conf"

    @property
    def environments(self) -> Path:
        """Service → environment of its command line."""
        return self.config / "environment.json"

    def environment(self, service: str) -> dict[str, str]:
        """Return what the command line of a service sees.

        Raises:
            RunError: nothing has run here yet.
        """
        try:
            environments = json.loads(self.environments.read_text(encoding="utf-8"))
            return dict(environments[service])
        except (OSError, KeyError) as error:
            raise RunError(f"Nothing has run in {self.path} yet: `make run` first.") from error

    def log(self, name: str) -> Path:
        """Return the log of the process `name`."""
        return self.logs / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            RunError: not writable, or less than 500 MB are free.
        """
        try:
            for folder in (self.path, self.logs, self.keys, self.config, self.nats):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                f"RUN_DIR {self.path} is not writable ({error.strerror}): choose another folder."
            ) from error
        free = shutil.disk_usage(self.path).free
        if free < _MINIMUM_FREE:
            raise RunError(
                f"The disk of RUN_DIR {self.path} is full ({free // 1024**2} MB free, 500 needed):"
                " make room or choose another folder."
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder: no other run may use it meanwhile.

        Raises:
            RunError: another run holds it.
        """
        complaint = (
            f"RUN_DIR {self.path} is used by another run (process {{}}):"
            " stop that or choose another: make run RUN_DIR=.run2 PORT=8001"
        )
        with _held(self.path / "lock", complaint):
            yield

    @contextmanager
    def keys_held(self) -> Iterator[None]:
        """Hold the keys: they stay what they are, and what they have sealed stays with them.

        Raises:
            RunError: they are being replaced or saved.
        """
        complaint = (
            f"The keys of RUN_DIR {self.path} are being replaced or saved (process {{}}):"
            " wait until that is done, and repeat this."
        )
        with _held(self.path / "keys.lock", complaint):
            yield


_NEXT: Final = "postgres-next"  # among the passwords


@dataclass
class State:
    """What a run's folder remembers from one start to the next.

    Attributes:
        instance: tells this folder's databases and queues from others' on the same servers.
        ports: process → TCP port on 127.0.0.1.
        passwords: role or server → password.
        demo: place of the databases → "begun" or "loaded", where there is demo data.
    """

    instance: str = field(default_factory=lambda: secrets.token_hex(4))
    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    demo: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "State":
        """Return the state kept in `path`, a new one when there is none.

        Raises:
            RunError: the file is damaged.
        """
        if not path.exists():
            return cls()
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise RunError(f"{path} is damaged: restore it or choose another RUN_DIR.") from error

    def save(self, path: Path) -> None:
        """Keep the state in `path`, whole or not at all, for the owner's eyes only."""
        write_private(path, json.dumps(asdict(self), indent=2) + "\n")

    def choose_ports(self, names: Iterable[str], gateway: int) -> None:
        """Give every process a free port: the one it had, or a new one when that is taken.

        Args:
            gateway: the port of the gateway, which is free as yet and nobody else's.
        """
        for name in names:
            port = self.ports.get(name)
            if port is None or port == gateway or not ports.is_free(port):
                self.ports[name] = ports.free(taken={gateway, *self.ports.values()})

    def renew_passwords(self, names: Iterable[str]) -> None:
        """Give other passwords to those that have one."""
        for name in names:
            self.passwords[name] = secrets.token_urlsafe(24)

    def make_passwords(self, names: Iterable[str]) -> None:
        """Give everybody a password who has none yet."""
        for name in names:
            self.passwords.setdefault(name, secrets.token_urlsafe(24))

    @property
    def next_superuser(self) -> str | None:
        """The password that the embedded PostgreSQL's superuser is about to have, if another."""
        return self.passwords.get(_NEXT)

    def choose_superuser(self, path: Path) -> str:
        """Choose the superuser's next password, keep it in `path`, and return it."""
        self.passwords[_NEXT] = secrets.token_urlsafe(24)
        self.save(path)
        return self.passwords[_NEXT]

    def take_superuser(self, path: Path) -> None:
        """Keep in `path` that the superuser has the next password now."""
        self.passwords["postgres"] = self.passwords.pop(_NEXT)
        self.save(path)

    def note_demo(self, place: str, stage: str, path: Path) -> None:
        """Keep in `path` how far the demo data of the databases at `place` is."""
        self.demo[place] = stage
        self.save(path)


@contextmanager
def _held(file: Path, complaint: str) -> Iterator[None]:
    """Hold a lock, which ends with this process.

    Raises:
        RunError: another process holds it; `complaint` with the process id.
    """
    with file.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RunError(complaint.format(lock.read().strip())) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), in one step."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
