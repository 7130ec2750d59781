"""`python -m services.webhooks <command>`."""

import argparse
import sys

from services.webhooks import app, replicas, settings
from services.webhooks.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    signer = Signer("webhooks", configuration.service_key_file)
    return replicas.rebuild(database, Owners(configuration.urls, signer), cli.report)


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "webhooks",
            settings.load,
            app.create_app,
            {"rebuild": cli.Command("ask the owners again who holds what", _rebuild)},
        )
    )
