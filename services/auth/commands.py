"""What auth does: users, passwords, logins and tokens. Commands never commit."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.auth.domain import delays, keys, passwords, usernames
from services.auth.models import SCOPES, LoginFailure, Token, User
from shared.bus import outbox
from shared.errors import (
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    RateLimited,
    ValidationFailed,
)
from shared.events import Event

# `last_used` is for people; writing it at every request would make each read a write.
_USED_EVERY: Final = timedelta(minutes=1)
# Long after the longest delay a failed login is only a row more for each name that a robot tries.
_FAILURES_KEPT: Final = timedelta(days=1)
_WRITABLE: Final = frozenset(
    {"email", "first_name", "last_name", "base_currency", "is_active", "is_staff"}
)


class InvalidCredentials(BadRequest):
    """Wrong, whether the user exists or not: the text and the time are the same."""

    code = "invalid_credentials"
    title = "Invalid credentials"
    keeps_work = True  # the failure is counted


class WrongPassword(ValidationFailed):
    """Whoever has a token does not know the password."""

    keeps_work = True  # the failure is counted


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

    Args:
        expected: revisions the user may have now; None is any.

    Raises:
        NotFound: there is no such user.
        PreconditionFailed: the revision is not an expected one.
        Conflict: nobody would be left to administer.
    """
    user = _locked(session, user_id, expected)
    if not (changes.get("is_staff", True) and changes.get("is_active", True)):
        _require_another_administrator(session, user)
    was_active = user.is_active
    for name in _WRITABLE & changes.keys():
        setattr(user, name, changes[name])
    user.revision += 1
    if was_active and not user.is_active:
        user.sequence += 1
        _tell(session, "user-deactivated", user)


def delete_user(session: Session, user_id: int, expected: frozenset[int] | None = None) -> None:
    """Delete a user with all tokens; the other services delete what was theirs.

    Args:
        expected: revisions the user may have now; None is any.

    Raises:
        NotFound, PreconditionFailed, Conflict: see `change_profile`.
    """
    user = _locked(session, user_id, expected)
    _require_another_administrator(session, user)
    user.sequence += 1
    _tell(session, "user-deleted", user)
    session.delete(user)


def change_password(
    session: Session, user_id: int, current_password: str, new_password: str, kept_token: int | None
) -> None:
    """Change a password and end all other tokens of the user.

    Args:
        kept_token: the token that asks, which goes on working.

    Raises:
        WrongPassword: the current password is another one.
        RateLimited: it was wrong too often in a row, here or at a login.
        ValidationFailed: the new password is weak.
    """
    name, now = _username(session, user_id), datetime.now(UTC)
    failure = _require_patience(session, name, now)
    user = _locked(session, user_id)
    if not passwords.matches(current_password, user.password_hash):
        _count_failure(session, name, now)
        raise WrongPassword.of("current_password", "This is not the current password.")
    if failure:
        session.delete(failure)
    passwords.require_strong(new_password, user.username, field="new_password")
    user.password_hash = passwords.hashed(new_password)
    others = select(Token.id).where(Token.user_id == user_id, Token.id != kept_token)
    for token_id in session.scalars(others).all():
        _revoke(session, user, token_id)


def log_in(session: Session, username: str, password: str) -> User:
    """Return the user whose password this is.

    Raises:
        InvalidCredentials: it is nobody's.
        RateLimited: this name failed too often in a row.
    """
    now = datetime.now(UTC)
    failure = _require_patience(session, username, now)
    # Locked, so that no token comes from a password that is being changed.
    named = select(User).where(func.lower(User.username) == func.lower(username))
    user = session.scalar(named.with_for_update())
    password_hash = user.password_hash if user and user.is_active else None
    if not passwords.matches(password, password_hash) or user is None:
        _count_failure(session, username, now)
        raise InvalidCredentials("Unable to log in with the provided credentials.")
    if failure:
        session.delete(failure)
    user.last_login = now
    return user


