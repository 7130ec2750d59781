"""`Idempotency-Key` on any POST: the answer is stored in the transaction of its effect.

An answer may hold what is shown once, like the key of a token. So it is sealed by the
Idempotency-Key, of which only a hash is stored: the database alone opens nothing.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.fernet import Fernet
from flask import Flask, Response, request
from sqlalchemy import DateTime, Integer, Text, delete, func, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.db import Query, execute, pipelined
from shared.errors import BadRequest, Conflict, ServiceError, ValidationFailed
from shared.http import etag, jobs

HEADER: Final = "Idempotency-Key"
_LIFETIME: Final = timedelta(hours=24)
_REPLAYED_HEADERS: Final = ("Content-Type", "Location", "ETag")


class IdempotencyMixin:
    """The table of answers given under a key; each service has its own.

    Attributes:
        key: the SHA-256 of the user and their key.
        body: sealed by the two.
    """

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )


# Tried by every POST with a key, so it is built once.
_LOCK: Final = Query(
    text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0)) AS is_ours")
)
# Young by the clock that wrote it: with another one, which is wrong, an effect might be done again.
_FIND: Final = Query(
    text(
        """
        SELECT request_hash, status, headers, body FROM idempotency_keys
        WHERE key = :key AND created > now() - CAST(:lifetime AS interval)
        """
    )
)
_STORE: Final = Query(
    text(
        """
        INSERT INTO idempotency_keys (key, request_hash, status, headers, body)
        VALUES (:key, :request_hash, :status, :headers, :body)
        ON CONFLICT (key) DO UPDATE SET request_hash = EXCLUDED.request_hash,
            status = EXCLUDED.status, headers = EXCLUDED.headers, body = EXCLUDED.body,
            created = EXCLUDED.created
        """
    )
)


def once(app: Flask, session: Session, user: int, view: Callable[[], Response]) -> Response:
    """Return the stored answer of this key, or the view's, stored together with its effect.

    Args:
        user: keys of two users never meet.
        view: gives the answer; what it raises as a `ServiceError` below 500 is an answer too,
            unless it may pass.

    Raises:
        BadRequest: the key itself is not usable.
        Conflict: the first request with this key is still running.
        ValidationFailed: the key was used for another request.
    """
    client_key = request.headers[HEADER]
    if not 1 <= len(client_key) <= 255 or not (client_key.isascii() and client_key.isprintable()):
        raise BadRequest("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    key = f"{user}:{client_key}"
    with pipelined(session):
        locked = execute(session, _LOCK, {"name": key})
        # It sees what was committed until the lock before it was there.
        found = execute(session, _FIND, {"key": _hashed(key), "lifetime": _LIFETIME})
        [lock], row = locked.fetchall(), found.fetchone()
    if not lock.is_ours:
        raise Conflict("The first request with this Idempotency-Key is still running.")
    digest = _request_hash(key)
    if row is not None:
        if row.request_hash != digest:
            raise ValidationFailed.of(HEADER, "This key was used for another request.")
        replayed = _replay(row, key)
        if not (jobs.is_accepted(replayed) and jobs.came_to_nothing(session, replayed)):
            return replayed
    response = etag.apply(_answer(app, session, view))
    if response.status_code < 500 and response.status_code != 429 and not response.is_streamed:
        _store(session, key, digest, response)
    return response


def purge(session: Session, table: type[Any]) -> int:
    """Delete the answers that are older than a day; return how many."""
    result = session.execute(delete(table).where(table.created < func.now() - _LIFETIME))
    return int(getattr(result, "rowcount", 0))


def _answer(app: Flask, session: Session, view: Callable[[], Response]) -> Response:
    # A refusal undoes what the view did, unless it is to stay, and never the record of itself.
    savepoint = session.begin_nested()
    try:
        response = view()
        session.flush()
        savepoint.commit()
    except ServiceError as error:
        if error.may_pass:
            raise
        savepoint.commit() if error.keeps_work else savepoint.rollback()
        response = app.make_response(app.handle_user_exception(error))
    return response


def _request_hash(key: str) -> str:
    # With the key in it, nobody can try passwords against the hash of a body that had one.
    digest = hashlib.sha256(f"{key}\n{request.method} {request.full_path}\n".encode())
    digest.update(request.get_data())
    return digest.hexdigest()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _seal(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"seal\n{key}".encode()).digest()))


def _replay(row: Any, key: str) -> Response:
    body = _seal(key).decrypt(row.body)
    response = Response(body, status=row.status, headers=json.loads(row.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _store(session: Session, key: str, digest: str, response: Response) -> None:
    headers = {
        name: response.headers[name] for name in _REPLAYED_HEADERS if name in response.headers
    }
    row = {
        "key": _hashed(key),
        "request_hash": digest,
        "status": response.status_code,
        "headers": json.dumps(headers),
        "body": _seal(key).encrypt(response.get_data()).decode(),
    }
    execute(session, _STORE, row)
