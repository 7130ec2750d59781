"""Bring all databases to the newest schema: `python -m deploy.local.migrate`.

One process for all services, as most of the time goes into starting it. Reads the URLs from
`<SERVICE>_DATABASE_URL`.
"""

import os

from shared import migrations
from shared.settings import SERVICES

if __name__ == "__main__":
    for service in SERVICES:
        migrations.upgrade(service, os.environ[f"{service.upper()}_DATABASE_URL"])
