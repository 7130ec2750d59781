"""Deleting what is old, a chunk at a time: no statement comes near its timeout."""

from typing import Any, Final, cast

from sqlalchemy import CursorResult, Delete
from sqlalchemy.orm import Session

CHUNK: Final = 1000  # rows
_MOST: Final = 50  # chunks in one transaction; the next run goes on


def delete_in_chunks(session: Session, chunk: Delete) -> int:
    """Execute `chunk`, which deletes at most `CHUNK` rows, until it finds none; return how many."""
    total = 0
    for _ in range(_MOST):
        # Session.execute promises a Result; for a DELETE it is a CursorResult.
        deleted = cast(CursorResult[Any], session.execute(chunk)).rowcount
        total += deleted
        if deleted < CHUNK:
            break
    return total
