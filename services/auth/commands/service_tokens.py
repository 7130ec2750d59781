"""Tokens of programs that read internal APIs: issued, exchanged, ended."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from services.auth.commands.tokens import needs_touch
from services.auth.domain import keys
from services.auth.models import ServiceToken
from shared.errors import Forbidden, NotFound, Unauthorized
from shared.identity import LIFETIME


class Reader(NamedTuple):
    """A program that may read a service.

    Attributes:
        name: of the program.
        until: when it has to ask again; never after the end of its token.
    """

    name: str
    until: datetime


def issue_service_token(
    session: Session, name: str, callees: list[str], expires_at: datetime | None
) -> tuple[ServiceToken, str]:
    """Return a new token for the program `name`, and its key, which is shown this once."""
    key = keys.new_key(keys.SERVICE)
    token = ServiceToken(
        name=name,
        callees=sorted(set(callees)),
        digest=keys.digest(key),
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, key


def delete_service_token(session: Session, token_id: int) -> None:
    """End a token: it is exchanged no more, and what it was exchanged for is over in a minute.

    Raises:
        NotFound: there is no such token.
    """
    gone = delete(ServiceToken).where(ServiceToken.id == token_id).returning(ServiceToken.id)
    if session.scalar(gone) is None:
        raise NotFound.of("service token")


def exchange_key(session: Session, key: str, callee: str) -> Reader:
    """Return who holds `key`, and may read `callee`, and until when that is sure.

    Raises:
        Unauthorized: the key is unknown, or over.
        Forbidden: its token does not name the callee.
    """
    alive = or_(ServiceToken.expires_at.is_(None), ServiceToken.expires_at > func.now())
    held = select(ServiceToken).where(ServiceToken.digest == keys.digest(key), alive)
    token = session.scalar(held) if keys.well_formed(key, keys.SERVICE) else None
    if token is None:
        raise Unauthorized("Invalid token.")
    if callee not in token.callees:
        raise Forbidden(f"This token may not read {callee}.")
    now = datetime.now(UTC)
    if needs_touch(token.last_used):
        token.last_used = now
    until = now + timedelta(seconds=LIFETIME)
    return Reader(token.name, min(until, token.expires_at or until))
