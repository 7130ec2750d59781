"""Doors for operators: liveness, readiness, metrics and the OpenAPI documents."""

import os
from typing import Final

import flask
from flask import Response, current_app, jsonify
from markupsafe import escape
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as IN_PROCESS

from shared import revisions
from shared.db import Database
from shared.errors import NotFound, Unavailable

_DOCS_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>OpenAPI 3.1: <a href="/internal/openapi/internal.json">internal.json</a>
(for services, and for teams with a service token),
<a href="/internal/openapi/public.json">public.json</a>
(what the gateway shows).</p><ul>{operations}</ul></html>"""


def blueprint(database: Database, service: str) -> flask.Blueprint:
    """Return the routes of `service` that no gateway shows to the world."""
    routes = flask.Blueprint("health", __name__)

    @routes.get("/health/live/")
    def live() -> Response:
        """Say that the process answers."""
        return jsonify({"status": "ok"})

    @routes.get("/health/ready/")
    def ready() -> Response:
        """Say whether requests can be served: the database answers, and has what we need of it.

        The broker doesn't matter.
        """
        if not revisions.is_reached(database, service):
            raise Unavailable("The database is not up to date yet.")
        return jsonify({"status": "ok"})

    @routes.get("/metrics/")
    def metrics() -> Response:
        """Answer Prometheus."""
        return Response(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)

    @routes.get("/internal/openapi/<name>.json")
    def openapi(name: str) -> Response:
        """Answer the OpenAPI document `public` or `internal`."""
        documents = current_app.extensions["openapi"]
        if name not in documents:
            raise NotFound.of("document")
        return jsonify(documents[name])

    @routes.get("/internal/docs/")
    def docs() -> str:
        """Show the internal API to people."""
        spec = current_app.extensions["openapi"]["internal"]
        operations = "".join(
            f"<li><code>{method.upper()} {path}</code> {escape(operation.get('summary', ''))}</li>"
            for path, methods in spec["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict)
        )
        return _DOCS_PAGE.format(title=spec["info"]["title"], operations=operations)

    return routes


def registry() -> CollectorRegistry:
    """Return the metrics of this process, or of all of gunicorn's when they share a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return IN_PROCESS
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library's
    return shared
