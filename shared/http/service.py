"""A service's web application, as far as its requests know it."""

from typing import Any, Final, NamedTuple

from flask import Flask

from shared.cache import BasisCache
from shared.db import Database
from shared.identity import Signer, Verifier
from shared.settings import ServiceSettings

_CAPACITY: Final = 32 * 2**20  # bytes of JSON
_COUNTS: Final = 100_000  # counts


class Rendered(NamedTuple):
    """A resource in JSON.

    Attributes:
        revision: of its row, compared by `If-Match`.
    """

    revision: int
    body: bytes


def store() -> BasisCache[Rendered]:
    """Return a place for what one process keeps."""
    return BasisCache[Rendered](_CAPACITY, lambda rendered: len(rendered.body))


class ServiceApp(Flask):
    """What every request of a service finds.

    Attributes:
        database: the service's own.
        signer, verifier: its keys.
        settings: its configuration.
        idempotency_table: its `IdempotencyMixin` class, if it has something to post.
        job_table: its `JobMixin` class, if it has long work.
        rendered: resources in JSON, see `shared.http.kept`.
        counts: of what long lists lie in, see `shared.http.pagination.Parts`.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        idempotency_table: type[Any] | None,
        job_table: type[Any] | None = None,
    ) -> None:
        super().__init__(f"services.{settings.name}", static_folder=None)
        self.settings = settings
        self.database = Database(settings.database_url, pool_size=settings.threads)
        self.signer = Signer(settings.name, settings.service_key_file)
        self.verifier = Verifier(settings.keys_dir, settings.name)
        self.idempotency_table = idempotency_table
        self.job_table: Any = job_table
        self.rendered = store()
        self.counts = BasisCache[int](_COUNTS, lambda _: 1)
