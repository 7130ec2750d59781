"""Event type → what it does, inside the consumer's transaction.

Webhooks asks for every type there is, so that no event is ever unroutable. Beside what it copies
it tells subscribers and looks at alert rules.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session

from services.webhooks.commands import (
    alerts,
    messages,
    projections,
    subscriptions,
    valuations,
    watching,
)
from services.webhooks.domain import names, transactions
from services.webhooks.domain.closes import Closes
from services.webhooks.outside.owners import AssetSnapshot, Owners, PortfolioSnapshot
from services.webhooks.replicas import Replicas
from shared.bus.inbox import Together
from shared.events import Event, cards
from shared.events.catalogue import CATALOGUE
from shared.finance.money import trimmed
from shared.replica import Handler, Replica, Stepwise, answered

_SAID_OF_A_FIRING: Final = (
    "alert",
    "kind",
    "value",
    "threshold",
    "asset",
    "portfolio",
    "metric",
)


def table(replicas: Replicas, owners: Owners) -> Mapping[str, Handler]:
    """Return the handlers, which keep `replicas`.

    Args:
        owners: are asked what a portfolio was worth.
    """
    portfolios, windows = replicas.portfolios, replicas.windows
    return {
        **dict.fromkeys(CATALOGUE, _only_record),
        **dict.fromkeys(names.TRANSACTIONS, Together(_tell_transactions)),
        "snapshot-created": _tell_snapshot,
        "alert-fired": _tell_alert,
        "portfolio-created": portfolios.take(_portfolio),
        "portfolio-updated": portfolios.take(_portfolio),
        "portfolio-deleted": _delete_portfolio,
        "portfolio-valued": partial(_put_value, portfolios, owners),
        "risk-computed": partial(_put_metrics, portfolios),
        "position-changed": Together(_put_holdings),
        "asset-created": _put_asset,
        "asset-updated": _put_asset,
        "asset-deleted": _put_asset,
        "price-updated": partial(_price_updated, windows),
        "price-history-imported": partial(_prices_imported, windows),
        "user-deactivated": _silence_user,
        "user-deleted": _delete_user,
    }


def _only_record(_: Session, __: Event) -> None:
    """Leave it at the inbox's record."""


def _tell_transactions(session: Session, events: Sequence[Event]) -> None:
    notices = []
    for event in events:
        entry = transactions.public(event.data["transaction"])
        notice = messages.Notice.of(event, names.TRANSACTIONS[event.type], entry)
        notices.append((event.data["owner"], notice))
    messages.tell_owners(session, notices)


def _tell_snapshot(session: Session, event: Event) -> None:
    _tell_owner(session, event, names.SNAPSHOT_CREATED, event.data["snapshot"])


def _tell_alert(session: Session, event: Event) -> None:
    is_risk = event.data["kind"] == names.RISK
    data = {name: event.data[name] for name in _SAID_OF_A_FIRING}
    _tell_owner(session, event, names.RISK_BREACHED if is_risk else names.PRICE_ALERT, data)


def _tell_owner(session: Session, event: Event, type_: str, data: Mapping[str, Any]) -> None:
    notice = messages.Notice.of(event, type_, data)
    messages.tell_owners(session, [(event.data["owner"], notice)])


def _portfolio(event: Event) -> PortfolioSnapshot:
    return PortfolioSnapshot(event.sequence, cards.Portfolio.of(event.data["portfolio"]))


def _delete_portfolio(session: Session, event: Event) -> None:
    projections.delete_portfolio(session, event.subject_id)
    alerts.delete_alerts_on(session, event.subject_id)


def _delete_user(session: Session, event: Event) -> None:
    user_id = event.data["user"]
    subscriptions.delete_webhooks_of(session, user_id)
    alerts.delete_alerts_of(session, user_id)
    projections.delete_portfolios_of(session, user_id)


def _silence_user(session: Session, event: Event) -> None:
    subscriptions.disable_webhooks_of(session, event.data["user"])


def _put_holdings(session: Session, events: Sequence[Event]) -> None:
    positions = [{**event.data, "sequence": event.sequence} for event in events]
    projections.put_holdings(session, positions)


