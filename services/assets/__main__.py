"""`python -m services.assets <command>`."""

import argparse
import sys

from services.assets import app, replicas, settings
from services.assets.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    owners = Owners(configuration.urls, Signer("assets", configuration.service_key_file))
    return replicas.rebuild(database, owners, cli.report)


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "assets",
            settings.load,
            app.create_app,
            {
                "rebuild": cli.Command(
                    "make the closes of private assets that are the prices of trades anew",
                    _rebuild,
                )
            },
        )
    )
