"""Spans: what is done, and in whose course, where an OTLP endpoint collects traces.

The request id and the trace context are carried on in any case. Without an endpoint nothing of
OpenTelemetry is imported, and a span is nothing but that.
"""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Literal

from shared import observability

if TYPE_CHECKING:
    from shared.recording import Recorder

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Attributes = Mapping[str, str | int]

_END_WITHIN: Final = 1.0  # seconds, of the few in which a process has to end


class _Process:
    """What this process and its forks record with."""

    recorder: "Recorder | None" = None


def begin(service: str, *, is_traced: bool) -> None:
    """Record spans from now on, if traces are collected.

    Args:
        service: whose they are.
        is_traced: see `shared.settings.read_tracing`.
    """
    if is_traced and _Process.recorder is None:
        # Whoever has no use for it shall not pay for it.
        from shared.recording import Recorder  # noqa: PLC0415

        _Process.recorder = Recorder(service, observability.VERSION)


def end() -> None:
    """Send what is recorded, if that is possible soon: a process ends."""
    if _Process.recorder:
        # A collector that is gone or slow keeps nobody alive.
        sending = threading.Thread(target=_Process.recorder.end, daemon=True)
        sending.start()
        sending.join(_END_WITHIN)


def are_recorded() -> bool:
    """Return whether anybody hears of spans."""
    return _Process.recorder is not None


def span(
    name: str, kind: Kind, attributes: Attributes, *, request: str | None, trace: str | None
) -> AbstractContextManager[None]:
    """Carry the request id and the trace through everything done inside, which is one span.

    Args:
        name: of few values: no ids.
        request: the id of the request in whose course it is done.
        trace: the W3C trace context of what caused it; None begins a trace.
    """
    if _Process.recorder is None:
        return observability.traced(request, trace)
    return _Process.recorder.span(name, kind, attributes, request, trace)


def answered(name: str, attributes: Attributes, *, is_error: bool) -> None:
    """Say what the request has turned out to be whose span this is; a job's span is none."""
    if _Process.recorder:
        _Process.recorder.answered(name, attributes, is_error=is_error)


def past(
    name: str, kind: Kind, attributes: Attributes, *, trace: str | None, began_ns: int
) -> None:
    """Record what was done from `began_ns` (nanoseconds since 1970) until now."""
    if _Process.recorder:
        _Process.recorder.past(name, kind, attributes, trace, began_ns)
