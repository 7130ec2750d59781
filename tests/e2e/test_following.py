"""One request followed by its id through the whole product, and its trace as a collector has it."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.rundir import RunDir
from shared.testing import wait_until
from tests.collecting import Collector, Span
from tests.e2e.conftest import Client, Product
from tests.e2e.test_main_job import make_house
from tests.webhooks.receiving import Receiver, Request

SECRET = "a-secret-of-a-query"


@dataclass
class Followed:
    """A request that was answered.

    Attributes:
        id: its `X-Request-Id`.
        lines: of all logs that name it, by log.
        spans: of its trace.
    """

    id: str
    token: str
    delivery: Request
    lines: dict[str, list[dict[str, Any]]]
    spans: list[Span]

    @property
    def trace(self) -> str:
        return self.delivery.headers["traceparent"].split("-")[1]

    def told(self, log: str, event: str) -> dict[str, Any]:
        """Return the line of a log."""
        [line] = [line for line in self.lines[log] if line.get("event") == event]
        return line

    def span(self, service: str, name: str) -> Span:
        [span] = [span for span in self.spans if (span.service, span.name) == (service, name)]
        return span


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def followed(product: Product, collector: Collector, receiver: Receiver) -> Iterator[Followed]:
    """Record a transaction by a job, of which a webhook is told."""
    client = product.client()
    symbol = f"F{uuid.uuid4().hex[:10].upper()}"
    _, portfolio = make_house(client, symbol, "100")
    hook = client.post("/api/webhooks/", {"url": receiver.url, "events": ["transaction.created"]})
    assert hook.status_code == 201, hook.text
    request = f"followed-{uuid.uuid4().hex}"
    with collector.keeping():
        answer = record(client, portfolio, symbol, request)
        assert answer.headers["X-Request-Id"] == request
        wait_until(lambda: of_request(receiver, request))
        [delivery] = of_request(receiver, request)
        logs = RunDir(product.run_dir).logs
        followed = Followed(request, str(client.token), delivery, {}, [])

        def is_all_there() -> bool:
            followed.lines = {log.stem: named(log, followed.id) for log in logs.glob("*.log")}
            followed.spans = collector.spans(followed.trace)
            names = {(span.service, span.name) for span in followed.spans}
            # Whatever has come by now, what it hangs at has come, too.
            ids = {"", *(span.id for span in followed.spans)}
            is_whole = all(span.parent in ids for span in followed.spans)
            return is_whole and names >= EXPECTED and all(map(followed.lines.get, LOGS))

        wait_until(is_all_there)
        yield followed
    client.delete(f"/api/webhooks/{hook.json()['id']}/")


def record(client: Client, portfolio: int, symbol: str, request: str) -> requests.Response:
    """Have one purchase recorded by a job."""
    line = f"date,transaction_type,symbol,quantity,price\n2022-02-01,BUY,{symbol},1,5\n"
    answer = requests.post(
        f"{client.url}/api/transactions/import/?portfolio_id={portfolio}",
        data=line,
        headers={
            "Content-Type": "text/csv",
            "Authorization": f"Token {client.token}",
            "X-Request-Id": request,
            "Prefer": "respond-async",
        },
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    return answer


def of_request(receiver: Receiver, request: str) -> list[Request]:
    return [one for one in receiver.requests if one.headers.get("X-Request-Id") == request]


def named(log: Path, request: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if request in line]


IMPORT = "POST /api/transactions/import/"
LOGS = (
    *("traefik", "auth-web", "portfolio-web", "portfolio-worker"),
    *("analytics-worker", "webhooks-worker"),
)
EXPECTED = {
    ("auth", "GET /internal/authorize"),
    ("portfolio", IMPORT),
    ("portfolio", "publish transaction-created"),
    ("analytics", "process transaction-created"),
    ("webhooks", "process transaction-created"),
    ("webhooks", "deliver transaction.created"),
    ("gateway", "POST"),
}


def test_the_access_log_names_request_and_trace_and_nothing_secret(
    followed: Followed, product: Product
) -> None:
    [line] = followed.lines["traefik"]
    assert line["downstream_X-Request-Id"] == followed.id
    assert line["trace_id"] == followed.trace
    assert (line["RequestMethod"], line["DownstreamStatus"]) == ("POST", 202)
    assert line["RequestPath"] == "/api/transactions/import/"
    searched = product.client().get("/api/assets/", search=SECRET)
    assert searched.status_code == 200
    logs = RunDir(product.run_dir).logs
    wait_until(lambda: named(logs / "traefik.log", searched.headers["X-Request-Id"]))
    for log in logs.iterdir():
        text = log.read_text()
        assert followed.token not in text
        assert SECRET not in text


def test_each_service_logs_the_request_under_its_id_and_trace(followed: Followed) -> None:
    lines = [line for log in LOGS[1:] for line in followed.lines[log]]
    assert {line["request_id"] for line in lines} == {followed.id}
    assert {line["trace_id"] for line in lines} == {followed.trace}
    assert followed.told("auth-web", "request")["path"] == "/internal/authorize"
    assert followed.told("portfolio-web", "request")["status"] == 202
    assert followed.told("portfolio-worker", "job_attempted")["status"] == 200
    for worker in ("analytics-worker", "webhooks-worker"):
        applied = [line.get("types", []) for line in followed.lines[worker]]
        assert "transaction-created" in [*chain(*applied)]
    assert followed.told("webhooks-worker", "delivery_attempted")["status"] == 200


def test_a_delivery_carries_request_and_trace(followed: Followed) -> None:
    sent = followed.delivery
    assert sent.headers["X-Request-Id"] == followed.id
    deliver = followed.span("webhooks", "deliver transaction.created")
    assert sent.headers["traceparent"] == f"00-{followed.trace}-{deliver.id}-01"


def test_the_trace_begins_at_the_gateway_and_nowhere_else(followed: Followed) -> None:
    [root] = [span for span in followed.spans if not span.parent]
    assert (root.service, root.kind) == ("gateway", "server")


def test_a_span_hangs_at_what_caused_it_across_processes(followed: Followed) -> None:
    by_id = {span.id: span for span in followed.spans}
    request = followed.span("portfolio", IMPORT)
    assert (request.kind, request.request) == ("server", followed.id)
    assert by_id[request.parent].service == "gateway"
    [job] = [span for span in followed.spans if span.name.startswith("job ")]
    assert (job.service, job.parent) == ("portfolio", request.id)
    publish = followed.span("portfolio", "publish transaction-created")
    assert (publish.kind, publish.parent) == ("producer", job.id)
    heard = followed.span("webhooks", "process transaction-created")
    assert (heard.kind, heard.parent) == ("consumer", job.id)
    deliver = followed.span("webhooks", "deliver transaction.created")
    # Events are heard together, so a delivery hangs at what told its own.
    assert (deliver.kind, deliver.parent) == ("client", job.id)
