"""What one question of the gateway costs auth: CPU of this process, the least and the median.

    .venv/bin/python -m tests.load.authorize

Needs nothing that runs. The calls go through the whole WSGI application as gunicorn makes them,
with real PostgreSQL, quotas in memory, and the log written at INFO.
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from services.auth import commands
from services.auth.app import create_app
from shared.http import ServiceApp
from shared.testing import Stand
from shared.testing.stand import set_environment
from tests.load.service import service

CALLS: Final = 150
WARM: Final = 50
UNLIKELY: Final = "pfa_0123456789abcdefghijklmnopqrstuv000000"


def ask(app: ServiceApp, path: str, authorization: str) -> tuple[str, bytes]:
    """Ask `app` as the gateway does and return status and body."""
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[..., None]:
        statuses.append(status)
        return lambda _: None

    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "class=standard" if path.startswith("/internal/") else "",
        "RAW_URI": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9001",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:9001",
        "HTTP_AUTHORIZATION": authorization,
        "HTTP_X_FORWARDED_METHOD": "GET",
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": "http",
        "HTTP_X_FORWARDED_HOST": "127.0.0.1:8000",
        "HTTP_X_FORWARDED_URI": "/api/portfolios/",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    body = app.wsgi_app(environ, start_response)
    content = b"".join(body)
    if close := getattr(body, "close", None):
        close()
    return statuses[0], content


def measure(name: str, status: str, call: Callable[[], tuple[str, bytes]]) -> str:
    """Return the line of one kind of call, in milliseconds; each must answer `status`."""
    costs = []
    for turn in range(WARM + CALLS):
        began = time.process_time()
        answer, body = call()
        costs.append(time.process_time() - began)
        if not answer.startswith(status):
            raise RuntimeError(f"{name}, call {turn}: {answer} {body!r}")
    milliseconds = [cost * 1000 for cost in costs[WARM:]]
    return f"{name:22}{min(milliseconds):8.2f}{statistics.median(milliseconds):8.2f}"


def sign_in(stand: Stand) -> str:
    """Make a user and return the key of a token."""

    def unit(session: Any) -> str:
        user = commands.add_user(session, username="anna", password="correct horse")
        return commands.issue_token(session, user.id, "phone")[1]

    return stand.database.unit(unit)


def main() -> None:
    """Print the table."""
    with service("auth", create_app) as stand, Path(os.devnull).open("w") as nowhere:
        key, shown = sign_in(stand), sys.stdout
        with set_environment({**stand.environment, "LOG_LEVEL": "INFO"}):
            sys.stderr = nowhere
            app = create_app()
        print(f"{'CPU ms a call':22}{'least':>8}{'median':>8}", file=shown)
        for name, status, path, authorization in [
            ("a valid token", "200", "/internal/authorize", f"Token {key}"),
            ("an unknown token", "401", "/internal/authorize", f"Token {UNLIKELY}"),
            ("no token", "401", "/internal/authorize", ""),
            ("Flask with our hooks", "200", "/health/live/", ""),
        ]:
            print(measure(name, status, partial(ask, app, path, authorization)), file=shown)
        app.database.close()


if __name__ == "__main__":
    main()
