"""The one place that knows OpenTelemetry; `shared.spans` imports it where traces are collected.

Where they go to, which are kept and how long is waited stands in OpenTelemetry's own variables,
which its exporter reads. It sends from a thread of its own, which each fork has anew; when its
queue is full, spans are lost, and nobody waits.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as RecordedSpan
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)

from shared import observability

_CURRENT: ContextVar[Span | None] = ContextVar("span", default=None)
_REQUEST_ID: Final = "request.id"


class Recorder:
    """Records the spans of one service.

    Args:
        service: its name.
        version: its release.
    """

    def __init__(self, service: str, version: str) -> None:
        # One line for each batch that is lost is enough.
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)
        resource = Resource.create(
            {
                "service.namespace": "finance",
                "service.name": service,
                "service.version": version,
            }
        )
        # We say ourselves when it ends: the library's own way waits for half a minute.
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("finance", version)

    def end(self) -> None:
        """Send what is recorded."""
        self._provider.shutdown()

    @contextmanager
    def span(
        self,
        name: str,
        kind: str,
        attributes: Mapping[str, str | int],
        request: str | None,
        trace: str | None,
    ) -> Iterator[None]:
        """See `spans.span`."""
        span = self._tracer.start_span(name, _parent(trace), SpanKind[kind.upper()], attributes)
        if request:
            span.set_attribute(_REQUEST_ID, request)
        token = _CURRENT.set(span)
        try:
            with observability.traced(request, _traceparent(span.get_span_context())):
                yield
        except BaseException as error:
            # Its text may hold what nobody shall read.
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            _CURRENT.reset(token)
            span.end()

    def answered(self, name: str, attributes: Mapping[str, str | int], *, is_error: bool) -> None:
        """See `spans.answered`."""
        span = _CURRENT.get()
        if isinstance(span, RecordedSpan) and span.kind is SpanKind.SERVER:
            span.update_name(name)
            span.set_attributes(attributes)
            if is_error:
                span.set_status(StatusCode.ERROR)

    def past(
        self,
        name: str,
        kind: str,
        attributes: Mapping[str, str | int],
        trace: str | None,
        began_ns: int,
    ) -> None:
        """See `spans.past`."""
        self._tracer.start_span(
            name, _parent(trace), SpanKind[kind.upper()], attributes, start_time=began_ns
        ).end()


def _parent(trace: str | None) -> Context:
    if trace is None:
        return Context()
    _, trace_id, span_id, flags = trace.split("-")
    context = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return api.set_span_in_context(NonRecordingSpan(context), Context())


def _traceparent(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
