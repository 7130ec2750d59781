"""What all changes of a user share: the row lock, and the event under it."""

from typing import Any

from sqlalchemy.orm import Session

from services.auth.models import User
from shared.bus import outbox
from shared.errors import NotFound, PreconditionFailed
from shared.events import Event


def locked(session: Session, user_id: int, expected: frozenset[int] | None = None) -> User:
    """Return a user, locked.

    Args:
        expected: revisions the user may have now; None is any.

    Raises:
        NotFound: there is no such user.
        PreconditionFailed: the revision is not an expected one.
    """
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound.of("user")
    if expected is not None and user.revision not in expected:
        raise PreconditionFailed("The user has changed since you read it.")
    return user


def tell(session: Session, type_: str, user: User, data: dict[str, Any]) -> None:
    """Tell of a user, whose row is locked and whose sequence has grown."""
    outbox.add(session, Event.now("auth", type_, f"users/{user.id}", user.sequence, data))
