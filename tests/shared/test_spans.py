"""Spans: sent by every process and its forks where somebody collects them, at no cost where not."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from deploy.local import ports
from shared.settings import SERVICES
from shared.testing import ENOUGH, wait_until
from tests.collecting import Collector, Span

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"

IMPORTS = "\n".join(f"import services.{name}.app, services.{name}.worker" for name in SERVICES)
UNTRACED = f"""
import sys
from shared import observability, spans
{IMPORTS}
import gateway.portal.app, shared.jobs.process, shared.http.gunicorn_epoll
spans.begin("notes", is_traced=False)
with spans.span("work", "internal", {{}}, request="request-1", trace="00-a-b-01"):
    assert observability.traceparent() == "00-a-b-01"
spans.end()
print([name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "google")])
"""

FORKING = f"""
import os
from shared import observability, spans
spans.begin("notes", is_traced=True)
with spans.span("outer", "server", {{}}, request="request-1", trace="00-{TRACE}-{PARENT}-01"):
    spans.answered("GET /notes/", {{"http.route": "/notes/"}}, is_error=False)
    carried = observability.traceparent()
    child = os.fork()
    if not child:
        try:
            with spans.span("inner", "consumer", {{}}, request="request-1", trace=carried):
                spans.answered("GET /notes/", {{}}, is_error=False)
                raise RuntimeError("a password")
        except RuntimeError:
            spans.end()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
with spans.span("unkept", "internal", {{}}, request=None, trace="00-{TRACE}-{PARENT}-00"):
    assert observability.traceparent().endswith("-00")
spans.end()
"""

MANY = """
import time
from shared import spans
spans.begin("notes", is_traced=True)
for number in range(5000):
    with spans.span("work", "internal", {}, request=None, trace=None):
        pass
spans.end()
print("ended")
"""


@pytest.fixture
def kept(collector: Collector) -> Iterator[Collector]:
    with collector.keeping():
        yield collector


def run(script: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_without_a_collector_nothing_of_opentelemetry_is_loaded() -> None:
    assert run(UNTRACED) == "[]\n"


def test_a_process_and_its_fork_send_their_parts_of_one_trace(kept: Collector) -> None:
    run(FORKING, OTEL_EXPORTER_OTLP_ENDPOINT=kept.url)

    def both() -> list[Span]:
        return sorted(spans) if len(spans := kept.spans(TRACE)) == 2 else []

    outer, inner = wait_until(both)
    assert (outer.name, outer.kind, outer.parent) == ("GET /notes/", "server", PARENT)
    assert (inner.name, inner.kind, inner.parent) == ("inner", "consumer", outer.id)
    assert {span.request for span in (outer, inner)} == {"request-1"}
    assert not kept.holds("a password")
    assert kept.holds("RuntimeError")


def test_a_collector_that_is_gone_ends_no_process_and_keeps_none() -> None:
    assert run(MANY, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9") == "ended\n"


def test_a_collector_that_never_answers_keeps_no_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        waits = {"OTEL_EXPORTER_OTLP_TIMEOUT": str(int(ENOUGH) * 10)}
        assert run(MANY, OTEL_EXPORTER_OTLP_ENDPOINT=url, **waits) == "ended\n"


def test_workers_that_are_forked_ready_made_send_their_spans_before_they_end(
    kept: Collector,
) -> None:
    port = ports.free()
    settings = ("-c", "shared/http/gunicorn_settings.py", "-b", f"127.0.0.1:{port}")
    told = {f"{service.upper()}_URL": "http://127.0.0.1:9" for service in SERVICES}
    told |= {"WORKERS": "2", "LOG_LEVEL": "ERROR", "OTEL_EXPORTER_OTLP_ENDPOINT": kept.url}
    # So that nothing is sent before the end.
    told["OTEL_BSP_SCHEDULE_DELAY"] = "3600000"
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "gateway.portal.app:create_app()"],
        env={**os.environ, **told},
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: process.poll() is not None or not ports.is_free(port))
        for _ in range(10):
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            requests.get(f"http://127.0.0.1:{port}/api/", headers=headers, timeout=ENOUGH)
            requests.get(f"http://127.0.0.1:{port}/health/live/", headers=headers, timeout=ENOUGH)
        assert kept.spans(TRACE) == []
        process.terminate()
        assert process.wait(ENOUGH) == 0
    spans = kept.spans(TRACE)
    assert len(spans) == 10
    assert {(span.name, span.kind, span.parent) for span in spans} == {
        ("GET /api/", "server", PARENT)
    }
