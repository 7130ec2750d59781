"""Event type → what it does to what we keep, inside the consumer's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from services.analytics import commands
from services.analytics.outside.owners import AssetSnapshot, PortfolioSnapshot, price_day
from services.analytics.replicas import Replicas
from shared.events import Event, cards
from shared.replica import Handler


def table(replicas: Replicas) -> Mapping[str, Handler]:
    """Return the handlers, which keep `replicas`."""
    portfolios, assets = replicas.portfolios, replicas.assets
    put_entries = portfolios.steps(_put_entries)
    return {
        "portfolio-created": portfolios.step(_put_portfolio),
        "portfolio-updated": portfolios.step(_put_portfolio),
        # Whatever came before it no longer matters, so it waits for no missing event.
        "portfolio-deleted": _forget_portfolio,
        # Ahead of the single ones of its commit, which then are older ones.
        "ledger-changed": portfolios.ask_again(),
        "transaction-created": put_entries,
        "transaction-updated": put_entries,
        "transaction-deleted": portfolios.step(_delete_entry),
        "asset-created": assets.step(_change_asset),
        "asset-updated": assets.step(_change_asset),
        "asset-deleted": assets.step(_change_asset),
        "price-updated": assets.step(_put_price),
        # It says which days were touched, not how.
        "price-history-imported": assets.ask_again(_adopt_prices),
    }


def _put_portfolio(session: Session, event: Event) -> None:
    card = cards.Portfolio.of(event.data["portfolio"])
    commands.put_portfolio(session, PortfolioSnapshot(event.sequence, card))


def _forget_portfolio(session: Session, event: Event) -> None:
    commands.forget_portfolio(session, event.subject_id, event.sequence)


def _put_entries(session: Session, events: Sequence[Event]) -> None:
    entries = [cards.Entry.of(event.data["transaction"]) for event in events]
    commands.put_entries(session, entries, {event.subject_id: event.sequence for event in events})


def _delete_entry(session: Session, event: Event) -> None:
    commands.delete_entry(session, event.sequence, cards.Entry.of(event.data["transaction"]))


def _change_asset(session: Session, event: Event) -> None:
    commands.change_asset(session, _asset(event))


def _put_price(session: Session, event: Event) -> None:
    commands.put_price(session, _asset(event), price_day(event.data["price"]))


def _adopt_prices(session: Session, snapshot: AssetSnapshot, event: Event) -> None:
    first = date.fromisoformat(event.data["first_date"])
    commands.adopt_asset(session, snapshot, since=first)


def _asset(event: Event) -> AssetSnapshot:
    return AssetSnapshot(event.sequence, cards.Asset.of(event.data["asset"]))
