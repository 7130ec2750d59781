"""The jobs of a user, of this service and of others, as one list."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from marshmallow import validate
from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from shared.db import AnyRow
from shared.http import Listing
from shared.http.jobs import COLUMNS, STATES, id_of, resource
from shared.http.schemas import Ordering, PageQuery
from shared.http.schemas import Text as TextField

_LONGEST: Final = 1000  # characters of an answer that stands in a list
_MOST_TOLD: Final = 10_000  # more than a week of somebody who has one done every minute
_ORDERINGS: Final = ("created", "started", "finished", "kind", "status")
_TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    "progress": Integer(),
    "answer_status": Integer(),
    "created": DateTime(timezone=True),
    "started": DateTime(timezone=True),
    "finished": DateTime(timezone=True),
}
Told = Mapping[str, Any]  # a job as one service tells another of it: `COLUMNS`


class JobQuery(PageQuery):
    """Filters of the list of jobs."""

    status = TextField(
        validate=validate.OneOf(STATES), metadata={"description": "That stand there."}
    )
    ordering = Ordering(*_ORDERINGS, load_default=("created", True))


def listing(
    service: str,
    table: type[Any],
    user_id: int,
    others: Sequence[Told],
    *,
    ordering: tuple[str, bool],
    status: str | None = None,
    search: str | None = None,
) -> Listing:
    """Return the jobs of a user.

    Args:
        service: this one.
        others: jobs of other services, as `told` tells of them.
        ordering: one of the columns, and whether it descends.
        search: part of a kind.
    """
    names = [column(name, _TYPES.get(name, Text())) for name in COLUMNS]
    theirs = func.jsonb_to_recordset(literal(list(others), JSONB)).table_valued(*names)
    theirs = theirs.render_derived(name="theirs", with_types=True)
    all_ = union_all(_mine(service, table, user_id), select(*theirs.c)).subquery("jobs_of_user")
    statement = select(*all_.c)
    if status:
        statement = statement.where(all_.c.status == status)
    if search:
        statement = statement.where(all_.c.kind.icontains(search, autoescape=True))
    name, descending = ordering
    first = all_.c[name].desc() if descending else all_.c[name].asc()
    return Listing(statement.order_by(first.nulls_last(), all_.c.id), _resources)


def told(session: Session, service: str, table: type[Any], user_id: int) -> list[Told]:
    """Return the newest 10,000 jobs of a user as one service tells another of them."""
    newest = _mine(service, table, user_id).order_by(table.id.desc()).limit(_MOST_TOLD)
    rows = session.execute(newest)
    return [dict(row._mapping) for row in rows]


def _mine(service: str, table: type[Any], user_id: int) -> Select[Any]:
    columns = {name: getattr(table, name) for name in COLUMNS}
    columns["id"] = literal(id_of(service, 0)[:-1]) + cast(table.id, Text)
    columns["answer"] = case((func.length(table.answer) <= _LONGEST, table.answer))
    named = [value.label(name) for name, value in columns.items()]
    return select(*named).where(table.user_id == literal(user_id, BigInteger))


def _resources(_: Session, rows: Sequence[AnyRow]) -> list[Mapping[str, Any]]:
    return [resource(row.id, row) for row in rows]
