"""A user's client for assets, with the few calls that most tests begin with."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

APPLE = {"symbol": "AAPL", "name": "Apple Inc.", "asset_type": "STOCK", "currency": "USD"}


@dataclass(frozen=True)
class Assets:
    """The public API as one user calls it."""

    client: FlaskClient

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/{path}", query_string=query)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.client.post(f"/api/{path}", json=body, headers=headers)

    def make(self, **values: Any) -> dict[str, Any]:
        """Make an asset, Apple unless `values` say something else; return it as answered."""
        answer = self.post("assets/", APPLE | values)
        assert answer.status_code == 201, answer.json
        return dict(body(answer))

    def price(self, asset_id: int, price: str, **values: Any) -> TestResponse:
        """Record a price."""
        return self.post(f"assets/{asset_id}/update_price/", {"price": price, **values})

    def found(self, path: str, **query: Any) -> list[Any]:
        """Return the results of a list or a search."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.json
        return list(body(answer)["results"])


def body(answer: TestResponse) -> Any:
    """Return the JSON of an answer."""
    return answer.json


def fields(answer: TestResponse) -> dict[str, Any]:
    """Return what a 422 says of each field."""
    assert answer.status_code == 422, answer.json
    return dict(body(answer)["details"]["fields"])
