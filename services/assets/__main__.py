"""`python -m services.assets <command>`."""

import sys

from services.assets import app, settings
from shared import cli

if __name__ == "__main__":
    sys.exit(cli.main("assets", settings.load, app.create_app, {}))
