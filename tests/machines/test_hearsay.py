"""Copies of ledgers against their owner: live is rebuilt."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from cryptography.fernet import Fernet

from services.analytics import app as analytics_app
from services.analytics import handlers as analytics_handlers
from services.analytics.outside.owners import Owners as AnalyticsOwners
from services.analytics.parts.catch_up import CatchUp
from services.analytics.replicas import Replicas as AnalyticsReplicas
from services.assets import app as assets_app
from services.assets import handlers as assets_handlers
from services.assets.outside.owners import Owners as AssetsOwners
from services.assets.replicas import Replicas as AssetsReplicas
from services.portfolio.app import create_app
from services.webhooks import app as webhooks_app
from services.webhooks import handlers as webhooks_handlers
from services.webhooks.outside.owners import Owners as WebhooksOwners
from services.webhooks.replicas import Replicas as WebhooksReplicas
from shared.identity import Signer
from shared.testing import Stand
from tests.conftest import MakeStand
from tests.machines.hearing import Listener
from tests.machines.hearsay import Hearsay
from tests.machines.running import run
from tests.portfolio.owning import listening


@pytest.fixture
def owner(make_stand: MakeStand) -> Stand:
    return make_stand("portfolio", create_app)


@pytest.fixture
def listeners(make_stand: MakeStand, owner: Stand, tmp_path: Path) -> Iterator[Sequence[Listener]]:
    key = tmp_path / "webhooks.secret"
    key.write_bytes(Fernet.generate_key())
    with listening(owner) as url:
        analytics = make_stand("analytics", analytics_app.create_app, PORTFOLIO_URL=url)
        assets = make_stand("assets", assets_app.create_app, PORTFOLIO_URL=url)
        more = {"WEBHOOKS_SECRET_KEY_FILE": str(key), "PORTFOLIO_URL": url}
        webhooks = make_stand("webhooks", webhooks_app.create_app, **more)
        yield [_analytics(analytics), _assets(assets), _webhooks(webhooks)]


def _signer(stand: Stand) -> Signer:
    return Signer(stand.name, stand.keys / f"{stand.name}.pem")


def _analytics(stand: Stand) -> Listener:
    owners = AnalyticsOwners(stand.app.settings.urls, _signer(stand))
    replicas = AnalyticsReplicas(stand.database, owners)
    catch_up = partial(CatchUp(stand.database, owners.portfolio).work, Event())
    shown = [
        "SELECT id, owner_id, name, currency, cost_basis_method, sequence FROM portfolios"
        " WHERE NOT is_deleted ORDER BY id",
        "SELECT * FROM ledger_entries ORDER BY id",
    ]
    handlers = analytics_handlers.table(replicas)
    return Listener(stand, handlers, replicas.portfolios, shown, catch_up)


def _assets(stand: Stand) -> Listener:
    owners = AssetsOwners(stand.app.settings.urls, _signer(stand))
    replicas = AssetsReplicas(stand.database, owners)
    shown = [
        "SELECT * FROM ledgers WHERE NOT is_deleted ORDER BY id",
        "SELECT * FROM trades ORDER BY 1, 2",
    ]
    return Listener(stand, assets_handlers.table(replicas, owners), replicas.ledgers, shown)


def _webhooks(stand: Stand) -> Listener:
    owners = WebhooksOwners(stand.app.settings.urls, _signer(stand))
    replicas = WebhooksReplicas(stand.database, owners)
    shown = [
        "SELECT id, owner_id FROM portfolios WHERE owner_id <> 0 ORDER BY id",
        "SELECT portfolio_id, asset_id, quantity FROM holdings WHERE quantity <> 0 ORDER BY 1, 2",
    ]
    return Listener(stand, webhooks_handlers.table(replicas, owners), replicas.portfolios, shown)


def test_in_whatever_order_events_come_the_copies_are_what_a_rebuild_makes(
    owner: Stand, listeners: Sequence[Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hearsay, "stand", owner, raising=False)
    monkeypatch.setattr(Hearsay, "listeners", listeners, raising=False)
    run(Hearsay, sequences=4, steps=15)
