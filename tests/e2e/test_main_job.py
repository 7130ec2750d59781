"""The main job through the real gateway: log in, look, record, see the price move the total."""

import json
import socket
from decimal import Decimal
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from shared.testing import wait_until
from tests.e2e.conftest import Client, Product


@pytest.fixture(scope="module")
def demo(product: Product) -> Client:
    return product.client()


def make_house(client: Client, symbol: str, price: str) -> tuple[int, int]:
    """Make a private asset with a price and a portfolio that holds ten of it."""
    asset = client.post(
        "/api/assets/",
        {"symbol": symbol, "name": "A fund of mine", "asset_type": "OTHER", "currency": "USD"},
    )
    assert asset.status_code == 201, asset.text
    asset_id = asset.json()["id"]
    priced = client.post(f"/api/assets/{asset_id}/update_price/", {"price": price})
    assert priced.status_code == 200, priced.text
    portfolio = client.post("/api/portfolios/", {"name": f"Holds {symbol}"})
    assert portfolio.status_code == 201, portfolio.text
    position = client.post(
        "/api/positions/",
        {
            "portfolio": portfolio.json()["id"],
            "asset": asset_id,
            "quantity": "10",
            "average_cost": "90",
            "first_purchase_date": "2022-01-03",
        },
    )
    assert position.status_code == 201, position.text
    return asset_id, int(portfolio.json()["id"])


def wait_for_total(client: Client, portfolio: int, total: str) -> None:
    path = f"/api/portfolios/{portfolio}/"
    wait_until(lambda: client.get(path).json()["total_value"] == total)


def test_the_demo_portfolios_have_values(demo: Client) -> None:
    # Only the demo's own: other tests make portfolios, and may just have changed one of these.
    def valued() -> bool:
        rows = demo.get("/api/portfolios/", ordering="id").json()["results"][:3]
        assert [row["name"] for row in rows] == ["Growth Portfolio", "World in Euro", "Retirement"]
        return all(Decimal(row["total_value"] or 0) > 0 for row in rows)

    wait_until(valued)


def test_a_benchmark_alias_is_resolved_and_named(demo: Client) -> None:
    metrics = demo.get("/api/portfolios/1/performance_metrics/", benchmark="SPY").json()
    assert metrics["benchmark"] == {"requested": "SPY", "symbol": "SP500"}
    assert metrics["beta"] is not None


def test_search_finds_an_asset_by_its_name(demo: Client) -> None:
    found = demo.get("/api/assets/search/", q="apple").json()
    assert found["results"][0]["symbol"] == "AAPL"


def test_a_new_price_reaches_the_portfolio_over_the_bus(demo: Client) -> None:
    asset, portfolio = make_house(demo, "MYFUND", "100")
    wait_for_total(demo, portfolio, "1000.00")
    assert demo.post(f"/api/assets/{asset}/update_price/", {"price": "101.5"}).status_code == 200
    wait_for_total(demo, portfolio, "1015.00")


BROKER = """date,transaction_type,isin,quantity,price,currency
2024-01-02,BUY,IE00B4L5Y983,10,80,USD
2024-01-02,BUY,IE00BKM4GZ66,10,30,USD
2024-02-01,BUY,IE00B3RBWM25,5,100,USD
2024-03-01,SELL,IE00B4L5Y983,5,90,USD
"""


@pytest.fixture
def newcomer(product: Product) -> Client:
    """Return a user who has just been made, and has nothing."""
    user = {"username": "newcomer", "password": "a long password", "email": "n@example.org"}
    made = product.client("admin", "admin").post("/api/users/", user)
    assert made.status_code == 201, made.text
    return product.client(user["username"], user["password"])


def test_a_ledger_that_was_just_imported_has_a_value_and_a_return(newcomer: Client) -> None:
    portfolio = newcomer.post("/api/portfolios/", {"name": "From a broker"}).json()["id"]
    imported = requests.post(
        f"{newcomer.url}/api/transactions/import/",
        params={"portfolio_id": portfolio, "create_missing": "true"},
        data=BROKER,
        headers={"Authorization": f"Token {newcomer.token}", "Content-Type": "text/csv"},
        timeout=60,
    )
    assert imported.json()["created"] == 4, imported.text
    # 5 × 90, 10 × 30 and 5 × 100: nobody quotes these funds but their trades.
    wait_for_total(newcomer, portfolio, "1250.00")

    def metrics() -> dict[str, Any]:
        return dict(newcomer.get(f"/api/portfolios/{portfolio}/performance_metrics/").json())

    # Of 1600, 1250 are left and 450 were paid out.
    wait_until(lambda: metrics()["total_return_percentage"] == "6.25")
    for path in (
        f"/api/portfolios/{portfolio}/",
        f"/api/portfolios/{portfolio}/performance_metrics/",
    ):
        warnings = newcomer.get(path).json()["warnings"]
        of_trades = [each["message"] for each in warnings if each["code"] == "trade_price"]
        assert len(of_trades) == 3
        assert sum("IE00B4L5Y983" in message for message in of_trades) == 1
    prices = newcomer.get("/api/price-history/", symbol="IE00B4L5Y983", ordering="date").json()
    assert [(row["date"], row["close"], row["source"]) for row in prices["results"]] == [
        ("2024-01-02", "80.00", "trade"),
        ("2024-03-01", "90.00", "trade"),
    ]


def test_what_belongs_to_another_does_not_exist(product: Product, demo: Client) -> None:
    asset, portfolio = make_house(demo, "SECRET", "5")
    other = product.client("admin", "admin")
    for path in (
        f"/api/portfolios/{portfolio}/",
        f"/api/portfolios/{portfolio}/performance_metrics/",
        f"/api/assets/{asset}/",
    ):
        answer = other.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["details"]["code"] == "not_found"


@pytest.mark.parametrize("token", [None, "pfa_wrong"])
def test_without_a_valid_token_nothing_answers(product: Product, token: str | None) -> None:
    answer = Client(product.url, token).get("/api/portfolios/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json()["details"]["code"] == "unauthorized"


def test_the_schema_and_the_docs_are_public(product: Product) -> None:
    schema = requests.get(f"{product.url}/api/schema/", timeout=60).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/portfolios/{portfolio_id}/performance_metrics/" in schema["paths"]
    assert requests.get(f"{product.url}/api/docs/", timeout=60).status_code == 200
    health = requests.get(f"{product.url}/api/health/", timeout=60).json()
    assert set(health["services"].values()) == {"up"}


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ("/api/health/?search=Müller HTTP/1.1\r\nHost: h", 400),
        ("/api/health/ HTTP/1.1\r\nHost: h" + "\r\nx: 1" * 200, 200),
    ],
)
def test_odd_requests_are_answered_in_the_contracts_shape(
    product: Product, odd: str, status: int
) -> None:
    address = urlsplit(product.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(f"GET {odd}\r\n\r\n".encode())
        answer = HTTPResponse(connection)
        answer.begin()
        found = json.loads(answer.read())
    assert answer.status == status
    assert answer.headers["X-Request-Id"]
    if status == 400:
        assert found["details"]["code"] == "bad_request"
        assert found["details"]["request_id"] == answer.headers["X-Request-Id"]


def test_no_token_stands_in_a_log(product: Product) -> None:
    token = product.client().token or ""
    Client(product.url, token).get("/api/portfolios/")
    logs = [file.read_text(errors="replace") for file in (product.run_dir / "logs").glob("*")]
    assert logs
    assert not any(token in log for log in logs)
