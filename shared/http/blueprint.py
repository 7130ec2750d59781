"""The decorators of a route, in the one order: authenticated or for_services, arguments, response.

@blueprint.route("/api/portfolios/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(PortfolioQuery, location="query")
@blueprint.page_of(PortfolioSchema)
def list_portfolios(query): ...
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import flask_smorest
from flask import Response, current_app, g, request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import BadRequest, Forbidden, ValidationFailed
from shared.http import etag, pagination
from shared.http.context import identity, service_app
from shared.http.schemas import Error

Scope = Literal["read", "write", "admin"]
View = Callable[..., Any]

JSON_BODY: Final = 1024**2  # bytes
BULK_BODY: Final = 16 * 1024**2  # bytes


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

    def load_json(self, req: Any, schema: Schema) -> Any:
        """Return the body, which must say that it is JSON."""
        if not req.is_json:
            raise UnsupportedMediaType
        return super().load_json(req, schema)

    def load_json_or_form(self, req: Any, schema: Schema) -> Any:
        """Return the body, JSON or a form, by what it says it is."""
        is_form = req.mimetype == "application/x-www-form-urlencoded"
        return self.load_form(req, schema) if is_form else self.load_json(req, schema)

    def _handle_invalid_json_error(self, error: Any, *_: Any, **__: Any) -> NoReturn:
        raise BadRequest("The body is not valid JSON.") from error

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Raise the contract's error for what the schema refused."""
        messages: dict[str, Any] = error.messages_dict
        location, found = next(iter(messages.items()))
        if location == "query":
            name, reasons = next(iter(found.items()))
            reason = reasons[0] if isinstance(reasons, list) else str(reasons)
            raise BadRequest(f"Query parameter '{name}': {reason}") from error
        raise ValidationFailed(found if isinstance(found, dict) else {"body": found}) from error


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

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, name, description=description)

    if TYPE_CHECKING:
        # The library's own decorators, with the types that it lacks.
        def route(self, rule: str, *, methods: Sequence[str]) -> Callable[[View], View]:
            """Register a route."""

        def arguments(
            self, schema: type[Schema] | Schema, *, location: str = "json"
        ) -> Callable[[View], View]:
            """Load the arguments by `schema` and give them to the view first."""

        def response(
            self,
            status_code: int,
            schema: type[Schema] | Schema | None = None,
            *,
            content_type: str | None = None,
            description: str | None = None,
        ) -> Callable[[View], View]:
            """Dump what the view returns by `schema`."""

    def authenticated(self, scope: Scope, *, staff: bool = False) -> Callable[[View], View]:
        """Require a user whose token has `scope`; with `staff`, an administrator."""

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                g.identity = service_app.verifier.identity(request.headers.get("X-Identity"))
                if scope not in identity.scopes:
                    raise Forbidden(f"This token has no '{scope}' scope.")
                if staff and not identity.is_staff:
                    raise Forbidden("Only administrators may do this.")
                return view(*args, **kwargs)

            _document(wrapper, security=[{"token": []}], errors=(401, 403, 429))
            return wrapper

        return decorate

    def for_services(self) -> Callable[[View], View]:
        """Require another service's token, made for us."""

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                header = request.headers.get("Authorization", "")
                g.caller = service_app.verifier.service(header.removeprefix("Bearer "))
                return view(*args, **kwargs)

            _document(wrapper, security=[{"service": []}], errors=(401,))
            return wrapper

        return decorate

    def body_limit(self, limit: int) -> Callable[[View], View]:
        """Accept bodies of up to `limit` bytes instead of 1 MiB."""

        def decorate(view: View) -> View:
            view.body_limit = limit  # type: ignore[attr-defined]
            return view

        return decorate

    def page_of(self, schema: type[Schema] | Schema) -> Callable[[View], View]:
        """Answer the `Listing` that the view returns, one page of it or all of it as CSV.

        The view's first argument is the loaded `PageQuery`; `page` and `page_size` are taken out.
        """
        resource = schema() if isinstance(schema, type) else schema
        envelope = Schema.from_dict(
            {
                "count": fields.Integer(metadata={"description": "Rows in the whole list."}),
                "next": fields.URL(allow_none=True, metadata={"description": "The next page."}),
                "previous": fields.URL(
                    allow_none=True, metadata={"description": "The one before."}
                ),
                "results": fields.List(fields.Nested(resource)),
            },
            name=f"{type(resource).__name__.removesuffix('Schema')}Page",
        )

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(query: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
                page, page_size = query.pop("page"), query.pop("page_size")
                listing = view(query, *args, **kwargs)
                answer = pagination.respond(listing, resource, page, page_size)
                return answer if isinstance(answer, Response) else current_app.json.response(answer)

            return self.response(200, envelope)(wrapper)

        return decorate

    def etag(self) -> Callable[[View], View]:
        """Give the answer a strong `ETag`; honour `If-None-Match` (see `shared.http.etag`)."""
        return etag.tagged


def _document(view: View, *, security: list[dict[str, list[str]]], errors: tuple[int, ...]) -> None:
    docs = deepcopy(getattr(view, "_apidoc", {}))
    docs.setdefault("manual_doc", {})["security"] = security
    responses = docs.setdefault("response", {}).setdefault("responses", {})
    for status in errors:
        responses.setdefault(status, []).append(
            {"schema": Error, "description": "Error", "content_type": None}
        )
    view._apidoc = docs  # type: ignore[attr-defined]
