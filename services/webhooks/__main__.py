"""`python -m services.webhooks <command>`."""

import argparse
import sys

from services.webhooks import app, replicas, settings
from services.webhooks.commands import subscriptions
from services.webhooks.outside.owners import Owners
from services.webhooks.outside.sealing import Seal
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _owners(configuration: settings.Settings) -> Owners:
    return Owners(configuration.urls, Signer("webhooks", configuration.service_key_file))


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    return replicas.rebuild(database, _owners(configuration), cli.report)


def _verify(
    database: Database, configuration: settings.Settings, options: argparse.Namespace
) -> str:
    return replicas.verify(database, _owners(configuration), is_mending=options.mend)


def _seal_again(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    seal = Seal(configuration.secret_key_file)
    count = database.unit(lambda session: subscriptions.seal_again(session, seal))
    return f"The secrets of {count} webhooks are sealed with the newest key."


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "webhooks",
            settings.load,
            app.create_app,
            {
                "rebuild": cli.Command("ask the owners again who holds what", _rebuild),
                "verify": cli.Command(
                    "compare with the owners who holds what, and what it costs",
                    _verify,
                    cli.offer_mending,
                ),
                "seal-again": cli.Command("seal all secrets with the newest key", _seal_again),
            },
        )
    )
