"""What is no part of the documented API: files of the docs page, the gateway's errors, probes."""

from typing import Final, cast

import flask
from flask import Response, abort, jsonify, redirect, request, send_from_directory
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.portal.pages import PLACES, STATIC
from shared.errors import SourceFailed
from shared.http import health
from shared.http.errors import error_response

blueprint = flask.Blueprint("doors", __name__)

_FILES: Final = ("favicon-32x32.png", "setup.js", "swagger-ui-bundle.js", "swagger-ui.css")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_SOURCE_FAILED: Final = SourceFailed.status
# What the gateway itself may have to say; None is the service's usual sentence.
_MESSAGES: Final[dict[int, str | None]] = {
    400: "The path has characters that no path of this API has.",
    404: None,
    413: None,
    429: "Too many requests at once from this address.",
    500: None,
    502: "A part of the service is down or broke off its answer; try again.",
    503: "A part of the service is down or restarting; try again.",
    504: "A part of the service took too long to answer.",
    _SOURCE_FAILED: "The data source does not answer, or not what can be believed; nothing that is"
    " stored has changed.",
}
_RETRY_AFTER: Final = {429: "1", 502: "5", 503: "5"}  # seconds


@blueprint.route("/errors/<int:status>/", methods=list(_METHODS), provide_automatic_options=False)
def error_page(status: int) -> Response:
    """Answer for the gateway, which can say a status but no JSON."""
    if status not in _MESSAGES:
        abort(404)
    if status == _SOURCE_FAILED:
        failed = SourceFailed(_MESSAGES[status])
        return error_response(502, title=failed.title, code=failed.code, message=failed.message)
    response = error_response(status, message=_MESSAGES[status])
    if status in _RETRY_AFTER:
        response.headers["Retry-After"] = _RETRY_AFTER[status]
    if status >= 500:
        # The gateway puts the status on it. With that here it could not be told from our death.
        response.status_code = 200
    return response


@blueprint.route("/errors/body/", methods=list(_METHODS), provide_automatic_options=False)
def malformed_body() -> Response:
    """Answer for the gateway, which could not read a body."""
    return error_response(400, message="The body could not be read: it is not what its head says.")


@blueprint.get("/")
def front_door() -> Response:
    """Lead a browser to the page for people, and tell a program where the API is."""
    is_browser = "text/html" in request.accept_mimetypes.values()
    response = cast(Response, redirect(PLACES["dashboard"], 303)) if is_browser else jsonify(PLACES)
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/api/docs/<name>")
def docs_file(name: str) -> Response:
    """Serve a file of the documentation page."""
    if name not in _FILES:
        abort(404)
    return send_from_directory(STATIC, name, max_age=3600)


@blueprint.get("/health/live/")
@blueprint.get("/health/ready/")
def alive() -> Response:
    """Say that the process answers; it needs nothing else."""
    return jsonify({"status": "ok"})


@blueprint.get("/metrics/")
def metrics() -> Response:
    """Answer Prometheus."""
    return Response(generate_latest(health.registry()), content_type=CONTENT_TYPE_LATEST)
