"""Users: made, changed, deleted."""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.auth.commands.changes import locked, tell
from services.auth.commands.tokens import end_tokens
from services.auth.domain import passwords, usernames
from services.auth.models import User
from shared.errors import Conflict

_WRITABLE: Final = frozenset(
    {"email", "first_name", "last_name", "base_currency", "is_active", "is_staff"}
)


def create_user(session: Session, *, username: str, password: str, **profile: Any) -> User:
    """Make a user who may log in.

    Args:
        profile: the other columns that people write.

    Raises:
        ValidationFailed: the username is not one, or the password is weak.
        Conflict: the username is taken.
    """
    usernames.require_valid(username)
    passwords.require_strong(password, username)
    return add_user(session, username=username, password=password, **profile)


def add_user(session: Session, *, username: str, password: str, **profile: Any) -> User:
    """Make a user whatever the password; the demo's own are no secret.

    Raises:
        Conflict: the username is taken.
    """
    taken = select(User.id).where(func.lower(User.username) == func.lower(username))
    if session.scalar(taken) is not None:
        raise Conflict("This username is taken.")
    user = User(username=username, password_hash=passwords.hashed(password), **profile)
    session.add(user)
    session.flush()
    session.refresh(user)
    _tell(session, "user-created", user)
    return user


def change_profile(
    session: Session,
    user_id: int,
    changes: dict[str, Any],
    expected: frozenset[int] | None = None,
) -> None:
    """Change what a user says about themself, or an administrator about them.

    Who is deactivated has no tokens any more, also when they are active again.

    Args:
        expected: revisions the user may have now; None is any.

    Raises:
        NotFound: there is no such user.
        PreconditionFailed: the revision is not an expected one.
        Conflict: nobody would be left to administer.
    """
    user = locked(session, user_id, expected)
    if not (changes.get("is_staff", True) and changes.get("is_active", True)):
        _require_another_administrator(session, user)
    was_active = user.is_active
    for name in _WRITABLE & changes.keys():
        setattr(user, name, changes[name])
    user.revision += 1
    if was_active and not user.is_active:
        end_tokens(session, user)
        user.sequence += 1
        _tell(session, "user-deactivated", user)


def delete_user(session: Session, user_id: int, expected: frozenset[int] | None = None) -> None:
    """Delete a user with all tokens; the other services delete what was theirs.

    Args:
        expected: revisions the user may have now; None is any.

    Raises:
        NotFound, PreconditionFailed, Conflict: see `change_profile`.
    """
    user = locked(session, user_id, expected)
    _require_another_administrator(session, user)
    user.sequence += 1
    _tell(session, "user-deleted", user)
    session.delete(user)


def _require_another_administrator(session: Session, user: User) -> None:
    # All of them are locked, so that two cannot dismiss each other at the same moment.
    active = select(User.id).where(User.is_staff, User.is_active).order_by(User.id)
    if session.scalars(active.with_for_update()).all() == [user.id]:
        raise Conflict("This is the last administrator.")


def _tell(session: Session, type_: str, user: User) -> None:
    tell(session, type_, user, {"user": user.id, "username": user.username})
