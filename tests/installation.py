"""Portfolio, assets and analytics on the test stand, which hear of each other in this process."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
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
from services.analytics.parts.catch_up import CatchUp
from services.analytics.replicas import Replicas as AnalyticsReplicas
from services.assets import app as assets_app
from services.assets import commands as assets_commands
from services.assets import handlers as assets_handlers
from services.assets.outside.owners import Owners as AssetsOwners
from services.assets.parts.turns import Turns
from services.assets.replicas import Replicas as AssetsReplicas
from services.portfolio import app as portfolio_app
from services.portfolio import commands as portfolio_commands
from services.portfolio import handlers as portfolio_handlers
from services.portfolio.outside.owners import Owners as PortfolioOwners
from services.portfolio.replicas import Replicas as PortfolioReplicas
from shared.bus import inbox
from shared.events import Event
from shared.identity import Signer
from shared.replica import Handler, with_owners
from shared.testing import Stand
from tests.conftest import MakeStand


class Installation:
    """Three services that hear of each other when `tell` says so."""

    def __init__(self, assets: Stand, portfolio: Stand, analytics: Stand, urls: Any) -> None:
        self.assets, self.portfolio, self.analytics = assets, portfolio, analytics
        owners = AnalyticsOwners(urls, _signer(analytics))
        replicas = AnalyticsReplicas(analytics.database, owners)
        market = AnalyticsMarket(analytics.database, replicas.assets, owners, {})
        portfolios = Portfolios(replicas.portfolios, market, capacity=0)
        self._appraiser = Appraiser(analytics.database, portfolios)
        self._catch_up = CatchUp(analytics.database, owners.portfolio)
        copies = PortfolioReplicas(portfolio.database, PortfolioOwners(urls, _signer(portfolio)))
        self._portfolio_handlers = portfolio_handlers.table(copies)
        of_assets = AssetsOwners(urls, _signer(assets))
        ledgers = AssetsReplicas(assets.database, of_assets)
        self._assets_handlers = assets_handlers.table(ledgers, of_assets)
        self._analytics_handlers = analytics_handlers.table(replicas)
        sources = assets.app.extensions["data_sources"].sources
        self._turns = Turns(assets.database, sources, timedelta(days=1))

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
        while self._catch_up.work(threading.Event()):
            pass
        while self._appraiser.work(threading.Event()):
            pass

    def refresh(self, count: int) -> None:
        """Do what the timers do: ask price sources about so many assets, look for missing rates."""
        self.assets.database.unit(assets_commands.enrol_feeds)
        for _ in range(count):
            self._turns.take()
        self.tell()
        self.portfolio.database.unit(portfolio_commands.rate_unrated)
        self.tell()


@contextmanager
def services(make_stand: MakeStand, **of_assets: str) -> Iterator[tuple[Stand, Stand, Stand, Any]]:
    """Start the three services; those who are asked listen on ports.

    Args:
        of_assets: environment variables of assets.
    """
    assets_stand = make_stand("assets", assets_app.create_app, **of_assets)
    with _listening(assets_stand) as (assets, assets_url):
        portfolio_stand = make_stand("portfolio", portfolio_app.create_app, ASSETS_URL=assets_url)
        with _listening(portfolio_stand) as (portfolio, portfolio_url):
            urls = {"assets": assets_url, "portfolio": portfolio_url}
            told = {"ASSETS_URL": assets_url, "PORTFOLIO_URL": portfolio_url}
            analytics = make_stand("analytics", analytics_app.create_app, **told)
            yield assets, portfolio, analytics, urls


def posted(client: FlaskClient, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    """Post JSON; return the answer, which must have the status."""
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def got(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    """Return the JSON of what is there."""
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


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
