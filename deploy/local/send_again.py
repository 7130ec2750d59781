"""After a restore, let all events that are kept be published anew: `… deploy.local.send_again`.

One process for all services, as most of the time goes into starting it. Reads the URLs from
`<SERVICE>_DATABASE_URL`, and prints how many there are.
"""

import os

from shared.bus import replay
from shared.db import UNHURRIED, Database
from shared.settings import SERVICES


def main() -> None:
    """Do it, before any worker starts."""
    count = 0
    for service in SERVICES:
        url = os.environ[f"{service.upper()}_DATABASE_URL"]
        database = Database(url, patience=UNHURRIED)
        count += database.unit(replay.send_again)
        database.close()
    print(count)


if __name__ == "__main__":
    main()
