"""Builders: a user of the portfolio service, and the assets that it has heard of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.portfolio import commands
from services.portfolio.outside.owners import AssetSnapshot
from shared.events import cards
from shared.testing import Stand, today

AAPL: Final = 1  # dollars
SAP: Final = 2  # euros
VOD: Final = 3  # pounds
EURUSD: Final = 10


def card(asset_id: int, symbol: str, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    """Return an asset's card, by default one that costs 10 today."""
    return {
        "id": asset_id,
        "symbol": symbol,
        "name": f"{symbol} Inc.",
        "asset_type": "STOCK",
        "currency": currency,
        "isin": None,
        "exchange": None,
        "sector": None,
        "industry": None,
        "country": None,
        "visibility": "PUBLIC" if fields.get("owner") is None else "PRIVATE",
        "owner": None,
        "is_active": True,
        "current_price": "10.00",
        "previous_close": "8.00",
        "price_date": today().isoformat(),
        "price_source": "manual",
        "split_dates": [],
        **fields,
    }


def adopt(stand: Stand, asset: dict[str, Any], closes: dict[str, str] | None = None) -> None:
    """Let the service hear of an asset; of a currency pair with its closes by day."""
    by_day = {date.fromisoformat(day): Decimal(close) for day, close in (closes or {}).items()}
    snapshot = AssetSnapshot(1, cards.Asset.of(asset), by_day)
    stand.database.unit(lambda session: commands.adopt_asset(session, snapshot))


def adopt_pair(stand: Stand, asset_id: int, symbol: str, closes: dict[str, str]) -> None:
    """Let the service hear of a currency pair and its closes."""
    pair = card(asset_id, symbol, symbol[3:], asset_type="CURRENCY")
    adopt(stand, pair, closes)


@dataclass(frozen=True)
class User:
    """A user; the methods do what their names say and require that it works."""

    client: FlaskClient

    def portfolio(self, **values: Any) -> int:
        """Make a portfolio, in dollars by default; return its id."""
        return int(self.post("/api/portfolios/", {"name": "Mine", **values})["id"])

    def record(self, portfolio: int, kind: str, day: str, **values: Any) -> dict[str, Any]:
        """Record a transaction."""
        row = {"portfolio": portfolio, "transaction_type": kind, "date": day, **values}
        return self.post("/api/transactions/", row)

    def refuse(self, portfolio: int, kind: str, day: str, **values: Any) -> dict[str, Any]:
        """Record a transaction that is refused by 422; return the fields that are named."""
        row = {"portfolio": portfolio, "transaction_type": kind, "date": day, **values}
        return refused(self.client.post("/api/transactions/", json=row))

    def position(self, portfolio: int, asset: int = AAPL) -> dict[str, Any]:
        """Return the position in an asset, also a closed one."""
        query = f"portfolio_id={portfolio}&asset_id={asset}&include_closed=true"
        [position] = self.get(f"/api/positions/?{query}")["results"]
        return dict(position)

    def totals(self, portfolio: int) -> dict[str, Any]:
        """Return a portfolio."""
        return self.get(f"/api/portfolios/{portfolio}/")

    def get(self, path: str) -> dict[str, Any]:
        """Return what a GET answers."""
        return answered(self.client.get(path), 200)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a POST answers."""
        return answered(self.client.post(path, json=body), 201)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a PATCH answers."""
        return answered(self.client.patch(path, json=body), 200)

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a PUT answers."""
        return answered(self.client.put(path, json=body), 200)

    def delete(self, path: str) -> None:
        """Delete what is there."""
        answer = self.client.delete(path)
        assert answer.status_code in {200, 204}, answer.text


def answered(answer: TestResponse, status: int) -> dict[str, Any]:
    """Return the body of an answer with this status."""
    assert answer.status_code == status, answer.text
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def refused(answer: TestResponse) -> dict[str, Any]:
    """Return the fields that a 422 names."""
    return dict(answered(answer, 422)["details"]["fields"])


def miscounted(stand: Stand) -> list[tuple[int, int, int]]:
    """Return each portfolio whose stored count is not that of its ledger, with both counts.

    A count that was left behind by the release before is 0.
    """
    statement = text(
        """
        SELECT id, stored, there FROM portfolios,
            LATERAL (SELECT count(*) AS there FROM transactions WHERE portfolio_id = portfolios.id),
            LATERAL (SELECT transaction_count * (counted_sequence = sequence)::int AS stored)
        WHERE stored <> there ORDER BY id
        """
    )
    with stand.database.engine.connect() as connection:
        return [(row.id, row.stored, row.there) for row in connection.execute(statement)]


def codes(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every field that a warning concerns, and its code."""
    return [
        (field, warning["code"]) for warning in resource["warnings"] for field in warning["fields"]
    ]
