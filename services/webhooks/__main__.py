"""`python -m services.webhooks <command>`."""

import argparse
import sys

from services.webhooks import app, rebuild, settings
from services.webhooks.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    signer = Signer("webhooks", configuration.service_key_file)
    return rebuild.run(database, Owners(configuration.urls, signer))


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "webhooks",
            settings.load,
            app.create_app,
            {"rebuild": cli.Command("ask the owners again who holds what", _rebuild)},
        )
    )
