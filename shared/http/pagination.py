"""Lists: one envelope, total order, pages or a CSV of all of them."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from marshmallow import Schema
from marshmallow.fields import Field, Nested
from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from shared.db import AnyRow, AnySelect
from shared.errors import NotFound
from shared.files import defused
from shared.http import kept, negotiation, spool, versions
from shared.http.context import session
from shared.http.lanes import Lane

# One resource, as its schema dumps it.
Resource = Mapping[str, object]

_CHUNK: Final = 500  # rows of a CSV read at once
_NEAR: Final = 1000  # rows from the start of a list, or from its end
_MANY: Final = 100_000  # rows; to look at them all takes a tenth of a second and more
# Where a page is looked for among so many. Whoever has to wait would take a thread of the others.
LOOKING: Final = Lane("lists", places=1, waiting=0, share=1)


def mappings(rows: Sequence[AnyRow]) -> list[Resource]:
    """Return `rows` as mappings from column to value."""
    return [dict(row._mapping) for row in rows]


@dataclass(frozen=True)
class Listing:
    """A list before it is cut into pages.

    Attributes:
        statement: filtered and in a total order.
        resources: turns the rows of one page into what the schema dumps, for what SQL alone
            doesn't say; called with the session for each page.
        key: a primary key that tells the rows apart, of a list that may be long: a late page then
            skips keys, which an index holds, instead of whole rows.
        head, tail: make of a number the statement of keys that begins with so many of the first
            ones, and of the last ones, the last ahead: for early and late pages of what no index
            has in order as a whole.
        counted: selects how many rows there are, where to count them would read too many.
        looked_through: selects how many rows are looked at for a page that no index has.
    """

    statement: AnySelect
    resources: Callable[[Session, Sequence[AnyRow]], Sequence[Any]] = lambda _, rows: mappings(rows)
    key: SQLColumnExpression[int] | None = None
    head: Callable[[int], AnySelect] | None = None
    tail: Callable[[int], AnySelect] | None = None
    counted: AnySelect | None = None
    looked_through: AnySelect | None = None

    def count(self, session: Session) -> int:
        """Return how many rows there are."""
        counted = self.counted
        if counted is None:
            counted = select(func.count()).select_from(self.statement.order_by(None).subquery())
        return _number(session, counted)

    def page(self, page: int, page_size: int, count: int) -> AnySelect:
        """Return the statement of one page.

        Args:
            count: of all rows.
        """
        first = (page - 1) * page_size
        last = min(first + page_size, count)
        if self.key is None:
            return _cut(self.statement, first, last)
        if self.head and last <= _NEAR:
            keys = _cut(self.head(last), first, last)
        elif self.tail and count - first <= _NEAR:
            keys = _cut(self.tail(count - first), count - last, count - first)
        else:
            keys = self.statement.with_only_columns(self.key, maintain_column_froms=True)
            keys = _cut(keys, first, last)
        return self.statement.where(self.key.in_(keys))


def respond(
    listing: Listing | kept.KeptListing, schema: Schema, page: int, page_size: int
) -> Response | Resource:
    """Return one page in the envelope, or the whole list when the client accepts only CSV.

    Raises:
        NotFound: the page is past the end.
        RateLimited, LaneFull: the list is long, and others are looked through.
    """
    if isinstance(listing, kept.KeptListing):
        return _kept(listing, schema, page, page_size)
    if negotiation.wants_csv():
        return _csv(listing, schema)
    with _place(listing):
        count = listing.count(session)
        if page > 1 and (page - 1) * page_size >= count:
            raise _no_such_page()
        rows = session.execute(listing.page(page, page_size, count)).all()
    results = schema.dump(listing.resources(session, rows), many=True)
    return {**_envelope(count, page, page_size), "results": results}


def _place(listing: Listing) -> AbstractContextManager[None]:
    looked_through = listing.looked_through
    rows = 0 if looked_through is None else _number(session, looked_through)
    return LOOKING.place() if rows > _MANY else nullcontext()


def _number(session: Session, statement: AnySelect) -> int:
    return int(session.scalar(statement) or 0)


def _kept(listing: kept.KeptListing, schema: Schema, page: int, page_size: int) -> Response:
    if negotiation.wants_csv():
        return _csv(Listing(listing.statement, listing.in_order), schema)
    count, resources = kept.page(listing, schema, page_size, skipped=(page - 1) * page_size)
    if page > 1 and not resources:
        raise _no_such_page()
    envelope = json.dumps(_envelope(count, page, page_size), separators=(",", ":")).encode()
    bodies = b",".join(resource.body for resource in resources)
    body = b'%b,"results":[%b]}\n' % (envelope[:-1], bodies)
    return Response(body, mimetype="application/json")


def _envelope(count: int, page: int, page_size: int) -> dict[str, Any]:
    return {
        "count": count,
        "next": _page_url(page + 1) if page * page_size < count else None,
        "previous": _page_url(page - 1) if page > 1 else None,
    }


def _no_such_page() -> NotFound:
    return NotFound("The list has no such page.", title="Page not found")


def _cut(statement: AnySelect, first: int, last: int) -> AnySelect:
    """Select the rows from `first` on, counted from 0, to the one before `last`."""
    return statement.limit(last - first).offset(first)


def _page_url(page: int) -> str:
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{versions.as_asked(request.base_url)}?{urlencode([*query, ('page', page)])}"


def _csv(listing: Listing, schema: Schema) -> Response:
    def lines(of_file: Session) -> Iterator[str]:
        result = of_file.execute(listing.statement.execution_options(yield_per=_CHUNK))
        yield _csv_lines([_columns(schema)])
        for rows in result.partitions():
            resources = schema.dump(listing.resources(of_file, rows), many=True)
            yield _csv_lines([_flat(schema, resource) for resource in resources])

    return spool.csv(lines)


def _columns(schema: Schema, prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, field in schema.dump_fields.items():
        nested = _object_in(field)
        names += _columns(nested, f"{prefix}{name}.") if nested else [prefix + name]
    return names


def _flat(schema: Schema, resource: Mapping[str, Any]) -> list[object]:
    values: list[object] = []
    for name, field in schema.dump_fields.items():
        nested, value = _object_in(field), resource.get(name)
        # An object that is null leaves all of its columns empty.
        values += _flat(nested, value or {}) if nested else [value]
    return values


def _object_in(field: Field[Any]) -> Schema | None:
    """Return the schema of a field that holds one object."""
    if isinstance(field, Nested) and not field.many:
        return field.schema
    return None


def _csv_lines(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return defused(value) if isinstance(value, str) else value
