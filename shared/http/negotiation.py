"""What the client accepts: JSON unless it excludes that; a list is there as CSV too."""

from typing import Final

from flask import request
from werkzeug.datastructures import MIMEAccept

from shared.errors import NotAcceptable
from shared.http import operations

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
    operation = operations.of_request()
    offers = operation.offers if operation else frozenset()
    accepted = _accepted()
    if accepted and offers and not any(_reads(accepted, offer) for offer in offers):
        raise NotAcceptable(f"This is answered as {' or '.join(sorted(offers))}.")


def _reads(accepted: MIMEAccept, offer: str) -> bool:
    if accepted.quality(offer) > 0:
        return True
    # Who reads `application/problem+json`, or another such type, reads JSON.
    is_json = offer == _JSON
    return is_json and any(name.endswith("+json") and quality > 0 for name, quality in accepted)


def _accepted() -> MIMEAccept:
    # `application/json; charset=utf-8` means what it means without the parameter.
    return MIMEAccept(
        (media_range.partition(";")[0].strip(), quality)
        for media_range, quality in request.accept_mimetypes
    )
