"""Event type → what it does, inside the consumer's transaction.

Webhooks asks for every type there is, so that no event is ever unroutable. Most events carry all
that we keep of their subject: the newest wins, and a missing one is no loss. Only the closes of an
asset with rules on its change need every price; where one is missing the owner is asked.
"""

from collections.abc import Callable, Mapping, Sequence
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
from services.webhooks.owners import Owners
from shared.errors import NotFound
from shared.events import Event
from shared.events.catalogue import CATALOGUE
from shared.finance.money import trimmed

Handler = Callable[[Session, Event], None]

_SAID_OF_A_FIRING: Final = (
    "alert",
    "kind",
    "value",
    "threshold",
    "asset",
    "portfolio",
    "metric",
)


def table(owners: Owners) -> Mapping[str, Handler]:
    """Return the handlers; `owners` is asked where an event is missing."""
    return {
        **dict.fromkeys(CATALOGUE, _only_record),
        **dict.fromkeys(names.TRANSACTIONS, _tell_transaction),
        "snapshot-created": _tell_snapshot,
        "alert-fired": _tell_alert,
        "portfolio-created": _put_portfolio,
        "portfolio-updated": _put_portfolio,
        "portfolio-deleted": _delete_portfolio,
        "portfolio-valued": partial(_put_value, owners),
        "risk-computed": partial(_put_metrics, owners),
        "position-changed": _put_holding,
        "asset-created": _put_asset,
        "asset-updated": _put_asset,
        "asset-deleted": _put_asset,
        "price-updated": partial(_price_updated, owners),
        "price-history-imported": partial(_prices_imported, owners),
        "user-deactivated": _silence_user,
        "user-deleted": _delete_user,
    }


def _only_record(_: Session, __: Event) -> None:
    """Leave it at the inbox's record."""


def _tell_transaction(session: Session, event: Event) -> None:
    entry = transactions.public(event.data["transaction"])
    _tell_owner(session, event, names.TRANSACTIONS[event.type], entry)


def _tell_snapshot(session: Session, event: Event) -> None:
    _tell_owner(session, event, names.SNAPSHOT_CREATED, event.data["snapshot"])


def _tell_alert(session: Session, event: Event) -> None:
    is_risk = event.data["kind"] == names.RISK
    data = {name: event.data[name] for name in _SAID_OF_A_FIRING}
    _tell_owner(session, event, names.RISK_BREACHED if is_risk else names.PRICE_ALERT, data)


def _tell_owner(session: Session, event: Event, type_: str, data: Mapping[str, Any]) -> None:
    owner_id = event.data["owner"]
    messages.tell_owner(session, owner_id, type_, data, at=event.time, message_id=event.id)


def _put_portfolio(session: Session, event: Event) -> None:
    projections.put_portfolio(session, event.sequence, event.data["portfolio"])


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


def _put_holding(session: Session, event: Event) -> None:
    projections.put_holding(session, event.sequence, event.data)


def _put_value(owners: Owners, session: Session, event: Event) -> None:
    if event.data["total_value"] is None:
        return
    value = valuations.put_value(session, event, owners)
    if value is None:
        return
    rules = watching.Rules(portfolio=event.data["portfolio"], sequence=event.sequence)
    bases = None
    if watching.has_rules_on_change(session, rules):
        day = date.fromisoformat(event.data["as_of"])
        bases = owners.values_before(event.data["portfolio"], day)
    watching.look_at_value(session, rules, value, event.time, bases)


def _put_metrics(owners: Owners, session: Session, event: Event) -> None:
    if valuations.put_metrics(session, event, owners):
        rules = watching.Rules(portfolio=event.data["portfolio"], sequence=event.sequence)
        watching.look_at_metrics(session, rules, event.data["metrics"], event.time)


def _put_asset(session: Session, event: Event) -> None:
    projections.put_asset(session, event.sequence, event.data["asset"])
    projections.step_window(session, event.subject_id, event.sequence)


def _price_updated(owners: Owners, session: Session, event: Event) -> None:
    card, price = event.data["asset"], event.data["price"]
    if not projections.put_asset(session, event.sequence, card):
        return
    _look_at_price(session, event, owners)
    # The price of an older day fills the history: it is no news.
    if price["date"] == card["price_date"]:
        _tell_price(session, event, event.data["previous_price"])


def _prices_imported(owners: Owners, session: Session, event: Event) -> None:
    card = event.data["asset"]
    before = projections.price_before(session, card["id"])
    if not projections.put_asset(session, event.sequence, card):
        return
    _look_at_price(session, event, owners)
    if card["price_date"] == event.data["last_date"]:
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


def _look_at_price(session: Session, event: Event, owners: Owners) -> None:
    card = event.data["asset"]
    if card["current_price"] is None:
        return
    rules = watching.Rules(asset=card["id"], sequence=event.sequence)
    bases = None if _steps(session, event) else _bases(session, event, rules, owners)
    watching.look_at_value(session, rules, Decimal(card["current_price"]), event.time, bases)


def _steps(session: Session, event: Event) -> bool:
    """Note a later price of the newest day, as most prices are; return False where it is not."""
    card, price = event.data["asset"], event.data.get("price")
    is_newest = price is not None and price["date"] == card["price_date"]
    return is_newest and projections.step_price(session, event.sequence, card)


def _bases(
    session: Session, event: Event, rules: watching.Rules, owners: Owners
) -> Sequence[Decimal] | None:
    """Return what changes of the event's price are measured against; None where nobody asks."""
    if not watching.has_rules_on_change(session, rules):
        return None
    day = date.fromisoformat(event.data["asset"]["price_date"])
    return _closes(session, event, owners).bases(day)


def _closes(session: Session, event: Event, owners: Owners) -> Closes:
    """Return the last closes of the event's asset, with what the event says."""
    sequence, closes = projections.window(session, event.subject_id)
    if event.sequence <= sequence:
        return closes
    price = event.data.get("price")
    if sequence and price and event.sequence == sequence + 1:
        closes = closes.with_close(date.fromisoformat(price["date"]), Decimal(price["close"]))
        sequence = event.sequence
    else:
        try:
            snapshot = owners.asset(event.subject_id)
        except NotFound:
            return Closes.of({})
        sequence, closes = snapshot.sequence, snapshot.closes
    projections.put_window(session, event.subject_id, sequence, closes)
    return closes
