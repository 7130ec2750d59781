"""An installation whose users have what the cases say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from typing import Any

from flask.testing import FlaskClient

from shared.testing import Stand
from tests import installation
from tests.conftest import MakeStand
from tests.installation import got, posted, services
from tests.model.cases import Case
from tests.model.ledger import Entry, as_decimal
from tests.model.market import Asset
from tests.model.prices import public_pairs

ADMINISTRATOR = 1


class Installation(installation.Installation):
    """Three services; every case has a user and assets of its own, and nothing is emptied."""

    def __init__(self, assets: Stand, portfolio: Stand, analytics: Stand, urls: Any) -> None:
        super().__init__(assets, portfolio, analytics, urls)
        self._users = ADMINISTRATOR
        admin = assets.client(ADMINISTRATOR, staff=True)
        for name, closes in public_pairs().items():
            self._make(admin, Asset(name, "CURRENCY", name[3:], closes))

    def enter(self, case: Case) -> "Account":
        """Make a user with the case's assets, pairs and ledger, and let everybody hear of it."""
        self._users += 1
        user = self._users
        own = self.assets.client(user)
        admin = self.assets.client(ADMINISTRATOR, staff=True)
        ids = {
            asset.symbol: self._make(own if asset.owner_makes_it else admin, asset)
            for asset in case.market.assets.values()
        }
        for name, closes in case.market.own_pairs.items():
            self._make(own, Asset(name, "CURRENCY", name[3:], closes))
        self.tell()
        account = Account(self, user, case, ids)
        account.write()
        self.tell()
        return account

    def _make(self, client: FlaskClient, asset: Asset) -> int:
        body = {
            "symbol": asset.symbol,
            "name": asset.symbol,
            "asset_type": asset.kind,
            "currency": asset.currency,
        }
        made = int(posted(client, "/api/assets/", body)["id"])
        if prices := _prices(asset.recorded):
            path = f"/api/assets/{made}/price_history/bulk/"
            posted(client, path, {"prices": prices}, 200)
        for day, ratio in asset.splits.items():
            split = {"date": day.isoformat(), "ratio": f"{ratio.numerator}:{ratio.denominator}"}
            posted(client, f"/api/assets/{made}/splits/", split)
        return made


class Account:
    """A user with one portfolio, which holds what a case says."""

    def __init__(
        self, installation: Installation, user: int, case: Case, ids: dict[str, int]
    ) -> None:
        self._installation, self._case, self._ids = installation, case, ids
        self._portfolio = installation.portfolio.client(user)
        self._analytics = installation.analytics.client(user)
        body = {
            "name": f"Seed {case.seed}",
            "currency": case.currency,
            "cost_basis_method": case.method,
        }
        self.id = int(posted(self._portfolio, "/api/portfolios/", body)["id"])

    def write(self) -> None:
        """Send the ledger."""
        rows = [self._row(entry) for entry in self._case.sent]
        if self._case.in_bulk and rows:
            posted(self._portfolio, "/api/transactions/bulk/", {"transactions": rows})
        elif not self._case.in_bulk:
            for row in rows:
                posted(self._portfolio, "/api/transactions/", row)

    def positions(self) -> list[dict[str, Any]]:
        """Return all positions, closed ones too, each with its symbol."""
        query = {"portfolio_id": self.id, "include_closed": "true"}
        rows = got(self._portfolio, "/api/positions/", **query)["results"]
        return sorted(
            ({"symbol": row["asset"]["symbol"], **row} for row in rows),
            key=lambda row: str(row["symbol"]),
        )

    def totals(self) -> dict[str, Any]:
        """Return the portfolio."""
        return got(self._portfolio, f"/api/portfolios/{self.id}/")

    def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the oldest first."""
        rows: list[dict[str, Any]] = []
        query = {"portfolio_id": self.id, "ordering": "date", "page_size": 500}
        for page in range(1, 9):
            answer = got(self._analytics, "/api/portfolio-snapshots/", **query, page=page)
            rows += answer["results"]
            if answer["next"] is None:
                break
        return rows

    def curve(self, **query: Any) -> dict[str, Any]:
        """Return the curve of the case's window."""
        path = f"/api/portfolios/{self.id}/historical_performance/"
        return got(self._analytics, path, **self._asked(), **query)

    def metrics(self) -> dict[str, Any]:
        """Return the metrics of the case's window."""
        query = {"risk_free_rate": self._case.risk_free_rate, **self._asked()}
        return got(self._analytics, f"/api/portfolios/{self.id}/performance_metrics/", **query)

    def risk(self) -> dict[str, Any]:
        """Return the risk of the case's window."""
        query = {
            "portfolio_id": self.id,
            "risk_free_rate": self._case.risk_free_rate,
            "confidence": self._case.confidence,
            **self._asked(),
        }
        return got(self._analytics, "/api/analytics/risk_metrics/", **query)

    def _asked(self) -> dict[str, str]:
        start, end = self._case.window
        query = {"start_date": start, "end_date": end, "benchmark": self._case.benchmark}
        return {name: str(value) for name, value in query.items() if value is not None}

    def _row(self, entry: Entry) -> dict[str, Any]:
        row: dict[str, Any] = {
            "portfolio": self.id,
            "transaction_type": entry.kind,
            "date": entry.day.isoformat(),
            "currency": entry.currency,
            "ratio": entry.ratio,
        }
        if entry.asset is not None:
            row["asset"] = self._ids[entry.asset]
        for name in ("quantity", "price", "amount", "fees", "taxes", "exchange_rate"):
            number = getattr(entry, name)
            if number is not None:
                row[name] = f"{number:f}"
        return row


@contextmanager
def installed(make_stand: MakeStand) -> Iterator[Installation]:
    """Start the three services."""
    with services(make_stand) as started:
        yield Installation(*started)


def _prices(closes: Mapping[date, Fraction]) -> list[dict[str, str]]:
    return [{"date": day.isoformat(), "close": _plain(close)} for day, close in closes.items()]


def _plain(close: Fraction) -> str:
    return f"{as_decimal(close, 8).normalize():f}"
