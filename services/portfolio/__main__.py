"""`python -m services.portfolio <command>`."""

import argparse
import sys

from services.portfolio import app, replicas, settings
from services.portfolio.outside.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer
from shared.settings import ServiceSettings


def _owners(configuration: ServiceSettings) -> Owners:
    return Owners(configuration.urls, Signer("portfolio", configuration.service_key_file))


def _rebuild(database: Database, configuration: ServiceSettings, _: argparse.Namespace) -> str:
    return replicas.rebuild(database, _owners(configuration), cli.report)


def _verify(database: Database, configuration: ServiceSettings, options: argparse.Namespace) -> str:
    return replicas.verify(database, _owners(configuration), is_mending=options.mend)


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
                ),
                "verify": cli.Command(
                    "compare assets with their owner, positions and cash with the ledgers",
                    _verify,
                    cli.offer_mending,
                ),
            },
        )
    )
