"""Ledger files as a user sends and fetches them."""

from typing import Any

from werkzeug.test import TestResponse

from tests.portfolio.build import User, answered, refused

HEADER = "date,transaction_type,symbol,quantity,price,amount,external_id\n"


def send(
    user: User,
    portfolio: int,
    text: str | bytes,
    *,
    content_type: str = "text/csv; charset=utf-8",
    **query: Any,
) -> TestResponse:
    """Send a file to be imported."""
    return user.client.post(
        "/api/transactions/import/",
        data=text,
        content_type=content_type,
        query_string={"portfolio_id": portfolio, **query},
    )


def imported(user: User, portfolio: int, text: str | bytes, **query: Any) -> dict[str, Any]:
    """Import a file; return the answer."""
    return answered(send(user, portfolio, text, **query), 200)


def bad_rows(user: User, portfolio: int, text: str | bytes, **query: Any) -> dict[str, Any]:
    """Import a file that is refused; return its bad rows: line → field → messages."""
    return dict(refused(send(user, portfolio, text, **query))["rows"])


def exported(user: User, portfolio: int) -> str:
    """Return a ledger as a file."""
    answer = user.client.get(f"/api/transactions/export/?portfolio_id={portfolio}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return answer.text


def listed(user: User, query: str = "") -> list[dict[str, Any]]:
    """Return transactions in the order of their creation."""
    return list(user.get(f"/api/transactions/?ordering=id&{query}")["results"])
