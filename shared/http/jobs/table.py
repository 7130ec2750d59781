"""The table of jobs; each service that has long work has its own."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    delete,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
STATES: Final = (QUEUED, RUNNING, DONE, FAILED)
# PostgreSQL's own, for LISTEN: says that there is a new job.
CHANNEL: Final = "jobs"
_KEPT_FOR: Final = timedelta(days=7)


class JobMixin:
    """A request that is answered later.

    Attributes:
        user_id: who asked; 0 is nobody.
        lane: jobs of one lane are done one after the other.
        kind: what it does.
        caller: the rest of who asked: `scopes`, `is_staff`, `currency`, `token_id`.
        target: path and query; the method is POST.
        body: what it brings; forgotten when it has ended.
        request_id, traceparent: in whose course it is done.
        attempts: how often it was begun; the last attempt alone may end it.
        answer_status, answer: what the direct call would have answered, once it has ended.
    """

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[str] = mapped_column(String(30), server_default="")
    kind: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(10), server_default=QUEUED)
    progress: Mapped[int] = mapped_column(Integer, server_default="0")
    caller: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    target: Mapped[str] = mapped_column(Text, server_default="")
    content_type: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    request_id: Mapped[str | None] = mapped_column(Text)
    traceparent: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    answer_status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:  # noqa: N805 - SQLAlchemy passes the class
        """Say what a job may be."""
        return (
            *cls.indexes(),
            CheckConstraint(f"status IN {STATES}", name="jobs_status_known"),
            CheckConstraint("progress BETWEEN 0 AND 100", name="jobs_progress_in_percent"),
            CheckConstraint(
                f"(finished IS NOT NULL) = (status IN ('{DONE}', '{FAILED}'))", name="jobs_end_once"
            ),
        )

    @staticmethod
    def indexes() -> tuple[Index, ...]:
        """Return what finds that waits, that ended, of a user, and what was asked of a target."""
        return (
            Index("jobs_waiting_idx", "lane", "id", postgresql_where=text("finished IS NULL")),
            Index("jobs_user_idx", "user_id", "started"),
            Index("jobs_target_idx", "target", "created"),
            Index("jobs_finished_idx", "finished", postgresql_where=text("finished IS NOT NULL")),
        )


# What is answered of a job; its number comes first.
COLUMNS: Final = (
    "id",
    "kind",
    "status",
    "progress",
    "answer_status",
    "answer",
    "created",
    "started",
    "finished",
)


def id_of(service: str, number: int) -> str:
    """Return the id of a job as clients know it: "portfolio-17"."""
    return f"{service}-{number}"


def purge(session: Session, table: type[Any]) -> None:
    """Delete jobs that ended more than seven days ago."""
    session.execute(delete(table).where(table.finished < func.now() - _KEPT_FOR))


def forget_user(session: Session, table: type[Any], user_id: int) -> None:
    """Delete the jobs of a user who is gone; one that runs now ends without effect."""
    session.execute(delete(table).where(table.user_id == user_id))
