"""The revision of a database that the code of a service needs: the newest of its migrations."""

from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.db import Database

_ROOT: Final = Path(__file__).resolve().parent.parent


def is_reached(database: Database, service: str) -> bool:
    """Return whether a database has all that the code of `service` needs; a newer one has.

    Raises:
        sqlalchemy.exc.OperationalError: the database does not answer.
    """
    needed = _newest(service)
    with database.engine.connect() as connection:
        if not needed:
            return True
        try:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError:  # nothing was migrated yet
            return False
        return str(revision or "") >= needed


def _newest(service: str) -> str:
    folder = _ROOT / "services" / service / "migrations" / "versions"
    return max((file.name.partition("_")[0] for file in folder.glob("*_*.py")), default="")
