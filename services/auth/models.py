"""Tables of auth."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.http.idempotency import IdempotencyMixin

SCOPES: Final = ("read", "write", "admin")


class Base(DeclarativeBase):
    """Auth's own metadata."""


class User(Base):
    """A person who may log in.

    Attributes:
        sequence: of the events on the user; grows by one with each.
        revision: of what people write of the user; `If-Match` compares it.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    username: Mapped[str] = mapped_column(String(150))
    email: Mapped[str] = mapped_column(String(254), server_default="")
    first_name: Mapped[str] = mapped_column(String(150), server_default="")
    last_name: Mapped[str] = mapped_column(String(150), server_default="")
    base_currency: Mapped[str] = mapped_column(String(3), server_default="USD")
    is_staff: Mapped[bool] = mapped_column(Boolean, server_default="false")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    password_hash: Mapped[str] = mapped_column(String(255))
    date_joined: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    last_login: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sequence: Mapped[int] = mapped_column(Integer, server_default="1")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")

    __table_args__ = (
        # Two people may not differ by capitals alone.
        Index("users_username_key", func.lower(username), unique=True),
        CheckConstraint("base_currency ~ '^[A-Z]{3}$'", name="users_base_currency_form"),
    )


class Token(Base):
    """A personal token, or that of a login; only the SHA-256 of its key is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(10)))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_login: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="tokens_digest_is_sha256"),
        CheckConstraint(
            "scopes <@ ARRAY['read','write','admin']::varchar[]", name="tokens_scopes_known"
        ),
    )


class ServiceToken(Base):
    """A token of a program that reads internal APIs; only the SHA-256 of its key is kept.

    Attributes:
        name: of the program; several may have one, while a key is replaced.
        callees: the services that it may read.
    """

    __tablename__ = "service_tokens"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(63))
    callees: Mapped[list[str]] = mapped_column(ARRAY(String(63)))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="service_tokens_digest_is_sha256"),
        CheckConstraint("cardinality(callees) > 0", name="service_tokens_read_something"),
    )


class LoginFailure(Base):
    """Failed logins under one name, as the release before counts them; gone with the next."""

    __tablename__ = "login_failures"

    username: Mapped[str] = mapped_column(String(150), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_failure: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FailedAttempt(Base):
    """Wrong passwords in a row under one name, whether such a user exists or not.

    Attributes:
        address: from where; `commands.guessing` says what else may stand here.
    """

    __tablename__ = "failed_attempts"

    name: Mapped[str] = mapped_column(String(150), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_failure: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LoginAddress(Base):
    """An address from which a user has logged in."""

    __tablename__ = "login_addresses"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_login: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OutboxMessage(OutboxMixin, Base):
    """Auth's events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that auth has applied."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under an `Idempotency-Key`."""
