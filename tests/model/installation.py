"""Portfolio, assets and analytics on the test stand, which hear of each other in this process."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.serving import make_server

from services.analytics import app as analytics_app
from services.analytics import handlers as analytics_handlers
from services.analytics.answers.memory.market import Market as AnalyticsMarket
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.outside.owners import Owners as AnalyticsOwners
from services.analytics.parts.appraiser import Appraiser
from services.analytics.replicas import Replicas as AnalyticsReplicas
from services.assets import app as assets_app
from services.assets import handlers as assets_handlers
from services.assets.outside.owners import Owners as AssetsOwners
from services.assets.replicas import Replicas as AssetsReplicas
from services.portfolio import app as portfolio_app
from services.portfolio import handlers as portfolio_handlers
from services.portfolio.outside.owners import Owners as PortfolioOwners
from services.portfolio.replicas import Replicas as PortfolioReplicas
from shared.bus import inbox
from shared.events import Event
from shared.identity import Signer
from shared.replica import Handler, with_owners
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.model.cases import Case
from tests.model.ledger import Entry, as_decimal
from tests.model.market import Asset
from tests.model.prices import public_pairs

ADMINISTRATOR = 1


class Installation:
    """Three services; every case has a user and assets of its own, and nothing is emptied."""

    def __init__(self, assets: Stand, portfolio: Stand, analytics: Stand, urls: Any) -> None:
        self.assets, self.portfolio, self.analytics = assets, portfolio, analytics
        self._users = ADMINISTRATOR
        owners = AnalyticsOwners(urls, _signer(analytics))
        replicas = AnalyticsReplicas(analytics.database, owners)
        market = AnalyticsMarket(analytics.database, replicas.assets, owners, {})
        portfolios = Portfolios(replicas.portfolios, market, capacity=0)
        self._appraiser = Appraiser(analytics.database, portfolios)
        copies = PortfolioReplicas(portfolio.database, PortfolioOwners(urls, _signer(portfolio)))
        self._portfolio_handlers = portfolio_handlers.table(copies)
        of_assets = AssetsOwners(urls, _signer(assets))
        ledgers = AssetsReplicas(assets.database, of_assets)
        self._assets_handlers = assets_handlers.table(ledgers, of_assets)
        self._analytics_handlers = analytics_handlers.table(replicas)
        admin = assets.client(ADMINISTRATOR, staff=True)
        for name, closes in public_pairs().items():
            self._make(admin, Asset(name, "CURRENCY", name[3:], closes))

    def tell(self) -> None:
        """Let everybody hear what happened, and analytics value what it changed."""
        of_assets = _taken(self.assets)
        _hear(self.portfolio, of_assets, self._portfolio_handlers)
        _hear(self.analytics, of_assets, self._analytics_handlers)
        of_portfolio = _taken(self.portfolio)
        _hear(self.assets, of_portfolio, self._assets_handlers)
        of_trades = _taken(self.assets)
        _hear(self.portfolio, of_trades, self._portfolio_handlers)
        _hear(self.analytics, [*of_portfolio, *of_trades], self._analytics_handlers)
        while self._appraiser.work(threading.Event()):
            pass

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
        made = int(_posted(client, "/api/assets/", body)["id"])
        if prices := _prices(asset.recorded):
            path = f"/api/assets/{made}/price_history/bulk/"
            _posted(client, path, {"prices": prices}, 200)
        for day, ratio in asset.splits.items():
            split = {"date": day.isoformat(), "ratio": f"{ratio.numerator}:{ratio.denominator}"}
            _posted(client, f"/api/assets/{made}/splits/", split)
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
        self.id = int(_posted(self._portfolio, "/api/portfolios/", body)["id"])

    def write(self) -> None:
        """Send the ledger."""
        rows = [self._row(entry) for entry in self._case.sent]
        if self._case.in_bulk and rows:
            _posted(self._portfolio, "/api/transactions/bulk/", {"transactions": rows})
        elif not self._case.in_bulk:
            for row in rows:
                _posted(self._portfolio, "/api/transactions/", row)

    def positions(self) -> list[dict[str, Any]]:
        """Return all positions, closed ones too, each with its symbol."""
        query = {"portfolio_id": self.id, "include_closed": "true"}
        rows = _got(self._portfolio, "/api/positions/", **query)["results"]
        return sorted(
            ({"symbol": row["asset"]["symbol"], **row} for row in rows),
            key=lambda row: str(row["symbol"]),
        )

    def totals(self) -> dict[str, Any]:
        """Return the portfolio."""
        return _got(self._portfolio, f"/api/portfolios/{self.id}/")

    def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the oldest first."""
        rows: list[dict[str, Any]] = []
        query = {"portfolio_id": self.id, "ordering": "date", "page_size": 500}
        for page in range(1, 9):
            answer = _got(self._analytics, "/api/portfolio-snapshots/", **query, page=page)
            rows += answer["results"]
            if answer["next"] is None:
                break
        return rows

    def curve(self, **query: Any) -> dict[str, Any]:
        """Return the curve of the case's window."""
        path = f"/api/portfolios/{self.id}/historical_performance/"
        return _got(self._analytics, path, **self._asked(), **query)

    def metrics(self) -> dict[str, Any]:
        """Return the metrics of the case's window."""
        query = {"risk_free_rate": self._case.risk_free_rate, **self._asked()}
        return _got(self._analytics, f"/api/portfolios/{self.id}/performance_metrics/", **query)

    def risk(self) -> dict[str, Any]:
        """Return the risk of the case's window."""
        query = {
            "portfolio_id": self.id,
            "risk_free_rate": self._case.risk_free_rate,
            "confidence": self._case.confidence,
            **self._asked(),
        }
        return _got(self._analytics, "/api/analytics/risk_metrics/", **query)

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
    """Start the three services; those who are asked listen on ports."""
    with _listening(make_stand("assets", assets_app.create_app)) as (assets, assets_url):
        portfolio_stand = make_stand("portfolio", portfolio_app.create_app, ASSETS_URL=assets_url)
        with _listening(portfolio_stand) as (portfolio, portfolio_url):
            urls = {"assets": assets_url, "portfolio": portfolio_url}
            told = {"ASSETS_URL": assets_url, "PORTFOLIO_URL": portfolio_url}
            analytics = make_stand("analytics", analytics_app.create_app, **told)
            yield Installation(assets, portfolio, analytics, urls)


@contextmanager
def _listening(stand: Stand) -> Iterator[tuple[Stand, str]]:
    server = make_server("127.0.0.1", 0, stand.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stand, f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def _signer(stand: Stand) -> Signer:
    return Signer(stand.name, Path(stand.keys) / f"{stand.name}.pem")


def _taken(stand: Stand) -> list[Event]:
    events = stand.events()
    with stand.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))
    return events


def _hear(stand: Stand, events: list[Event], handlers: Mapping[str, Handler]) -> None:
    """Apply events as the worker does, in one batch."""
    heard = [event for event in events if event.type in handlers]
    with_owners(lambda: inbox.process(stand.database.sessions, stand.name, heard, handlers))


def _prices(closes: Mapping[date, Fraction]) -> list[dict[str, str]]:
    return [{"date": day.isoformat(), "close": _plain(close)} for day, close in closes.items()]


def _plain(close: Fraction) -> str:
    return f"{as_decimal(close, 8).normalize():f}"


def _posted(client: FlaskClient, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def _got(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())
