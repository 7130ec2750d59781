"""Passwords: who logs in with one, and how one is changed."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.auth.commands import guessing
from services.auth.commands.changes import locked
from services.auth.commands.tokens import end_tokens
from services.auth.domain import passwords
from services.auth.models import User
from shared.errors import BadRequest, NotFound, ValidationFailed


class InvalidCredentials(BadRequest):
    """Wrong, whether the user exists or not: the text and the time are the same."""

    code = "invalid_credentials"
    title = "Invalid credentials"
    keeps_work = True  # the failure is counted


class WrongPassword(ValidationFailed):
    """Whoever has a token does not know the password."""

    keeps_work = True  # the failure is counted


def log_in(session: Session, username: str, password: str, address: str) -> User:
    """Return the user whose password this is, locked.

    Args:
        address: the network that it comes from.

    Raises:
        InvalidCredentials: it is nobody's.
        RateLimited: this name failed too often in a row, from there or from strangers' addresses.
    """
    now = datetime.now(UTC)
    counts = guessing.counts_of_login(session, username, address)
    guessing.require_patience(session, username, counts, now)
    # Locked, so that no token comes from a password that is being changed.
    named = select(User).where(func.lower(User.username) == func.lower(username))
    user = session.scalar(named.with_for_update())
    password_hash = user.password_hash if user and user.is_active else None
    if not passwords.matches(password, password_hash) or user is None:
        guessing.count_failure(session, username, counts, now)
        raise InvalidCredentials("Unable to log in with the provided credentials.")
    guessing.forget(session, username, counts)
    guessing.remember_address(session, user.id, address, now)
    user.last_login = now
    return user


def change_password(
    session: Session, user_id: int, current_password: str, new_password: str, kept_token: int | None
) -> None:
    """Change a password and end all other tokens of the user.

    Args:
        kept_token: the token that asks, which goes on working.

    Raises:
        NotFound: there is no such user.
        WrongPassword: the current password is another one.
        RateLimited: it was wrong too often in a row here; logins count by themselves.
        ValidationFailed: the new password is weak.
    """
    name, now = _username(session, user_id), datetime.now(UTC)
    guessing.require_patience(session, name, guessing.CHANGES, now)
    user = locked(session, user_id)
    if not passwords.matches(current_password, user.password_hash):
        guessing.count_failure(session, name, guessing.CHANGES, now)
        raise WrongPassword.of("current_password", "This is not the current password.")
    guessing.forget(session, name, guessing.CHANGES)
    passwords.require_strong(new_password, user.username, field="new_password")
    user.password_hash = passwords.hashed(new_password)
    end_tokens(session, user, but=kept_token)


def _username(session: Session, user_id: int) -> str:
    username = session.scalar(select(User.username).where(User.id == user_id))
    if username is None:
        raise NotFound.of("user")
    return username
