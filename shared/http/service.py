"""A service's web application, as far as its requests know it."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, NamedTuple
from wsgiref.types import WSGIEnvironment

from flask import Flask

from shared.cache import BasisCache
from shared.db import Database, Reading
from shared.errors import Unauthorized, Unavailable
from shared.identity import Identity, Signer, Verifier
from shared.settings import ServiceSettings

_CAPACITY: Final = 32 * 2**20  # bytes of JSON


class Rendered(NamedTuple):
    """A resource in JSON.

    Attributes:
        revision: of its row, compared by `If-Match`.
    """

    revision: int
    body: bytes


class Grounds(NamedTuple):
    """What an answer rests on: it is true as long as this stands.

    Attributes:
        readings: what was read of the database before anything was computed.
        besides: tells what else it rests on, like the day.
        told: by that.
    """

    readings: Sequence[Reading]
    besides: Callable[[], Hashable] = tuple
    told: Hashable = ()

    def stand(self, database: Database) -> bool:
        """Return whether all is as it was.

        Raises:
            psycopg.OperationalError: the server does not answer, or takes too long.
        """
        return self.besides() == self.told and all(
            database.read(reading.query, reading.parameters) == reading.rows
            for reading in self.readings
        )


class Answer(NamedTuple):
    """An answer as it was sent, without what each request has of its own.

    Attributes:
        route, path: see `contract.observe`.
    """

    grounds: Grounds
    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    route: str
    path: str

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        rows = sum(len(row) for reading in self.grounds.readings for row in reading.rows)
        return 2048 + len(self.body) + 64 * rows


class ServiceApp(Flask):
    """What every request of a service finds.

    Attributes:
        database: the service's own.
        signer, verifier: its keys.
        settings: its configuration.
        idempotency_table: its `IdempotencyMixin` class, if it has something to post.
        job_table: its `JobMixin` class, if it has long work.
        rendered: resources in JSON, see `shared.http.kept`.
        answers: see `shared.http.shortcut`.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        idempotency_table: type[Any] | None,
        job_table: type[Any] | None = None,
    ) -> None:
        super().__init__(f"services.{settings.name}", static_folder=None)
        self.settings = settings
        self.database = Database(
            settings.database_url, settings.database_direct_url, pool_size=settings.threads
        )
        self.signer = Signer(settings.name, settings.service_key_file)
        self.verifier = Verifier(settings.keys_dir, settings.name)
        self.idempotency_table = idempotency_table
        self.job_table: Any = job_table
        self.forget()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`: none of ours is a coroutine, which Flask looks for a dozen times."""
        return func

    def asker(self, environ: WSGIEnvironment) -> Identity | None:
        """Return who asks in front of Flask; None leaves it to Flask to know that, or to refuse."""
        try:
            return self.verifier.identity(environ.get("HTTP_X_IDENTITY"))
        except (Unauthorized, Unavailable):
            return None

    def forget(self) -> None:
        """Drop all that this process keeps of its answers."""
        self.rendered = BasisCache[Rendered]("resources", _CAPACITY, lambda one: len(one.body))
        self.answers = BasisCache[Answer]("answers", _CAPACITY, lambda answer: answer.weight)
