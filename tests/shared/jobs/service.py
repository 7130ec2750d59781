"""A small service whose only route leaves effects, at once or as a job."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import request
from marshmallow import fields
from sqlalchemy import BigInteger, Identity, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared import settings
from shared.errors import Conflict, SourceFailed, Unavailable
from shared.faults import crash_point
from shared.http import Blueprint, ServiceApp, bodies, create_service_app, identity, jobs, session
from shared.http.context import service_app
from shared.http.idempotency import IdempotencyMixin
from shared.http.jobs import JobMixin
from shared.http.schemas import StrictSchema
from shared.jobs import routes

NAME = "assets"  # one of the services that have keys
LANE = "leaving"
AT_ONCE = 3


class Base(DeclarativeBase):
    """The tables."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under a key."""


class Job(JobMixin, Base):
    """Long work."""


class Effect(Base):
    """What a request left."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    word: Mapped[str] = mapped_column(Text)


class WordSchema(StrictSchema):
    """A word."""

    word = fields.String(metadata={"description": "A word.", "example": "done"})


class WordsSchema(StrictSchema):
    """Words to leave."""

    words = fields.List(fields.Nested(WordSchema), required=True, metadata={"description": "All."})


class LeftSchema(StrictSchema):
    """What was left."""

    left = fields.Integer(metadata={"description": "Words.", "example": 1})


blueprint = Blueprint("Effects", "Words that requests leave.")


def _count() -> int:
    return bodies.rows(request.get_data())


@blueprint.route("/api/effects/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.job("leave", lane=LANE, size=_count, most=AT_ONCE)
@blueprint.arguments(WordsSchema)
@blueprint.response(201, LeftSchema)
def leave(body: dict[str, Any]) -> dict[str, int]:
    """Leave words; some of them fail after they were left."""
    words = [row["word"] for row in body["words"]]
    session.add_all(Effect(user_id=identity.user_id, word=word) for word in words)
    session.flush()
    jobs.progress(50)
    crash_point("mid_job")
    if "slow" in words:
        time.sleep(30)
    if "hanging" in words:
        ThreadPoolExecutor().submit(threading.Event().wait)
    if "overtaken" in words:
        service_app.database.unit(_overtake)
    for word, error in _REFUSALS.items():
        if word in words:
            raise error
    return {"left": len(words)}


def _overtake(other: Session) -> None:
    """Begin the job anew, as another runner does that thinks the first one dead."""
    other.execute(text("UPDATE jobs SET attempts = 2 WHERE attempts = 1"))


_REFUSALS = {
    "refused": Conflict("The word is taken."),
    "unavailable": Unavailable("Not now."),
    "outside": SourceFailed("It does not answer."),
}


def create_app() -> ServiceApp:
    """Return the application."""
    return create_service_app(
        settings.load(NAME),
        title="Effects",
        public=[blueprint, routes.blueprint],
        internal=[routes.internal],
        idempotency_table=IdempotencyKey,
        job_table=Job,
    )
