"""Load the demo into the databases of `<SERVICE>_DATABASE_URL`: `python -m deploy.demo`."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.demo import load
from shared.db import Database
from shared.settings import environment


@contextmanager
def _database(service: str) -> Iterator[Database]:
    env = environment()
    url = env.str(f"{service.upper()}_DATABASE_URL")
    env.seal()
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.close()


def main() -> None:
    """Load what is missing and say how far it is."""
    with _database("auth") as database:
        demo = load.add_users(database)
    print("  users demo and admin", flush=True)
    with _database("assets") as database:
        snapshots = load.add_assets(database)
    print(f"  {len(snapshots)} assets with their prices", flush=True)
    with _database("portfolio") as database:
        load.add_portfolios(database, demo, snapshots)
    print("  the portfolios of demo", flush=True)


if __name__ == "__main__":
    main()
