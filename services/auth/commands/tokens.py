"""Tokens: issued, used, ended."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services.auth.commands.changes import locked, tell
from services.auth.domain import keys
from services.auth.models import SCOPES, Token, User
from shared.errors import NotFound, ValidationFailed

# `last_used` is for people; writing it at every request would make each read a write.
_USED_EVERY: Final = timedelta(minutes=1)
# Of logins that nobody ends: those that nobody uses end by themselves.
_MOST_LOGINS: Final = 50
_UNUSED_FOR: Final = timedelta(days=90)
_LAST_USE: Final = func.coalesce(Token.last_used, Token.created)


def issue_token(
    session: Session,
    user_id: int,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Return a new personal token and its key, which is shown this once.

    Args:
        scopes: of read, write, admin; all by default.
    """
    return _issued(session, Token(user_id=user_id, name=name, expires_at=expires_at), scopes)


def issue_login(session: Session, user: User) -> str:
    """Return the key of a new login; beyond 50 of the user's the one longest unused ends."""
    token, key = _issued(session, Token(user_id=user.id, name="login", is_login=True), None)
    others = select(Token.id).where(Token.user_id == user.id, Token.is_login, Token.id != token.id)
    longest_unused = others.order_by(_LAST_USE.desc(), Token.id.desc()).offset(_MOST_LOGINS - 1)
    for token_id in session.scalars(longest_unused).all():
        revoke(session, user, token_id)
    return key


def require_no_more(
    session: Session,
    token_id: int | None,
    scopes: frozenset[str],
    wanted: list[str],
    expires_at: datetime | None,
) -> None:
    """Refuse a token that could do more, or for longer, than the one that makes it.

    Args:
        token_id, scopes: of the one that makes it.
        wanted, expires_at: of the one to be made.

    Raises:
        ValidationFailed: for the field `scopes` or `expires_at`.
    """
    if beyond := sorted(set(wanted) - scopes):
        raise ValidationFailed.of("scopes", f"Your own token has no scope {', '.join(beyond)}.")
    end = session.scalar(select(Token.expires_at).where(Token.id == token_id))
    if end and (expires_at is None or expires_at > end):
        raise ValidationFailed.of("expires_at", f"Your own token ends at {end:%Y-%m-%dT%H:%M:%SZ}.")


def delete_token(session: Session, user_id: int, token_id: int) -> None:
    """End a token at once.

    Raises:
        NotFound: the user has no such token.
    """
    user = locked(session, user_id)
    mine = select(Token.id).where(Token.id == token_id, Token.user_id == user_id)
    if session.scalar(mine) is None:
        raise NotFound.of("token")
    revoke(session, user, token_id)


def end_tokens(session: Session, user: User, *, but: int | None = None) -> None:
    """End all tokens of a user, whose row is locked.

    Args:
        but: the id of the one that goes on working.
    """
    others = select(Token.id).where(Token.user_id == user.id, Token.id.is_distinct_from(but))
    for token_id in session.scalars(others.order_by(Token.id)).all():
        revoke(session, user, token_id)


def end_unused_logins(session: Session) -> None:
    """End the logins that nobody has used for 90 days, some at a time."""
    unused = select(Token.id, Token.user_id).where(
        Token.is_login, datetime.now(UTC) - _UNUSED_FOR > _LAST_USE
    )
    # In the order in which everybody locks users.
    for token_id, user_id in session.execute(unused.order_by(Token.user_id, Token.id).limit(500)):
        revoke(session, locked(session, user_id), token_id)


def needs_touch(last_used: datetime | None) -> bool:
    """Return whether it is a minute since a token's use was remembered."""
    return last_used is None or datetime.now(UTC) - last_used > _USED_EVERY


def touch_token(session: Session, token_id: int) -> None:
    """Remember that a token is in use now."""
    used = update(Token).where(Token.id == token_id).values(last_used=datetime.now(UTC))
    session.execute(used)


def revoke(session: Session, user: User, token_id: int) -> None:
    """Delete a token of a user, whose row is locked, and tell of it."""
    session.execute(delete(Token).where(Token.id == token_id))
    user.sequence += 1
    tell(session, "token-revoked", user, {"token": token_id, "user": user.id})


def _issued(session: Session, token: Token, scopes: list[str] | None) -> tuple[Token, str]:
    key = keys.new_key(keys.PERSONAL)
    token.scopes, token.digest = sorted(set(scopes or SCOPES)), keys.digest(key)
    session.add(token)
    session.flush()
    session.refresh(token)
    return token, key
