"""`/api/v1/` is `/api/`: the gateway takes the version away, and what links to us gives it back."""

from typing import Final

from flask import Response, request

_PLAIN: Final = "/api/"
_V1: Final = "/api/v1/"
# Traefik's own: the path that the client wrote, where it replaced that. A client's is thrown away.
_WRITTEN: Final = "X-Replaced-Path"


def as_asked(url: str) -> str:
    """Return a URL of ours, absolute or a path, below the prefix under which the client asks."""
    is_v1 = request.headers.get(_WRITTEN, "").startswith(_V1)
    return url.replace(_PLAIN, _V1, 1) if is_v1 else url


def keep(response: Response) -> Response:
    """Let the client stay where it is when it is sent on."""
    if response.location:
        response.location = as_asked(response.location)
    return response
