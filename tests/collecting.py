"""A collector of traces: a real server that takes OTLP over HTTP."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server


class Span(NamedTuple):
    """What a collector knows of a span.

    Attributes:
        parent: its id; "" where it began the trace.
    """

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    request: str | None


class Collector:
    """A server on a free port of 127.0.0.1; it keeps what comes while somebody is interested."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._is_keeping = False
        self._server = make_server(
            "127.0.0.1",
            0,
            Request.application(self.take),
            threaded=True,
            request_handler=_Silent,
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(target=self._server.serve_forever, args=[0.1], daemon=True).start()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep what comes meanwhile."""
        self._is_keeping = True
        try:
            yield
        finally:
            self._is_keeping = False
            self._bodies.clear()

    def take(self, request: Request) -> Response:
        """Take what a process sends."""
        assert request.path == "/v1/traces"
        body = request.get_data()
        if self._is_keeping:
            is_packed = request.headers.get("Content-Encoding") == "gzip"
            self._bodies.append(gzip.decompress(body) if is_packed else body)
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, content_type="application/x-protobuf")

    def spans(self, trace: str) -> list[Span]:
        """Return the spans of a trace that have come."""
        return [span for body in self._bodies for span in _spans(body) if span.trace == trace]

    def holds(self, text: str) -> bool:
        """Return whether a text stands in anything that has come."""
        return any(text.encode() in body for body in self._bodies)

    def close(self) -> None:
        """Take nothing more."""
        self._server.shutdown()
        self._server.server_close()


def _spans(body: bytes) -> Iterator[Span]:
    for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
        told = {one.key: one.value.string_value for one in of_process.resource.attributes}
        for scope in of_process.scope_spans:
            for span in scope.spans:
                attributes = {one.key: one.value.string_value for one in span.attributes}
                yield Span(
                    told["service.name"],
                    span.name,
                    span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    attributes.get("request.id"),
                )


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of each request."""
