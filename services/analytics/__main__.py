"""`python -m services.analytics <command>`."""

import argparse
import sys

from services.analytics import app, rebuild, settings
from services.analytics.owners import Owners
from shared import cli
from shared.db import Database
from shared.identity import Signer


def _rebuild(database: Database, configuration: settings.Settings, _: argparse.Namespace) -> str:
    signer = Signer("analytics", configuration.service_key_file)
    counts = rebuild.rebuild(database, Owners(configuration.urls, signer), _report)
    return f"{counts.assets} assets, {counts.portfolios} portfolios; {counts.forgotten} forgotten."


def _report(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - a command speaks


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "analytics",
            settings.load,
            app.create_app,
            {
                "rebuild": cli.Command(
                    "ask the owners for every asset and portfolio again", _rebuild
                )
            },
        )
    )
