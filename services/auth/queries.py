"""What auth reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.auth.domain import keys
from services.auth.models import ServiceToken, Token, User
from shared.db import Database, Query
from shared.errors import NotFound
from shared.http import AnySelect, Listing

PROFILE = (
    User.id,
    User.username,
    User.email,
    User.first_name,
    User.last_name,
    User.base_currency,
    User.is_staff,
    User.is_active,
    User.date_joined,
    User.last_login,
    User.revision,  # of the ETag
)
TOKEN = (Token.id, Token.name, Token.scopes, Token.expires_at, Token.created, Token.last_used)
SERVICE_TOKEN = (
    ServiceToken.id,
    ServiceToken.name,
    ServiceToken.callees,
    ServiceToken.expires_at,
    ServiceToken.created,
    ServiceToken.last_used,
)

# The hottest read of all: the gateway asks before every request.
_BEARER: Final = Query(
    select(
        Token.id, Token.user_id, Token.scopes, User.is_staff, User.base_currency, Token.last_used
    )
    .join(User, User.id == Token.user_id)
    .where(Token.digest == bindparam("digest"), User.is_active)
    .where(or_(Token.expires_at.is_(None), Token.expires_at > func.now()))
)


@dataclass(frozen=True)
class Bearer:
    """The user behind a key, and what the key allows."""

    token_id: int
    user_id: int
    scopes: frozenset[str]
    is_staff: bool
    currency: str
    last_used: datetime | None


def bearer(database: Database, key: str) -> Bearer | None:
    """Return who holds `key`, or None when it is unknown, over, or its user is not active."""
    if not keys.well_formed(key, keys.PERSONAL):
        return None
    rows = database.read(_BEARER, {"digest": keys.digest(key)})
    if not rows:
        return None
    token_id, user_id, scopes, is_staff, currency, last_used = rows[0]
    return Bearer(token_id, user_id, frozenset(scopes), is_staff, currency, last_used)


def profile(session: Session, user_id: int) -> RowMapping:
    """Return one user as its GET answers.

    Raises:
        NotFound: there is no such user.
    """
    row = session.execute(select(*PROFILE).where(User.id == user_id)).mappings().one_or_none()
    if row is None:
        raise NotFound.of("user")
    return row


def users(search: str | None, ordering: tuple[str, bool]) -> Listing:
    """Return all users, for administrators."""
    statement = select(*PROFILE)
    if search:
        texts = (User.username, User.email, User.first_name, User.last_name)
        statement = statement.where(
            or_(*(text.icontains(search, autoescape=True) for text in texts))
        )
    return Listing(_ordered(statement, ordering))


def token(session: Session, token_id: int) -> RowMapping:
    """Return one token as the list shows it."""
    return session.execute(select(*TOKEN).where(Token.id == token_id)).mappings().one()


def tokens(user_id: int) -> Listing:
    """Return the tokens of one user, newest first."""
    return Listing(select(*TOKEN).where(Token.user_id == user_id).order_by(Token.id.desc()))


def service_token(session: Session, token_id: int) -> RowMapping:
    """Return one service token as the list shows it."""
    return (
        session.execute(select(*SERVICE_TOKEN).where(ServiceToken.id == token_id)).mappings().one()
    )


def service_tokens() -> Listing:
    """Return all service tokens, newest first, for administrators."""
    return Listing(select(*SERVICE_TOKEN).order_by(ServiceToken.id.desc()))


def _ordered(statement: AnySelect, ordering: tuple[str, bool]) -> AnySelect:
    name, descending = ordering
    column = {"id": User.id, "username": User.username, "date_joined": User.date_joined}[name]
    return statement.order_by(column.desc() if descending else column, User.id)
