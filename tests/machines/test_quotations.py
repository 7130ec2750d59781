"""Copies of assets and prices against their owner: live is rebuilt."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.analytics import app as analytics_app
from services.analytics import handlers as analytics_handlers
from services.analytics.outside.owners import Owners as AnalyticsOwners
from services.analytics.replicas import Replicas as AnalyticsReplicas
from services.assets.app import create_app
from services.portfolio import app as portfolio_app
from services.portfolio import handlers as portfolio_handlers
from services.portfolio.outside.owners import Owners as PortfolioOwners
from services.portfolio.replicas import Replicas as PortfolioReplicas
from services.webhooks import app as webhooks_app
from services.webhooks import handlers as webhooks_handlers
from services.webhooks.outside.owners import Owners as WebhooksOwners
from services.webhooks.replicas import Replicas as WebhooksReplicas
from shared.identity import Signer
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.machines.hearing import Listener
from tests.machines.quotations import Quotations
from tests.machines.running import run
from tests.portfolio.owning import listening


@pytest.fixture
def owner(make_stand: MakeStand) -> Stand:
    return make_stand("assets", create_app)


@pytest.fixture
def listeners(make_stand: MakeStand, owner: Stand, tmp_path: Path) -> Iterator[Sequence[Listener]]:
    key = tmp_path / "webhooks.secret"
    key.write_bytes(Fernet.generate_key())
    with listening(owner) as url:
        portfolio = make_stand("portfolio", portfolio_app.create_app, ASSETS_URL=url)
        analytics = make_stand("analytics", analytics_app.create_app, ASSETS_URL=url)
        more = {"WEBHOOKS_SECRET_KEY_FILE": str(key), "ASSETS_URL": url}
        webhooks = make_stand("webhooks", webhooks_app.create_app, **more)
        yield [_portfolio(portfolio), _analytics(analytics), _webhooks(webhooks)]


def _signer(stand: Stand) -> Signer:
    return Signer(stand.name, stand.keys / f"{stand.name}.pem")


def _portfolio(stand: Stand) -> Listener:
    owners = PortfolioOwners(stand.app.settings.urls, _signer(stand))
    replicas = PortfolioReplicas(stand.database, owners)
    # What was retired stays; what is no pair any more has no use for its closes.
    shown = [
        "SELECT id, owner_id, symbol, name, asset_type, currency, current_price, previous_close,"
        " price_date, sequence FROM assets WHERE is_active ORDER BY id",
        "SELECT asset_id, date, close FROM fx_closes JOIN assets ON assets.id = asset_id"
        " WHERE is_active AND asset_type = 'CURRENCY' ORDER BY 1, 2",
    ]
    return Listener(stand, portfolio_handlers.table(replicas), replicas.assets, shown)


def _analytics(stand: Stand) -> Listener:
    owners = AnalyticsOwners(stand.app.settings.urls, _signer(stand))
    replicas = AnalyticsReplicas(stand.database, owners)
    shown = ["SELECT * FROM assets ORDER BY id", "SELECT * FROM price_years ORDER BY 1, 2"]
    return Listener(stand, analytics_handlers.table(replicas), replicas.assets, shown)


def _webhooks(stand: Stand) -> Listener:
    owners = WebhooksOwners(stand.app.settings.urls, _signer(stand))
    replicas = WebhooksReplicas(stand.database, owners)
    shown = ["SELECT id, sequence, price, price_date FROM assets ORDER BY id"]
    return Listener(stand, webhooks_handlers.table(replicas, owners), replicas.assets, shown)


def test_in_whatever_order_prices_are_told_the_copies_are_what_a_rebuild_makes(
    owner: Stand, listeners: Sequence[Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Quotations, "stand", owner, raising=False)
    monkeypatch.setattr(Quotations, "listeners", listeners, raising=False)
    run(Quotations, sequences=4, steps=15)
