"""Many writers, and one request sent many times."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from shared.testing import Stand, wait_until
from tests.portfolio.build import AAPL, User

WRITERS = 32


@pytest.fixture
def portfolio(ann: User) -> int:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="1000")
    return portfolio


def together(stand: Stand, requests: list[dict[str, Any]], key: str | None = None) -> list[int]:
    """Post `requests` from as many threads, again where others take long; return the statuses."""
    headers = {"Idempotency-Key": key} if key else {}

    def post(body: dict[str, Any]) -> int:
        client = stand.client(user=1)

        def answered() -> int | None:
            status = client.post("/api/transactions/", json=body, headers=headers).status_code
            return status if status != 429 else None

        return wait_until(answered)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(post, requests))


def purchase(portfolio: int, number: int) -> dict[str, Any]:
    """Return a purchase that costs 1.00000001 × its number."""
    return {
        "portfolio": portfolio,
        "asset": AAPL,
        "transaction_type": "BUY",
        "date": f"2024-01-{number % 28 + 1:02}",
        "quantity": str(number),
        "price": "1.00000001",
        "external_id": f"n{number}",
    }


def test_thirty_two_writers_on_one_portfolio_end_exact(
    stand: Stand, ann: User, portfolio: int
) -> None:
    requests = [purchase(portfolio, number) for number in range(1, WRITERS + 1)]
    # A full pool or a long queue for the lock is answered by 503, and the client tries again.
    for _ in range(10):
        statuses = together(stand, requests)
        assert set(statuses) <= {201, 503}
        requests = [body for body, status in zip(requests, statuses, strict=True) if status != 201]
        if not requests:
            break
    position = ann.position(portfolio)
    held = sum(range(1, WRITERS + 1))
    assert position["quantity"] == f"{held}.00000000"
    assert position["average_cost"] == "1.00000001"
    cash = Decimal(1000) - held * Decimal("1.00000001")
    assert ann.totals(portfolio)["cash_balance"] == f"{cash:.2f}"
    sequences = [
        event.sequence for event in stand.events() if event.subject == f"portfolios/{portfolio}"
    ]
    assert sequences == list(range(1, WRITERS + 3))


def test_sellers_at_once_never_sell_more_than_is_held(
    stand: Stand, ann: User, portfolio: int
) -> None:
    ann.record(portfolio, "BUY", "2024-01-01", asset=AAPL, quantity="3", price="1")
    sale = {**purchase(portfolio, 1), "transaction_type": "SELL", "external_id": None}
    statuses = together(stand, [sale] * 8)
    assert statuses.count(201) == 3
    assert set(statuses) == {201, 422}
    assert ann.position(portfolio)["quantity"] == "0.00000000"


def test_one_key_sent_many_times_at_once_has_one_effect(
    stand: Stand, ann: User, portfolio: int
) -> None:
    statuses = together(stand, [purchase(portfolio, 1)] * 8, key="once")
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert ann.get("/api/transactions/?transaction_type=BUY")["count"] == 1


def test_a_repeated_key_replays_the_first_answer(ann: User, portfolio: int) -> None:
    body, headers = purchase(portfolio, 1), {"Idempotency-Key": "k"}
    first = ann.client.post("/api/transactions/", json=body, headers=headers)
    again = ann.client.post("/api/transactions/", json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = ann.client.post("/api/transactions/", json={**body, "quantity": "2"}, headers=headers)
    assert other.status_code == 422


def test_a_refusal_under_a_key_leaves_nothing_but_its_record(
    stand: Stand, ann: User, portfolio: int
) -> None:
    before = stand.events()
    body, headers = {**purchase(portfolio, 1), "transaction_type": "SELL"}, {"Idempotency-Key": "k"}
    for replayed in (None, "true"):
        answer = ann.client.post("/api/transactions/", json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.headers.get("Idempotency-Replayed") == replayed
    assert stand.events() == before
    assert ann.get("/api/transactions/?transaction_type=SELL")["count"] == 0
