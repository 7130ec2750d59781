"""`python -m services.assets <command>`."""

import argparse
import sys

from services.assets import app, replicas, settings
from services.assets.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _owners(configuration: settings.Settings) -> Owners:
    return Owners(configuration.urls, Signer("assets", configuration.service_key_file))


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    return replicas.rebuild(database, _owners(configuration), cli.report)


def _verify(
    database: Database, configuration: settings.Settings, options: argparse.Namespace
) -> str:
    return replicas.verify(database, _owners(configuration), is_mending=options.mend)


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
                ),
                "verify": cli.Command(
                    "compare trades of private assets with their ledgers, closes with the trades",
                    _verify,
                    cli.offer_mending,
                ),
            },
        )
    )
