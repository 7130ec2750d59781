"""The web page at /dashboard/: its files, which refer to no other origin.

The page names its files by a version, so that a browser keeps them for ever, and asks for the page
alone at its next visit. A file of another version is not there: a tab that was open over an upgrade
is told so, and loads anew.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import flask
from flask import Response, abort, redirect, request

blueprint = flask.Blueprint("dashboard", __name__)

FOLDER: Final = Path(__file__).parents[1] / "dashboard"
# What a browser is served; types, licences and notes are for those who read the source.
_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Everything from here alone, and no attribute of style or script.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def _served() -> dict[str, bytes]:
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


_FILES: Final = _served()
VERSION: Final = _version(_FILES)
_PAGE: Final = (FOLDER / "index.html").read_text("utf-8").replace("{version}", VERSION)


@blueprint.get("/dashboard")
def without_slash() -> Response:
    """Lead to the page."""
    return cast(Response, redirect("/dashboard/", 308))


@blueprint.get("/dashboard/")
@blueprint.get("/dashboard/<path:page>")
def show_page(page: str = "") -> Response:
    """Serve the page, which finds out itself what its address means."""
    if "." in page:
        abort(404)  # a file of the page that is asked for in the wrong place
    response = Response(_PAGE, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request))


@blueprint.get("/dashboard/files/<version>/<path:name>")
def show_file(version: str, name: str) -> Response:
    """Serve a file of the page, to be kept for ever."""
    if version != VERSION or name not in _FILES:
        abort(404)
    response = Response(_FILES[name], content_type=_TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = _FOR_EVER
    return response
