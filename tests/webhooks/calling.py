"""A user's client for webhooks and alerts, with the few calls that most tests begin with."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """The public API as one user calls it."""

    client: FlaskClient

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/{path}", query_string=query)

    def post(self, path: str, values: Any = None, **headers: str) -> TestResponse:
        return self.client.post(f"/api/{path}", json=values, headers=headers)

    def patch(self, path: str, values: Json, **headers: str) -> TestResponse:
        return self.client.patch(f"/api/{path}", json=values, headers=headers)

    def subscribe(self, url: str, *events: str) -> Json:
        """Make a webhook; return it as answered, with its secret."""
        answer = self.post("webhooks/", {"url": url, "events": list(events or ["*"])})
        assert answer.status_code == 201, answer.json
        return body(answer)

    def send_test(self, webhook: Json) -> Json:
        """Send a test; return its delivery."""
        answer = self.post(f"webhooks/{webhook['id']}/test/")
        assert answer.status_code == 202, answer.json
        return body(answer)

    def webhook(self, webhook: Json) -> Json:
        return body(self.get(f"webhooks/{webhook['id']}/"))

    def log(self, webhook: Json, **query: Any) -> list[Json]:
        """Return the deliveries of a webhook, newest first."""
        return self.found(f"webhooks/{webhook['id']}/deliveries/", **query)

    def watch(self, kind: str, threshold: str, **values: Any) -> Json:
        """Make a rule; return it as answered."""
        values = {"name": "Mine", "kind": kind, "threshold": threshold, **values}
        answer = self.post("alerts/", values)
        assert answer.status_code == 201, answer.json
        return body(answer)

    def firings(self, alert: Json) -> list[Json]:
        return self.found(f"alerts/{alert['id']}/firings/")

    def found(self, path: str, **query: Any) -> list[Json]:
        """Return the results of a list."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.json
        return list(body(answer)["results"])


def body(answer: TestResponse) -> Json:
    """Return the JSON of an answer."""
    return dict(answer.json or {})


def fields(answer: TestResponse) -> Json:
    """Return what a 422 says of each field."""
    assert answer.status_code == 422, answer.json
    return dict(body(answer)["details"]["fields"])
