"""A service's web application, as far as its requests know it."""

from typing import Any

from flask import Flask

from shared.db import Database
from shared.identity import Signer, Verifier
from shared.settings import ServiceSettings


class ServiceApp(Flask):
    """What every request of a service finds.

    Attributes:
        database: the service's own.
        signer, verifier: its keys.
        settings: its configuration.
        idempotency_table: its `IdempotencyMixin` class, if it has something to post.
    """

    def __init__(self, settings: ServiceSettings, idempotency_table: type[Any] | None) -> None:
        super().__init__(f"services.{settings.name}", static_folder=None)
        self.settings = settings
        self.database = Database(settings.database_url, pool_size=settings.threads)
        self.signer = Signer(settings.name, settings.service_key_file)
        self.verifier = Verifier(settings.keys_dir, settings.name)
        self.idempotency_table = idempotency_table
