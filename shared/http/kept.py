"""Resources that are rendered once: their JSON is kept in memory under what it was computed from.

One statement reads which resources an answer has, and of each the basis: what changes whenever the
resource does. Only what is not in memory under that basis is read, computed and rendered. The
basis is read first, so what is kept under it is at worst newer, and no answer is older than what
was committed before it was asked for.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app
from marshmallow import Schema
from sqlalchemy import ColumnExpressionArgument, Integer, Subquery, bindparam, func
from sqlalchemy.orm import Session

from shared.db import AnyRow, AnySelect, Query, Reading
from shared.errors import NotFound
from shared.http.context import current, service_app, session
from shared.http.service import Grounds, Rendered


class Pages:
    """The statement of a list's pages, for one order and one set of filters; built once.

    Args:
        ids: selects `id` and what `bases` needs, filtered; what varies are named parameters.
        order: total.
        bases: makes of a page of `ids` the statement that selects `id`, `count` and
            after them whatever tells two states of a resource apart.
    """

    def __init__(
        self,
        ids: AnySelect,
        order: Sequence[ColumnExpressionArgument[Any]],
        bases: Callable[[Subquery], AnySelect],
    ) -> None:
        self.ids = ids.order_by(*order)
        count, place = func.count().over(), func.row_number().over(order_by=order)
        page = self.ids.add_columns(count.label("count"), place.label("place"))
        size, skipped = (bindparam(name, type_=Integer) for name in ("page_size", "skipped"))
        of_page = page.limit(size).offset(skipped).subquery("page")
        self.query = Query(bases(of_page).order_by(of_page.c.place))


@dataclass(frozen=True)
class KeptListing:
    """A list, or a single resource, whose resources are kept as they are rendered.

    Attributes:
        pages: its statement.
        parameters: of that.
        besides: tells what else a resource rests on, like the day.
        resources: reads and computes the resources of some ids; one that is gone is left out.
        noun: what a resource is called.
    """

    pages: Pages
    parameters: Mapping[str, Any]
    besides: Callable[[], Hashable]
    resources: Callable[[Session, Collection[int]], Mapping[int, Mapping[str, Any]]]
    noun: str

    @property
    def statement(self) -> AnySelect:
        """Selects the `id` of each, in order."""
        return self.pages.ids.params(self.parameters)

    def in_order(self, session: Session, rows: Sequence[AnyRow]) -> list[Mapping[str, Any]]:
        """Return the resources of some rows of `statement`."""
        resources = self.resources(session, [row.id for row in rows])
        return [resources[row.id] for row in rows if row.id in resources]


def page(
    listing: KeptListing, schema: Schema, page_size: int, skipped: int
) -> tuple[int, list[Rendered]]:
    """Return how many resources the whole list has, and those of one page."""
    cut = {"page_size": page_size, "skipped": skipped}
    query, parameters = listing.pages.query, {**listing.parameters, **cut}
    told, rows = listing.besides(), service_app.database.read(query, parameters)
    current.grounds = Grounds([Reading(query, parameters, rows)], listing.besides, told)
    cache, kind = service_app.rendered, type(schema)
    bases = {row.id: (told, *row[2:]) for row in rows}
    rendered = {key: cache.get((kind, key), basis) for key, basis in bases.items()}
    if missing := [key for key, resource in rendered.items() if resource is None]:
        resources = listing.resources(session, missing)
        for key, resource in resources.items():
            body = current_app.json.dumps(schema.dump(resource), separators=(",", ":")).encode()
            rendered[key] = fresh = Rendered(resource["revision"], body)
            cache.put((kind, key), bases[key], fresh)
    count = rows[0].count if rows else 0
    return count, [resource for resource in rendered.values() if resource is not None]


def one(listing: KeptListing, schema: Schema) -> Response:
    """Return the answer of the only resource of a list, with its strong `ETag`.

    Raises:
        NotFound: there is none.
    """
    _, resources = page(listing, schema, page_size=1, skipped=0)
    if not resources:
        raise NotFound.of(listing.noun)
    current.revision = resources[0].revision
    return Response(resources[0].body + b"\n", mimetype="application/json")
