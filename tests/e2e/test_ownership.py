"""Who may do what: every operation of the schema as owner, other user, reader, expired, nobody.

The operations come from the document that the gateway answers, so a new route is tried too; one
with a parameter that `Belongings` doesn't know fails here.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from shared.testing import wait_until
from tests.e2e.conftest import Client, Product

METHODS = ("get", "post", "put", "patch", "delete")
ABSENT = 10**9  # an id of what nobody has yet


@dataclass(frozen=True)
class Operation:
    """One operation of the document.

    Attributes:
        path: with its parameters in braces.
        body: the documented example, if it has a body.
        needs_portfolio: whether its query must name one.
        is_secured: whether it needs a user.
    """

    method: str
    path: str
    body: Any
    needs_portfolio: bool
    is_secured: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Belongings:
    """What the owner has: parameter of a path or field of a body → id; `mark` is in its names."""

    mark: str
    ids: dict[str, int]

    def path(self, operation: Operation) -> str:
        return operation.path.format(**self.ids)

    def body(self, operation: Operation) -> Any:
        """Return the example body with the owner's things in it."""
        return self._filled(operation.body)

    def _filled(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: self.ids.get(f"{name.removesuffix('_id')}_id", self._filled(value))
                for name, value in node.items()
            }
        return [self._filled(value) for value in node] if isinstance(node, list) else node


@dataclass(frozen=True)
class Cast:
    """Who asks: each token, and what the owner has."""

    url: str
    owner: Client
    other: Client
    reader: Client
    expired: Client
    nobody: Client
    belongings: Belongings

    def ask(self, who: Client, operation: Operation) -> requests.Response:
        headers = {"Authorization": f"Token {who.token}"} if who.token else {}
        ids = self.belongings.ids
        params: dict[str, int | str] = {}
        if operation.needs_portfolio:
            params["portfolio_id"] = ids["portfolio_id"]
        if operation.path.startswith("/api/data-sources/{"):
            params["q"] = "word"
        return requests.request(
            operation.method,
            f"{self.url}{self.belongings.path(operation)}",
            headers=headers,
            params=params,
            json=self.belongings.body(operation),
            timeout=30,
        )


def _created(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, body)
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    found: dict[str, Any] = answer.json()
    return found


def _token(client: Client, scopes: list[str], **more: str) -> Client:
    made = _created(client, "/api/tokens/", {"name": "matrix", "scopes": scopes, **more})
    return Client(client.url, made["key"])


def _belongings(owner: Client, mark: str) -> Belongings:
    asset = _created(
        owner,
        "/api/assets/",
        {"symbol": mark, "name": mark, "asset_type": "OTHER", "currency": "USD"},
    )["id"]
    _created(owner, f"/api/assets/{asset}/update_price/", {"price": "10"})
    portfolio = _created(owner, "/api/portfolios/", {"name": mark, "currency": "USD"})["id"]
    holding = {
        "portfolio": portfolio,
        "asset": asset,
        "quantity": "3",
        "average_cost": "9",
        "first_purchase_date": "2022-01-03",
    }
    position = _created(owner, "/api/positions/", holding)["id"]
    token = _created(owner, "/api/tokens/", {"name": mark, "scopes": ["read"]})["id"]
    split = {"date": "2021-01-04", "ratio": "2:1"}
    alert = {"name": mark, "kind": "PRICE_ABOVE", "asset": asset, "threshold": "1000"}
    receiver = {"url": "http://127.0.0.1:9/", "events": ["*"], "description": mark}
    webhook = _created(owner, "/api/webhooks/", receiver)["id"]
    assert owner.post(f"/api/webhooks/{webhook}/test/", {}).status_code < 300
    return Belongings(
        mark,
        {
            "asset_id": asset,
            "portfolio_id": portfolio,
            "position_id": position,
            "transaction_id": _first(owner, "/api/transactions/", portfolio_id=portfolio),
            "price_id": _first(owner, "/api/price-history/", asset_id=asset),
            "split_id": _created(owner, f"/api/assets/{asset}/splits/", split)["id"],
            "snapshot_id": _first(owner, "/api/portfolio-snapshots/", portfolio_id=portfolio),
            "token_id": token,
            "user_id": owner.get("/api/users/me/").json()["id"],
            "webhook_id": webhook,
            "delivery_id": _first(owner, f"/api/webhooks/{webhook}/deliveries/"),
            "alert_id": _created(owner, "/api/alerts/", alert)["id"],
            "import_id": ABSENT,
            "job_id": ABSENT,
            "name": ABSENT,  # of a price source
        },
    )


