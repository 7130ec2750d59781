"""`python -m services.analytics <command>`."""

import argparse
import sys

from services.analytics import app, replicas, settings
from services.analytics.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _owners(configuration: settings.Settings) -> Owners:
    return Owners(configuration.urls, Signer("analytics", configuration.service_key_file))


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    return replicas.rebuild(database, _owners(configuration), cli.report)


def _verify(
    database: Database, configuration: settings.Settings, options: argparse.Namespace
) -> str:
    return replicas.verify(database, _owners(configuration), is_mending=options.mend)


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "analytics",
            settings.load,
            app.create_app,
            {
                "rebuild": cli.Command(
                    "ask the owners for every asset and portfolio again", _rebuild
                ),
                "verify": cli.Command(
                    "compare every asset and portfolio with its owner", _verify, cli.offer_mending
                ),
            },
        )
    )