def issue_token(
    session: Session,
    user_id: int,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Return a new token and its key, which is shown this once.

    Args:
        scopes: of read, write, admin; all by default.
    """
    key = keys.new_key()
    token = Token(
        user_id=user_id,
        name=name,
        scopes=sorted(set(scopes or SCOPES)),
        digest=keys.digest(key),
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    session.refresh(token)
    return token, key


def require_scopes(scopes: frozenset[str], wanted: list[str]) -> None:
    """Refuse a token that could do more than the one that makes it.

    Raises:
        ValidationFailed: for the field `scopes`.
    """
    if beyond := sorted(set(wanted) - scopes):
        raise ValidationFailed.of("scopes", f"Your own token has no scope {', '.join(beyond)}.")


def delete_token(session: Session, user_id: int, token_id: int) -> None:
    """End a token at once.

    Raises:
        NotFound: the user has no such token.
    """
    user = _locked(session, user_id)
    if (
        session.scalar(select(Token.id).where(Token.id == token_id, Token.user_id == user_id))
        is None
    ):
        raise NotFound.of("token")
    _revoke(session, user, token_id)


def needs_touch(last_used: datetime | None) -> bool:
    """Return whether it is a minute since a token's use was remembered."""
    return last_used is None or datetime.now(UTC) - last_used > _USED_EVERY


def touch_token(session: Session, token_id: int) -> None:
    """Remember that a token is in use now."""
    used = update(Token).where(Token.id == token_id).values(last_used=datetime.now(UTC))
    session.execute(used)


def forget_failures(session: Session) -> None:
    """Forget the failed logins of a day ago and before."""
    old = LoginFailure.last_failure < datetime.now(UTC) - _FAILURES_KEPT
    session.execute(delete(LoginFailure).where(old))


def _require_another_administrator(session: Session, user: User) -> None:
    # All of them are locked, so that two cannot dismiss each other at the same moment.
    active = select(User.id).where(User.is_staff, User.is_active).order_by(User.id)
    if session.scalars(active.with_for_update()).all() == [user.id]:
        raise Conflict("This is the last administrator.")


def _username(session: Session, user_id: int) -> str:
    username = session.scalar(select(User.username).where(User.id == user_id))
    if username is None:
        raise NotFound.of("user")
    return username


def _require_patience(session: Session, username: str, now: datetime) -> LoginFailure | None:
    """Return the failures in a row of a name, locked, once the delay after them is over."""
    failure = session.get(LoginFailure, _counted_as(username), with_for_update=True)
    if failure and (seconds := delays.wait(failure.failures, failure.last_failure, now)):
        raise RateLimited(seconds, f"Too many failed logins; try again in {seconds} seconds.")
    return failure


def _counted_as(username: str) -> str:
    return username.casefold()[:150]


def _count_failure(session: Session, username: str, now: datetime) -> None:
    session.execute(
        insert(LoginFailure)
        .values(username=_counted_as(username), failures=1, last_failure=now)
        .on_conflict_do_update(
            index_elements=["username"],
            set_={"failures": LoginFailure.failures + 1, "last_failure": now},
        )
    )


def _revoke(session: Session, user: User, token_id: int) -> None:
    session.execute(delete(Token).where(Token.id == token_id))
    user.sequence += 1
    data = {"token": token_id, "user": user.id}
    outbox.add(session, Event.now("auth", "token-revoked", f"users/{user.id}", user.sequence, data))


def _tell(session: Session, type_: str, user: User) -> None:
    data = {"user": user.id, "username": user.username}
    outbox.add(session, Event.now("auth", type_, f"users/{user.id}", user.sequence, data))


def _locked(session: Session, user_id: int, expected: frozenset[int] | None = None) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound.of("user")
    if expected is not None and user.revision not in expected:
        raise PreconditionFailed("The user has changed since you read it.")
    return user