def _first(client: Client, path: str, **params: int) -> int:
    results = wait_until(lambda: client.get(path, **params).json()["results"])
    return int(results[0]["id"])


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    admin = product.client("admin", "admin")
    names = [f"{who}-{uuid.uuid4().hex[:8]}" for who in ("owner", "other")]
    for name in names:
        _created(admin, "/api/users/", {"username": name, "password": f"{name}-secret"})
    owner, other = (product.client(name, f"{name}-secret") for name in names)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
    expired = _token(owner, ["read", "write"], expires_at=soon.isoformat())
    belongings = _belongings(owner, f"MARK{uuid.uuid4().hex[:10].upper()}")
    reader = _token(owner, ["read"])
    wait_until(lambda: datetime.now(UTC) > soon)
    return Cast(product.url, owner, other, reader, expired, Client(product.url, None), belongings)


@pytest.fixture(scope="module")
def operations(product: Product) -> list[Operation]:
    schema = requests.get(f"{product.url}/api/schema/", timeout=10).json()
    return list(_operations(schema))


def _operations(schema: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                content = operation.get("requestBody", {}).get("content", {})
                yield Operation(
                    method.upper(),
                    path,
                    content.get("application/json", {}).get("example"),
                    any(
                        parameter.get("name") == "portfolio_id"
                        and (parameter.get("required") or path.startswith("/api/analytics/"))
                        for parameter in operation.get("parameters", [])
                    ),
                    bool(operation.get("security")),
                )


def test_without_a_valid_token_every_operation_for_users_is_refused(
    cast: Cast, operations: list[Operation]
) -> None:
    for operation in (one for one in operations if one.is_secured):
        for who in (cast.nobody, cast.expired):
            answer = cast.ask(who, operation)
            assert answer.status_code == 401, operation.name
            assert answer.json()["details"]["code"] == "unauthorized", operation.name


def test_a_reading_token_may_not_write(cast: Cast, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.is_secured and operation.method != "GET":
            assert cast.ask(cast.reader, operation).status_code == 403, operation.name


def test_somebody_elses_things_do_not_exist(cast: Cast, operations: list[Operation]) -> None:
    for operation in (one for one in operations if one.is_secured):
        answer = cast.ask(cast.other, operation)
        # What is refused may repeat what was sent; nothing else may know the owner's names.
        assert answer.status_code >= 400 or cast.belongings.mark not in answer.text, operation.name
        if "{" in operation.path or operation.needs_portfolio:
            assert answer.status_code in {403, 404, 422}, (operation.name, answer.text)
        if operation.method == "GET" and "{" in operation.path:
            staff_only = operation.path.startswith("/api/users/")
            assert answer.status_code == (403 if staff_only else 404), operation.name


def test_the_owner_sees_every_thing_of_theirs(cast: Cast, operations: list[Operation]) -> None:
    for operation in operations:
        staff_only = operation.path.startswith("/api/users/") and "me" not in operation.path
        if operation.method == "GET" and operation.is_secured and not staff_only:
            answer = cast.ask(cast.owner, operation)
            # Search needs its word, and some computations theirs: 400 names the parameter.
            absent = str(ABSENT) in cast.belongings.path(operation)
            expected = {404} if absent else {200, 400}
            assert answer.status_code in expected, (operation.name, answer.text)
