"""Who attacks the whole product, and what there is to have."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import requests

from shared.testing import ENOUGH, wait_until
from tests.attacks.product import operations as document
from tests.attacks.product.operations import Belongings, Operation
from tests.e2e.conftest import Client, Product
from tests.gateway import backends
from tests.gateway.backends import Answer

ABSENT: Final = 10**9  # an id of what nobody has yet


@dataclass(frozen=True)
class Cast:
    """Who asks: each token, and what the owner has."""

    url: str
    http: requests.Session
    admin: Client
    owner: Client
    other: Client
    reader: Client
    expired: Client
    nobody: Client
    belongings: Belongings

    def ask(
        self,
        who: Client,
        operation: Operation,
        *,
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> requests.Response:
        """Send what the document shows about the owner's things, or what is `sent` in its place."""
        known = {"Authorization": f"Token {who.token}"} if who.token else {}
        body = {} if "data" in sent else {"json": self.belongings.body(operation)}
        return self.http.request(
            operation.method,
            f"{self.url}{self.belongings.path(operation)}",
            headers={**known, **(headers or {})},
            timeout=ENOUGH,
            **{"params": self.belongings.query(operation), **body, **sent},
        )

    def whoever_may(self, operation: Operation) -> Client:
        """Return the administrator where only such a one may ask, else the owner."""
        return self.admin if operation.is_for_staff else self.owner


@pytest.fixture(scope="session")
def cast(product: Product) -> Cast:
    return staged(product)


def staged(product: Product) -> Cast:
    """Make the users, and what one of them has."""
    admin = product.client("admin", "admin")
    names = [f"{who}-{uuid.uuid4().hex[:8]}" for who in ("owner", "other")]
    for name in names:
        _created(admin, "/api/users/", {"username": name, "password": f"{name}-secret"})
    owner, other = (product.client(name, f"{name}-secret") for name in names)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
    expired = _token(owner, ["read", "write"], expires_at=soon.isoformat())
    belongings = _belongings(admin, owner, f"MARK{uuid.uuid4().hex[:10].upper()}")
    reader, nobody = _token(owner, ["read"]), Client(product.url, None)
    wait_until(lambda: datetime.now(UTC) > soon)
    http = requests.Session()
    return Cast(product.url, http, admin, owner, other, reader, expired, nobody, belongings)


@pytest.fixture(scope="session")
def operations(product: Product) -> list[Operation]:
    return document.of(product.url)


@pytest.fixture(scope="session")
def open_door(cast: Cast) -> Iterator[Cast]:
    """Return the same with a service that does all that anybody asks, and says so."""
    mark = f'{{"mark": "{cast.belongings.mark}"}}'
    with backends.running(lambda _: Answer(200, body=mark)) as service:
        yield replace(cast, url=service.url)


def port_of(product: Product, process: str) -> int:
    """Return where a process listens, for who is inside already."""
    state = json.loads((product.run_dir / "state.json").read_text())
    return int(state["ports"][process])


def _created(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, body)
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    found: dict[str, Any] = answer.json()
    return found


def _token(client: Client, scopes: list[str], **more: str) -> Client:
    made = _created(client, "/api/tokens/", {"name": "matrix", "scopes": scopes, **more})
    return Client(client.url, made["key"])


def _belongings(admin: Client, owner: Client, mark: str) -> Belongings:
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
    program = {"name": mark.lower(), "callees": ["assets"]}
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
            "service_token_id": _created(admin, "/api/service-tokens/", program)["id"],
            "user_id": owner.get("/api/users/me/").json()["id"],
            "webhook_id": webhook,
            "delivery_id": _first(owner, f"/api/webhooks/{webhook}/deliveries/"),
            "alert_id": _created(owner, "/api/alerts/", alert)["id"],
            "import_id": _import(owner, portfolio, mark),
            "job_id": _job(owner, portfolio, mark),
            "name": ABSENT,  # of a price source
        },
    )


def _import(owner: Client, portfolio: int, mark: str) -> int:
    """Import a row, and return the id of the import."""
    table = f"date,transaction_type,amount,currency,notes\n2022-01-03,DEPOSIT,5,USD,{mark}\n"
    return int(_sent(owner, portfolio, table, {}).json()["import_id"])


def _job(owner: Client, portfolio: int, mark: str) -> str:
    """Have an import done as a job, which ends; return the id of the job."""
    table = f"date,transaction_type,amount,currency,notes\n2022-01-04,DEPOSIT,6,USD,{mark}\n"
    job = str(_sent(owner, portfolio, table, {"Prefer": "respond-async"}).json()["job"]["id"])
    wait_until(lambda: owner.get(f"/api/jobs/{job}/").json()["status"] == "done")
    return job


def _sent(owner: Client, portfolio: int, table: str, headers: dict[str, str]) -> requests.Response:
    answer = requests.post(
        f"{owner.url}/api/transactions/import/",
        params={"portfolio_id": portfolio},
        data=table,
        headers={"Authorization": f"Token {owner.token}", "Content-Type": "text/csv", **headers},
        timeout=30,
    )
    assert answer.status_code in {200, 202}, answer.text
    return answer


def _first(client: Client, path: str, **params: int) -> int:
    results = wait_until(lambda: client.get(path, **params).json()["results"])
    return int(results[0]["id"])
