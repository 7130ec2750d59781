"""Structured logs and the identity of a request: one line of JSON an event, no secret in it."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, cast

import structlog
import uuid_utils
from prometheus_client import Gauge

VERSION: Final = "1.0.0"
BUILD: Final = Gauge(
    "build_info",
    "1; the labels say which release it is",
    ["service", "version"],
    multiprocess_mode="max",
)

_REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
_TRACEPARENT: ContextVar[str | None] = ContextVar("traceparent", default=None)

_SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._\-]{8,128}")
# All zeros are no id.
_TRACEPARENT_FORMAT: Final = re.compile(
    r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
_SECRET_NAME: Final = re.compile(r"password|token|secret|authorization|api_key|private", re.I)
_URL_PASSWORD: Final = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@")


def request_id() -> str | None:
    """Return the id of the request (or of the event's request) being handled, if any."""
    return _REQUEST_ID.get()


def traceparent() -> str | None:
    """Return the W3C trace context being handled, if any."""
    return _TRACEPARENT.get()


def sane_request_id(offered: str | None) -> str:
    """Return `offered` if it is a sane request id (8–128 of `A–Z a–z 0–9 . _ -`), or a new one."""
    if offered and _SANE_REQUEST_ID.fullmatch(offered):
        return offered
    return str(uuid_utils.uuid7())


def known_traceparent(offered: str | None) -> str | None:
    """Return `offered` if it is a W3C traceparent."""
    return offered if offered and _TRACEPARENT_FORMAT.fullmatch(offered) else None


def sane_traceparent(offered: str | None) -> str:
    """Return `offered` if it is a W3C traceparent, or a new one."""
    if known := known_traceparent(offered):
        return known
    random = secrets.token_hex(24)
    return f"00-{random[:32]}-{random[32:]}-00"


@contextmanager
def traced(request: str | None, trace: str | None) -> Iterator[None]:
    """Carry the request id and the trace context through everything done inside."""
    request_token = _REQUEST_ID.set(request)
    trace_token = _TRACEPARENT.set(trace)
    try:
        yield
    finally:
        _REQUEST_ID.reset(request_token)
        _TRACEPARENT.reset(trace_token)


def _add_ids(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if identifier := request_id():
        entry.setdefault("request_id", identifier)
    if trace := traceparent():
        entry.setdefault("trace_id", trace[3:35])
    return entry


def _hide_secrets(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        if _is_secret(name):
            entry[name] = "[hidden]"
        elif isinstance(value, str) and "://" in value:
            entry[name] = _URL_PASSWORD.sub(r"\1[hidden]@", value)
    return entry


@lru_cache  # names are constants in the code, a handful of them
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


class _Lines:
    """Where our own events go: straight to stderr. Each request is one, and the standard library's
    way there is twice as long.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        """Write one line."""
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = exception = critical = msg


def introduce(service: str) -> None:
    """Tell Prometheus which release of which service this process is."""
    BUILD.labels(service, VERSION).set(1)


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send every log record of the process, ours and the libraries', to stderr as JSON lines."""
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _, __, entry: {"service": service, **entry},
        _add_ids,
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    # Made once: with the standard arguments, json makes an encoder for each line.
    encode = json.JSONEncoder(default=repr).encode
    render = structlog.processors.JSONRenderer(lambda entry, **_: encode(entry))
    structlog.configure(
        processors=[*processors, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=processors, processor=render)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # pika tells every step of every reconnection at INFO.
    logging.getLogger("pika").setLevel(logging.WARNING)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module. Event names are constant; what varies is a keyword."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(name))
