"""A small service, notes, with one route for each thing that `shared.http` does."""

import threading
from decimal import Decimal
from typing import Any

from marshmallow import fields
from sqlalchemy import BigInteger, Identity, Numeric, Text, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import settings
from shared.errors import (
    Conflict,
    NotFound,
    PreconditionFailed,
    RateLimited,
    ServiceError,
    Unavailable,
)
from shared.http import Blueprint, Listing, ServiceApp, create_service_app, identity, session
from shared.http.blueprint import BULK_BODY
from shared.http.etag import expected_revisions
from shared.http.idempotency import IdempotencyMixin
from shared.http.lanes import Lane
from shared.http.schemas import Id, Ordering, PageQuery, Quantity, ResourceSchema, StrictSchema
from shared.http.schemas import Text as TextField
from shared.testing import ENOUGH

NAME = "assets"  # one of the services that have keys


class Base(DeclarativeBase):
    """The tables."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under a key."""


class Note(Base):
    """A text with an amount."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(20, 8))
    revision: Mapped[int] = mapped_column(default=1)


class AmountSchema(StrictSchema):
    """The amount again, as an object that may be missing."""

    exact = Quantity()


class NoteSchema(ResourceSchema):
    """A note."""

    id = Id(dump_only=True)
    amount_of = fields.Nested(AmountSchema, dump_only=True, allow_none=True)
    title = TextField(required=True, longest=100)
    amount = Quantity(allow_none=True)


class NoteQuery(PageQuery):
    """How the list is wanted."""

    ordering = Ordering("title", "id", load_default=("id", False))


class PairSchema(StrictSchema):
    """Two notes."""

    first = Id(required=True)
    second = Id(required=True)


class BulkSchema(StrictSchema):
    """Many titles."""

    titles = fields.List(fields.String(), required=True)


class PonderSchema(StrictSchema):
    """How to think."""

    in_vain = fields.Boolean(load_default=False)


class Meeting:
    """Where two requests wait for each other; each test sets it anew."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.leave = threading.Event()
        self.both = threading.Barrier(2)
        self.waited = threading.local()
        self.visits = 0


PATIENCE = 3.0  # seconds; long enough for what is done meanwhile on a busy machine
PONDERING = Lane("pondering", places=2, waiting=2, share=2, patience=PATIENCE)

meeting = Meeting()
blueprint = Blueprint("Notes", "Texts with an amount.")
internal = Blueprint("Internal notes", "For other services.")

_REFUSALS: dict[str, ServiceError] = {
    "refused": Conflict("The title is taken."),
    "unavailable": Unavailable("Not now."),
    "too often": RateLimited(7),
}
_STATEMENTS = {
    "taken": "INSERT INTO notes (id, owner, title, revision) SELECT id, 1, 'x', 1 FROM notes",
    "outside": "SELECT 1000::numeric(2, 0)",
}


