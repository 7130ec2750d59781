"""The decorators of a route, in the one order.

authenticated or for_services, arguments, lane, response; where the body itself is large, the lane
stands before the arguments, so that reading it takes a place, and what may be long has a `job`
between the arguments of the query and those of the body:

@blueprint.route("/api/portfolios/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PortfolioQuery, location="query")
@blueprint.page_of(PortfolioSchema)
def list_portfolios(query): ...
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from math import inf
from typing import TYPE_CHECKING, Any, Final, NoReturn

import flask_smorest
from flask import Response, current_app, request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import BadRequest, Forbidden, ServiceError, Unauthorized, ValidationFailed
from shared.http import etag, jobs, kept, openapi, operations, pagination
from shared.http.bodies import FEW_VALUES, require_few_fields, require_few_values
from shared.http.context import current, identity, service_app
from shared.http.lanes import Lane
from shared.http.openapi import Document
from shared.http.operations import Scope, View
from shared.identity import Caller

BULK_BODY: Final = 16 * 1024**2  # bytes
# What a request that becomes a job is answered first.
_QUEUED: Final = {
    "id": "portfolio-17",
    "kind": "",
    "status": jobs.QUEUED,
    "progress": 0,
    "result": None,
    "error": None,
    "created": "2024-01-20T15:45:00Z",
    "started": None,
    "finished": None,
}


class Parser(FlaskParser):
    """Refuses unknown names everywhere: 400 in the query, 422 in a body."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs' own way
        "json": RAISE,
        "query": RAISE,
        "form": RAISE,
        "json_or_form": RAISE,
        "headers": EXCLUDE,
        "path": RAISE,
    }

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """Return the query, in which a name stands once: our lists are one text with commas."""
        for name, values in req.args.lists():
            if len(values) > 1:
                raise BadRequest(f"Query parameter '{name}': It is given more than once.")
        return super().load_querystring(req, schema)

    def load_json(self, req: Any, _: Schema) -> Any:
        """Return the body, which must say that it is JSON, with exact numbers."""
        if not req.is_json:
            raise UnsupportedMediaType
        operation = operations.of_request()
        require_few_values(req.get_data(), operation.most_values if operation else FEW_VALUES)
        try:
            return current_app.json.loads(req.get_data().decode())
        except ValueError as error:
            raise BadRequest("The body is not valid JSON.") from error

    def load_json_or_form(self, req: Any, schema: Schema) -> Any:
        """Return the body, JSON or a form, by what it says it is."""
        is_form = req.mimetype == "application/x-www-form-urlencoded"
        if not is_form:
            return self.load_json(req, schema)
        require_few_fields(len(req.form))
        return self.load_form(req, schema)

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Raise the contract's error for what the schema refused."""
        by_location: dict[str, Any] = error.messages_dict
        location, messages = next(iter(by_location.items()))
        if location == "query":
            name, reasons = next(iter(messages.items()))
            reason = reasons[0] if isinstance(reasons, list) else str(reasons)
            raise BadRequest(f"Query parameter '{name}': {reason}") from error
        by_field = messages if isinstance(messages, dict) else {"body": messages}
        raise ValidationFailed(by_field) from error


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library is untyped
    """A resource's routes.

    Args:
        name: the resource, also its tag in the documentation.
        description: one sentence for the documentation.
    """

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = {  # noqa: RUF012 - the library's own way
        **flask_smorest.Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        "json_or_form": "application/json",
    }

    if TYPE_CHECKING:
        # The library's own decorators, with the types that they lack.
        def response(
            self,
            status_code: int,
            schema: type[Schema] | Schema | None = None,
            *,
            content_type: str | None = None,
            description: str | None = None,
        ) -> Callable[[View], View]:
            """Dump what the view returns by `schema`."""

        def alt_response(
            self,
            status_code: int,
            *,
            schema: type[Schema] | Schema | None,
            description: str,
            example: Mapping[str, Any] | None = None,
        ) -> Callable[[View], View]:
            """Document another answer, which the view makes itself."""

        def doc(self, **kwargs: Any) -> Callable[[View], View]:
            """Add to the documentation what no decorator says."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, name, description=description)
        self._tagged_rules: set[str] = set()

    def route(self, rule: str, *, methods: Sequence[str]) -> Callable[[View], View]:
        """Register the view of one method; the GET of a path comes before what changes it."""
        [method] = methods
        register = super().route

        def decorate(view: View) -> View:
            if method == "GET" and operations.of(view).is_tagged:
                self._tagged_rules.add(rule)
            has_tag = rule in self._tagged_rules
            view = operations.documented(view, rule, method, has_tag=has_tag)
            parameters = operations.path_parameters(rule)
            register(rule, methods=methods, parameters=parameters)(view)
            return view

        return decorate

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json"
    ) -> Callable[[View], View]:
        """Load query or body by `schema` and give it to the view first."""
        is_body = location != "query"
        load = super().arguments(openapi.incoming(schema) if is_body else schema, location=location)

        def decorate(view: View) -> View:
            operation = operations.of(view)
            if is_body:
                operation.reads_body = True
            else:
                operation.reads_query = True
            loading: View = load(view)
            return loading

        return decorate

    def authenticated(self, scope: Scope, *, staff: bool = False) -> Callable[[View], View]:
        """Require a user whose token has `scope`; with `staff`, an administrator."""

        def decorate(view: View) -> View:
            operations.of(view).scope = scope

            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                if current.identity is None:
                    raise Unauthorized("Authentication credentials were not provided.")
                if scope not in identity.scopes:
                    raise Forbidden(f"This token has no '{scope}' scope.")
                if staff and not identity.is_staff:
                    raise Forbidden("Only administrators may do this.")
                return view(*args, **kwargs)

            return wrapper

        return decorate

    def for_services(self, *callers: str) -> Callable[[View], View]:
        """Require the token of one of these services, made for us.

        Besides, whoever auth vouches for, and whoever `INTERNAL_READERS` names, may read.
        """

        def decorate(view: View) -> View:
            operations.of(view).is_for_services = True

            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                header = request.headers.get("Authorization", "")
                caller = service_app.verifier.caller(header.removeprefix("Bearer "))
                current.caller = caller.name
                if not (_may_call(caller, callers) or _may_read(caller)):
                    who = "program" if caller.is_reader else "service"
                    raise Forbidden(f"The {who} {caller.name} may not call this.")
                return view(*args, **kwargs)

            return wrapper

        return decorate

    def body_limit(self, limit: int) -> Callable[[View], View]:
        """Accept bodies of up to `limit` bytes instead of 1 MiB."""

        def decorate(view: View) -> View:
            operations.of(view).body_limit = limit
            return view

        return decorate

    def file_body(self, media: Mapping[str, Document]) -> Callable[[View], View]:
        """Document forms of the body that no schema describes: media type → what to say of it."""

        def decorate(view: View) -> View:
            operations.of(view).reads_body = True
            return self.doc(requestBody={"content": media})(view)

        return decorate

    def lane(self, lane: Lane) -> Callable[[View], View]:
        """Work in a bounded lane, apart from what is cheap (see `shared.http.lanes`)."""
        return lane.bound

    def job(
        self,
        kind: str,
        *,
        lane: str,
        size: Callable[..., int],
        most: float = inf,
        limit: float = inf,
        too_slow: type[ServiceError] | tuple[()] = (),
    ) -> Callable[[View], View]:
        """Let a request that is long, or may be answered later, become a job (`202`).

        It stands behind the arguments of the query, and before those of the body, which the job
        reads.

        Args:
            kind: what it does, for people.
            lane: jobs of one lane are done one after the other.
            size: gets the view's arguments, except the body's; returns the rows of the request,
                counted and not read, and raises what refuses it at once.
            most: rows that are answered directly.
            limit: rows that are taken at all; more are refused at once, by the view where their
                body is quick to read.
            too_slow: what the view raises when it gives up for want of time.
        """

        def decorate(view: View) -> View:
            operations.of(view).is_long = True
            bound = jobs.bound(
                view, kind, lane=lane, size=size, most=most, limit=limit, too_slow=too_slow
            )
            describe = self.alt_response(
                202,
                schema=jobs.AcceptedSchema,
                description="It takes longer: ask for the job.",
                example={"job": {**_QUEUED, "kind": kind}},
            )
            return describe(bound)

        return decorate

    def page_of(self, schema: type[Schema]) -> Callable[[View], View]:
        """Answer the `Listing` that the view returns, one page of it or all of it as CSV.

        The view's first argument is the loaded `PageQuery`; `page` and `page_size` are taken out.
        """
        resource = schema()

        def decorate(view: View) -> View:
            operations.of(view).is_listing = True

            @wraps(view)
            def wrapper(query: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
                page, page_size = query.pop("page"), query.pop("page_size")
                listing = view(query, *args, **kwargs)
                answer = pagination.respond(listing, resource, page, page_size)
                return answer if isinstance(answer, Response) else current_app.json.response(answer)

            return self.response(200, _page_schema(schema))(wrapper)

        return decorate

    def one_of(self, schema: type[Schema]) -> Callable[[View], View]:
        """Answer the only resource of the `KeptListing` that the view returns, with its `ETag`."""
        resource = schema()

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Response:
                return kept.one(view(*args, **kwargs), resource)

            return self.response(200, schema)(etag.tagged(wrapper))

        return decorate

    def etag(self) -> Callable[[View], View]:
        """Give the answer a strong `ETag`; honour `If-None-Match` (see `shared.http.etag`)."""
        return etag.tagged

    def market_data(self) -> Callable[[View], View]:
        """Let clients use the answer for a minute without asking again."""
        return etag.kept_for_a_minute

    def computed(self) -> Callable[[View], View]:
        """Let clients keep the answer for a minute, under a tag of what it is computed from.

        The view calls `etag.unless_known` before it computes.
        """
        return etag.computed


def _may_call(caller: Caller, callers: Sequence[str]) -> bool:
    return not caller.is_reader and caller.name in callers


def _may_read(caller: Caller) -> bool:
    is_reader = caller.is_reader or caller.name in service_app.settings.internal_readers
    return is_reader and request.method == "GET"


@cache  # two lists of one resource share one description in the documentation
def _page_schema(resource: type[Schema]) -> type[Schema]:
    def link(what: str) -> fields.URL:
        return fields.URL(allow_none=True, metadata={"description": what, "example": None})

    return Schema.from_dict(
        {
            "count": fields.Integer(
                metadata={"description": "Rows in the whole list.", "example": 1}
            ),
            "next": link("The next page; null on the last."),
            "previous": link("The page before; null on the first."),
            "results": fields.List(
                fields.Nested(resource), metadata={"description": "The rows of this page."}
            ),
        },
        name=f"{resource.__name__.removesuffix('Schema')}Page",
    )
