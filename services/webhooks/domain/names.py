"""The names of what subscribers can ask for, and of what an alert rule can watch."""

from collections.abc import Mapping
from typing import Final

EVERYTHING: Final = "*"

PRICE_UPDATED: Final = "price.updated"
PRICE_ALERT: Final = "price.alert"
VALUE_CHANGED: Final = "portfolio.value_changed"
RISK_BREACHED: Final = "risk.threshold_breached"
SNAPSHOT_CREATED: Final = "portfolio.snapshot_created"
TEST: Final = "webhook.test"
# The public name of each event of the bus that is passed on as it is.
TRANSACTIONS: Final[Mapping[str, str]] = {
    "transaction-created": "transaction.created",
    "transaction-updated": "transaction.updated",
    "transaction-deleted": "transaction.deleted",
}
EVENTS: Final = (
    *TRANSACTIONS.values(),
    PRICE_UPDATED,
    PRICE_ALERT,
    VALUE_CHANGED,
    RISK_BREACHED,
    SNAPSHOT_CREATED,
    TEST,
)

PRICE_ABOVE: Final = "PRICE_ABOVE"
PRICE_BELOW: Final = "PRICE_BELOW"
PRICE_CHANGE: Final = "PRICE_CHANGE_PERCENTAGE"
VALUE_ABOVE: Final = "PORTFOLIO_VALUE_ABOVE"
VALUE_BELOW: Final = "PORTFOLIO_VALUE_BELOW"
VALUE_CHANGE: Final = "PORTFOLIO_VALUE_CHANGE_PERCENTAGE"
RISK: Final = "RISK_THRESHOLD"

PRICE_KINDS: Final = (PRICE_ABOVE, PRICE_BELOW, PRICE_CHANGE)
VALUE_KINDS: Final = (VALUE_ABOVE, VALUE_BELOW, VALUE_CHANGE)
MONEY_KINDS: Final = (VALUE_ABOVE, VALUE_BELOW)
CHANGE_KINDS: Final = (PRICE_CHANGE, VALUE_CHANGE)
KINDS: Final = (*PRICE_KINDS, *VALUE_KINDS, RISK)
OPERATORS: Final = ("gt", "lt")
