"""Webhooks' second process: it hears of everything and tells who wants to know."""

from services.webhooks import handlers, settings
from services.webhooks.commands import messages, valuations
from services.webhooks.models import IdempotencyKey
from services.webhooks.outside.network import Network
from services.webhooks.outside.owners import Owners
from services.webhooks.outside.sealing import Seal
from services.webhooks.parts.courier import Courier
from services.webhooks.replicas import Replicas
from shared import observability, worker
from shared.db import Database
from shared.ending import end_with
from shared.http import idempotency
from shared.identity import Signer


def main() -> int:
    """Work until told to stop."""
    configuration = settings.load()
    observability.configure_logging("webhooks", configuration.log_level)
    database = Database(configuration.database_url, configuration.database_direct_url)
    owners = Owners(configuration.urls, Signer("webhooks", configuration.service_key_file))
    network = Network(allow_private=configuration.allow_private)
    courier = Courier(database, network, Seal(configuration.secret_key_file))
    return worker.run(
        configuration,
        database,
        handlers=handlers.table(Replicas(database, owners), owners),
        timers=[
            worker.Timer("tell_values", 1, valuations.tell_values, waits=valuations.IS_ANY_UNTOLD),
            worker.Timer("messages", 3600, messages.purge),
            worker.Timer(
                "idempotency", 3600, lambda session: idempotency.purge(session, IdempotencyKey)
            ),
        ],
        more_parts={"courier": courier.run},
    )


if __name__ == "__main__":
    end_with(main)
