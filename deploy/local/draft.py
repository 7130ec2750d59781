"""Write the next migration of a service, from what its models say and its migrations make.

`python -m deploy.local.draft portfolio "portfolio colours"`; the file is there to be read.
"""

import argparse
import tempfile
from pathlib import Path

from deploy.local import postgres
from shared import migrations
from shared.settings import SERVICES


def main() -> None:
    """Write it, on a PostgreSQL of its own."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.draft")
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("message", help="what it does; its file is named after it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        try:
            migrations.upgrade(options.service, server.url)
            migrations.draft(options.service, server.url, options.message)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
