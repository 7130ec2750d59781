"""What the client accepts: JSON unless it excludes that; a list is there as CSV too."""

from typing import Any, Final

from flask import current_app, request
from werkzeug.datastructures import MIMEAccept

from shared.errors import NotAcceptable

_JSON: Final = "application/json"
_CSV: Final = "text/csv"


def wants_csv() -> bool:
    """Return whether the client prefers `text/csv` to JSON."""
    return _accepted().best_match([_JSON, _CSV]) == _CSV


def refuse_unacceptable() -> None:
    """Refuse, before anything is done, a client that excludes all that the route answers.

    Raises:
        NotAcceptable: it does.
    """
    offers = offered(current_app.view_functions.get(request.endpoint or ""))
    accepted = _accepted()
    if accepted and offers and not any(accepted.quality(offer) > 0 for offer in offers):
        raise NotAcceptable(f"This is answered as {' or '.join(sorted(set(offers)))}.")


def offered(view: Any) -> list[str]:
    """Return the types in which `view` says that it answers; none: it decides by itself."""
    responses = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {})
    return [
        answer.get("content_type") or _JSON
        for status, answers in responses.items()
        for answer in answers
        if str(status).startswith("2") and (answer.get("content_type") or answer.get("schema"))
    ]


def _accepted() -> MIMEAccept:
    # `application/json; charset=utf-8` means what it means without the parameter.
    return MIMEAccept(
        (media_range.partition(";")[0].strip(), quality)
        for media_range, quality in request.accept_mimetypes
    )
