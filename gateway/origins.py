"""Whose pages may call the API from a browser (`CORS_ORIGINS`)."""

import re
from typing import Final

_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_USUAL_PORTS: Final = {"http": ":80", "https": ":443"}


def parse_origins(text: str) -> tuple[str, ...]:
    """Return the origins of a list with commas.

    Raises:
        ValueError: one of them is not what a browser says of a page; the text says how it is.
    """
    origins = tuple(filter(None, (part.strip() for part in text.split(","))))
    for origin in origins:
        match = _ORIGIN.fullmatch(origin)
        # Compared letter by letter with what the browser sends.
        if match is None or match[3] == _USUAL_PORTS[match[1]]:
            raise ValueError(
                f"{origin!r} is no origin: name each as browsers do, with http or https, in small"
                " letters, without a path or the usual port: https://app.example or"
                " http://localhost:3000."
            )
    return origins