@blueprint.route("/api/notes/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(NoteQuery, location="query")
@blueprint.page_of(NoteSchema)
def list_notes(query: dict[str, Any]) -> Listing:
    """List your notes."""
    name, descending = query["ordering"]
    column = getattr(Note, name)
    mine = select(Note).where(Note.owner == identity.user_id)
    if search := query.get("search"):
        mine = mine.where(Note.title.icontains(search, autoescape=True))
    return Listing(
        mine.order_by(column.desc() if descending else column, Note.id),
        lambda _, rows: [_resource(row.Note) for row in rows],
        key=Note.id,
    )


@blueprint.route("/api/notes/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(NoteSchema)
@blueprint.response(201, NoteSchema)
@blueprint.etag()
def create_note(values: dict[str, Any]) -> dict[str, Any]:
    """Write a note; some titles fail after it was written."""
    note = Note(owner=identity.user_id, **values)
    session.add(note)
    session.flush()
    meeting.visits += 1
    if refusal := _REFUSALS.get(note.title):
        raise refusal
    if statement := _STATEMENTS.get(note.title):
        session.execute(text(statement))
    if note.title == "broken":
        raise RuntimeError("postgresql://notes:hunter2@db.internal/notes")
    if note.title == "slow":
        meeting.entered.set()
        meeting.leave.wait(ENOUGH)
    return _resource(note)


@blueprint.route("/api/notes/bulk/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.arguments(BulkSchema)
@blueprint.response(200)
def create_notes(values: dict[str, Any]) -> dict[str, int]:
    """Count many titles."""
    return {"count": len(values["titles"])}


@blueprint.route("/api/notes/touch/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(PairSchema)
@blueprint.response(204)
def touch_notes(values: dict[str, int]) -> None:
    """Change two notes, one after the other; the first time two requests meet in between."""
    _touch(values["first"])
    if not getattr(meeting.waited, "done", False):
        meeting.waited.done = True
        meeting.both.wait(ENOUGH)
    _touch(values["second"])


@blueprint.route("/api/notes/ponder/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(PonderSchema)
@blueprint.lane(PONDERING)
@blueprint.response(204)
def ponder_notes(values: dict[str, bool]) -> None:
    """Think about all notes until the test says that it is enough."""
    meeting.visits += 1
    if not values["in_vain"]:
        assert meeting.leave.wait(ENOUGH)
    else:
        raise Conflict("Nothing comes of it.")


@blueprint.route("/api/notes/<id:note_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, NoteSchema)
@blueprint.etag()
def get_note(note_id: int) -> dict[str, Any]:
    """Return a note."""
    return _resource(_mine(note_id, lock=False))


@blueprint.route("/api/notes/<id:note_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(NoteSchema(ignore_read_only=True))
@blueprint.response(200, NoteSchema)
@blueprint.etag()
def replace_note(values: dict[str, Any], note_id: int) -> dict[str, Any]:
    """Replace a note."""
    note = _mine(note_id)
    expected = expected_revisions()
    if expected is not None and note.revision not in expected:
        raise PreconditionFailed
    note.title, note.amount = values["title"], values.get("amount")
    note.revision += 1
    session.flush()
    return _resource(note)


@blueprint.route("/api/notes/<id:note_id>/", methods=["DELETE"])
@blueprint.authenticated("admin", staff=True)
@blueprint.response(204)
def delete_note(note_id: int) -> None:
    """Delete a note; for administrators."""
    session.delete(_mine(note_id))


@internal.route("/internal/v1/notes/<id:note_id>/", methods=["DELETE"])
@internal.for_services("portfolio")
@internal.response(204)
def delete_any_note(note_id: int) -> None:
    """Delete anybody's note."""
    session.delete(_found(session.get(Note, note_id)))


@internal.route("/internal/v1/notes/<id:note_id>/", methods=["GET"])
@internal.for_services("portfolio")
@internal.response(200, NoteSchema)
def get_any_note(note_id: int) -> dict[str, Any]:
    """Return anybody's note."""
    return _resource(_found(session.get(Note, note_id)))


def create_app() -> ServiceApp:
    """Return the application."""
    return create_service_app(
        settings.load(NAME),
        title="Notes",
        public=[blueprint],
        internal=[internal],
        idempotency_table=IdempotencyKey,
    )


def _mine(note_id: int, *, lock: bool = True) -> Note:
    mine = select(Note).where(Note.id == note_id, Note.owner == identity.user_id)
    return _found(session.scalar(mine.with_for_update() if lock else mine))


def _found(note: Note | None) -> Note:
    if note is None:
        raise NotFound.of("note")
    return note


def _touch(note_id: int) -> None:
    _mine(note_id).revision += 1
    session.flush()


def _resource(note: Note) -> dict[str, Any]:
    amount = {"exact": note.amount} if note.amount is not None else None
    return {
        "id": note.id,
        "title": note.title,
        "amount": note.amount,
        "amount_of": amount,
        "revision": note.revision,
    }