def _put_value(
    portfolios: Replica[PortfolioSnapshot], owners: Owners, session: Session, event: Event
) -> None:
    if event.data["total_value"] is None:
        return
    value = valuations.put_value(session, event, portfolios)
    if value is None:
        return
    rules = watching.Rules(portfolio=event.data["portfolio"], sequence=event.sequence)
    bases = None
    if watching.has_rules_on_change(session, rules):
        question = event.data["portfolio"], date.fromisoformat(event.data["as_of"])
        bases = answered(event, question, lambda: owners.values_before(*question))
    watching.look_at_value(session, rules, value, event.time, bases)


def _put_metrics(portfolios: Replica[PortfolioSnapshot], session: Session, event: Event) -> None:
    if valuations.put_metrics(session, event, portfolios):
        rules = watching.Rules(portfolio=event.data["portfolio"], sequence=event.sequence)
        watching.look_at_metrics(session, rules, event.data["metrics"], event.time)


def _asset(event: Event) -> AssetSnapshot:
    return AssetSnapshot(event.sequence, cards.Asset.of(event.data["asset"]))


def _put_asset(session: Session, event: Event) -> None:
    projections.put_asset(session, _asset(event))
    projections.step_window(session, event.subject_id, event.sequence)


def _price_updated(windows: Stepwise[AssetSnapshot], session: Session, event: Event) -> None:
    if not projections.put_asset(session, _asset(event)):
        return
    _look_at_price(windows, session, event)
    # The price of an older day fills the history: it is no news.
    if event.data["price"]["date"] == event.data["asset"]["price_date"]:
        _tell_price(session, event, event.data["previous_price"])


def _prices_imported(windows: Stepwise[AssetSnapshot], session: Session, event: Event) -> None:
    before = projections.price_before(session, event.subject_id)
    if not projections.put_asset(session, _asset(event)):
        return
    # That of a trade is known to whoever made it; the next price of another source is news again.
    if event.data.get("source") == cards.TRADE:
        return
    _look_at_price(windows, session, event)
    if event.data["asset"]["price_date"] == event.data["last_date"]:
        _tell_price(session, event, None if before is None else trimmed(before, 2))


def _tell_price(session: Session, event: Event, previous: str | None) -> None:
    card = event.data["asset"]
    data = {
        "asset": card["id"],
        "symbol": card["symbol"],
        "price": card["current_price"],
        "previous_price": previous,
        "currency": card["currency"],
        "date": card["price_date"],
    }
    messages.tell_interested(session, card["id"], data, at=event.time, message_id=event.id)


def _look_at_price(windows: Stepwise[AssetSnapshot], session: Session, event: Event) -> None:
    asset = _asset(event)
    price, day = asset.card.current_price, asset.card.price_date
    if price is None or day is None:
        return
    rules = watching.Rules(asset=event.subject_id, sequence=event.sequence)
    bases: Sequence[Decimal] | None = None
    if not _steps(session, event, asset) and watching.has_rules_on_change(session, rules):
        bases = _closes(windows, session, event, asset).bases(day)
    watching.look_at_value(session, rules, price, event.time, bases)


def _steps(session: Session, event: Event, asset: AssetSnapshot) -> bool:
    """Note a later price of the newest day, as most prices are; return False where it is not."""
    price = event.data.get("price")
    is_newest = price is not None and price["date"] == event.data["asset"]["price_date"]
    return is_newest and projections.step_price(session, asset)


def _closes(
    windows: Stepwise[AssetSnapshot], session: Session, event: Event, asset: AssetSnapshot
) -> Closes:
    """Return the last closes of the event's asset, with what the event says."""
    price = event.data.get("price")
    is_next = windows.is_next(session, event, is_step=price is not None)
    closes = projections.window(session, event.subject_id)
    if is_next and price:
        closes = closes.with_close(date.fromisoformat(price["date"]), Decimal(price["close"]))
        projections.put_window(session, asset._replace(closes=closes))
    return closes
