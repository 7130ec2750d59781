"""`python -m services.portfolio <command>`."""

import argparse
import sys

from services.portfolio import app, replicas, settings
from services.portfolio.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer
from shared.settings import ServiceSettings


def _rebuild(database: Database, configuration: ServiceSettings, _: argparse.Namespace) -> str:
    owners = Owners(configuration.urls, Signer("portfolio", configuration.service_key_file))
    return replicas.rebuild(database, owners, cli.report)


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "portfolio",
            settings.load,
            app.create_app,
            {
                "rebuild": cli.Command(
                    "copy all assets anew, and make positions and cash anew from the ledgers",
                    _rebuild,
                )
            },
        )
    )
