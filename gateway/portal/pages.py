"""The public pages: index, health, schema, documentation."""

from pathlib import Path
from typing import Final, cast

from flask import Response, current_app, jsonify, request, send_from_directory
from marshmallow import fields, validate

from gateway.portal.schema import Schema, SchemaSource
from gateway.portal.services import Cached, Health
from shared.http import Blueprint
from shared.http.schemas import Flag, StrictSchema

blueprint = Blueprint("about", "Documentation, schema and health of this API; no token needed.")

STATIC: Final = Path(__file__).with_name("static")
# Scripts from here alone. Swagger UI writes style attributes, which only 'unsafe-inline' allows.
_CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_YAML: Final = "application/yaml"
# What needs no token.
PLACES: Final = {
    "docs": "/api/docs/",
    "schema": "/api/schema/",
    "health": "/api/health/",
    "dashboard": "/dashboard/",
}


def _place(name: str, what: str) -> fields.String:
    return fields.String(metadata={"description": what, "example": PLACES[name]})


class IndexSchema(StrictSchema):
    """Where to go from here."""

    docs = _place("docs", "The documentation, for people.")
    schema = _place("schema", "The OpenAPI document, for programs.")
    health = _place("health", "The state of the services.")
    dashboard = _place("dashboard", "The web page, for people.")


class HealthSchema(StrictSchema):
    """The state of the installation."""

    status = fields.String(
        validate=validate.OneOf(["ok", "degraded"]),
        metadata={"description": "`degraded` when a service is down or events do not flow."},
    )
    services = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=validate.OneOf(["up", "down"])),
        metadata={"description": "Each service: `up` or `down`.", "example": {"assets": "up"}},
    )
    events = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=validate.OneOf(["flowing", "stopped"])),
        metadata={
            "description": "Of each service, whether what it tells and hears gets through:"
            " `flowing`, or `stopped` for more than half a minute. Writes are accepted meanwhile.",
            "example": {"assets": "flowing"},
        },
    )


class HealthQuery(StrictSchema):
    """Who asks."""

    strict = Flag(
        load_default=False,
        metadata={"description": "`true`: 503 when it is `degraded`, for monitors."},
    )


class SchemaQuery(StrictSchema):
    """How the document is wanted."""

    format = fields.String(
        validate=validate.OneOf(["json", "yaml"]),
        metadata={"description": "Overrides the `Accept` header."},
    )


@blueprint.route("/api/", methods=["GET"])
@blueprint.response(200, IndexSchema)
def show_index() -> dict[str, str]:
    """Name the places that need no token."""
    return PLACES


@blueprint.route("/api/health/", methods=["GET"])
@blueprint.arguments(HealthQuery, location="query")
@blueprint.response(200, HealthSchema)
@blueprint.alt_response(503, schema=HealthSchema, description="`strict`, and it is `degraded`.")
def show_health(query: dict[str, bool]) -> Response:
    """Show the state of each service, at most two seconds old."""
    health = cast(Cached[Health], current_app.extensions["health"]).get()
    response = jsonify(
        status="ok" if health.is_well else "degraded",
        services={name: "up" if is_up else "down" for name, is_up in health.ready.items()},
        events={name: "flowing" if go else "stopped" for name, go in health.flowing.items()},
    )
    response.status_code = 503 if query["strict"] and not health.is_well else 200
    return response


@blueprint.route("/api/schema/", methods=["GET"])
@blueprint.arguments(SchemaQuery, location="query")
@blueprint.response(200, description="The OpenAPI 3.1 document of all services.")
def show_schema(query: dict[str, str]) -> Response:
    """Show the OpenAPI document, as JSON or YAML."""
    return _shown(cast(SchemaSource, current_app.extensions["schema"]).get(), query)


@blueprint.route("/api/events/", methods=["GET"])
@blueprint.arguments(SchemaQuery, location="query")
@blueprint.response(200, description="The AsyncAPI 3.0 document of all events.")
def show_events(query: dict[str, str]) -> Response:
    """Show the events that services tell each other, and programs that listen, as JSON or YAML."""
    return _shown(cast(Schema, current_app.extensions["events"]), query)


def _shown(schema: Schema, query: dict[str, str]) -> Response:
    if _wants_yaml(query):
        response = Response(schema.yaml, content_type=_YAML)
    else:
        response = Response(schema.json, content_type="application/json")
    response.set_etag(f"{schema.etag}{'y' if _wants_yaml(query) else 'j'}")
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Vary"] = "Accept"
    return cast(Response, response.make_conditional(request))


@blueprint.route("/api/docs/", methods=["GET"])
@blueprint.response(200, description="A page for people.", content_type="text/html")
def show_docs() -> Response:
    """Show the documentation in a browser (Swagger UI)."""
    response = send_from_directory(STATIC, "index.html", max_age=3600)
    response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _wants_yaml(query: dict[str, str]) -> bool:
    if "format" in query:
        return query["format"] == "yaml"
    return request.accept_mimetypes.best_match(["application/json", _YAML]) == _YAML
