"""The catalogue: every type of event with the schema of its data.

The event's `sequence` counts the events on its subject; only `ledger-changed` shares one, with the
last of those that it announces. Money and quantities are strings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from marshmallow import RAISE, Schema, fields, validate

from shared.events.event import announced_topic


class EventData(Schema):
    """Strict, so that what one service says and another expects cannot drift apart."""

    class Meta:
        """Unknown names are refused."""

        unknown = RAISE


def _id(what: str) -> fields.Integer:
    return fields.Integer(
        required=True, strict=True, metadata={"description": f"Id of the {what}."}
    )


def _text(what: str, example: str | None, *, optional: bool = False) -> fields.String:
    metadata = {"description": what, "example": example}
    return fields.String(required=True, allow_none=optional, metadata=metadata)


def _moment(what: str) -> fields.String:
    metadata = {"description": what, "format": "date-time"}
    return fields.String(required=True, metadata=metadata)


def _decimal(what: str, *, optional: bool = False) -> fields.String:
    return fields.String(
        required=True,
        allow_none=optional,
        validate=validate.Regexp(r"^-?\d+(\.\d+)?$"),
        metadata={"description": f"{what}; a decimal in plain notation.", "example": "175.50"},
    )


def _day(what: str, *, optional: bool = False) -> fields.Date:
    return fields.Date(required=True, allow_none=optional, metadata={"description": what})


def _flag(what: str) -> fields.Boolean:
    return fields.Boolean(required=True, metadata={"description": what})


class AssetCard(EventData):
    """What other services keep of an asset: enough for a list without a call."""

    id = _id("asset")
    symbol = _text("Symbol, with the exchange's suffix", "AAPL")
    name = _text("Name", "Apple Inc.")
    asset_type = _text("STOCK, ETF, …", "STOCK")
    currency = _text("Currency of its prices", "USD")
    isin = _text("ISIN", "US0378331005", optional=True)
    exchange = _text("Exchange", "NASDAQ", optional=True)
    sector = _text("Sector", "Technology", optional=True)
    industry = _text("Industry", "Consumer Electronics", optional=True)
    country = _text("Country", "US", optional=True)
    visibility = _text("PUBLIC or PRIVATE", "PUBLIC")
    owner = fields.Integer(
        required=True, allow_none=True, metadata={"description": "User who owns a private asset."}
    )
    is_active = _flag("False once it is retired")
    current_price = _decimal("Last close", optional=True)
    previous_close = _decimal("The close of the day before", optional=True)
    price_date = _day("Day of `current_price`", optional=True)
    price_source = _text(
        "Where it comes from: manual, import, trade, a data source", "manual", optional=True
    )
    split_dates = fields.List(
        fields.Date(),
        required=True,
        metadata={"description": "The first trading days in new pieces, the oldest first."},
    )


class Price(EventData):
    """One day's price as traded."""

    date = _day("Day")
    open = _decimal("Open", optional=True)
    high = _decimal("High", optional=True)
    low = _decimal("Low", optional=True)
    close = _decimal("Close")
    volume = fields.Integer(required=True, allow_none=True, metadata={"description": "Volume"})


class AssetChanged(EventData):
    """An asset was made, changed or retired."""

    asset = fields.Nested(AssetCard, required=True)


class PriceUpdated(EventData):
    """A price of one day was recorded."""

    asset = fields.Nested(AssetCard, required=True)
    price = fields.Nested(Price, required=True)
    previous_price = _decimal("`current_price` before", optional=True)


class PriceHistoryImported(EventData):
    """Many prices were recorded, or a split rewrote them: ask the owner for the series.

    Those of the source `trade` are no news of a market: they came, or went, with transactions.
    """

    asset = fields.Nested(AssetCard, required=True)
    first_date = _day("First day touched")
    last_date = _day("Last day touched")
    count = fields.Integer(required=True, metadata={"description": "Prices recorded."})
    source = _text(
        "Where they come from, as `price_source`; null of a split", "import", optional=True
    )


class PortfolioCard(EventData):
    """What other services keep of a portfolio."""

    id = _id("portfolio")
    owner = _id("user who owns it")
    name = _text("Name", "Growth")
    currency = _text("Its currency", "USD")
    cost_basis_method = _text("AVERAGE, FIFO, LIFO or HIFO", "AVERAGE")
    is_active = _flag("Whether it is in use")


class PortfolioChanged(EventData):
    """A portfolio was made, changed or deleted."""

    portfolio = fields.Nested(PortfolioCard, required=True)


class Transaction(EventData):
    """One entry of a ledger, with all that a valuation needs."""

    id = _id("transaction")
    portfolio = _id("portfolio")
    asset = fields.Integer(required=True, allow_none=True, metadata={"description": "Asset."})
    symbol = _text("Symbol of the asset", "AAPL", optional=True)
    transaction_type = _text("BUY, SELL, …", "BUY")
    date = _day("Day")
    quantity = _decimal("Quantity", optional=True)
    price = _decimal("Unit price", optional=True)
    amount = _decimal("What moved, signed from the portfolio's side", optional=True)
    fees = _decimal("Fees")
    taxes = _decimal("Taxes")
    currency = _text("Currency of the transaction", "USD")
    exchange_rate = _decimal("To the portfolio's currency", optional=True)
    ratio = _text("Split ratio, new:old", None, optional=True)
    cash_effect = _decimal("What it does to cash, in its own currency")
    position_in_day = fields.Integer(
        required=True, metadata={"description": "Order within the day: of creation."}
    )
    notes = _text("Notes", None, optional=True)
    external_id = _text("The client's own id", None, optional=True)
    import_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The import that it came by."}
    )
    created = _moment("When it was recorded.")
    modified = _moment("When it was last changed.")


class TransactionChanged(EventData):
    """A ledger entry was recorded, edited or deleted."""

    owner = _id("user who owns the portfolio")
    transaction = fields.Nested(Transaction, required=True)


class LedgerChanged(EventData):
    """One commit changed more than one thing of a portfolio: an event for each follows.

    It comes ahead of them and has the sequence of the last of them, so that who keeps whole
    ledgers asks the owner for this one once, never shows it half changed, and drops the others or
    is never given them (`Event.topic`).
    """

    portfolio = _id("portfolio")
    owner = _id("user who owns it")
    first_date = _day("First day touched")
    count = fields.Integer(required=True, metadata={"description": "Entries touched."})


class ImportTakenBack(EventData):
    """The entries of an import are deleted, and with them assets that were made for it.

    What else is on one of these is looked at again by who deletes them.
    """

    import_id = _id("import")
    portfolio = _id("portfolio")
    owner = _id("user who owns it, and the assets")
    assets = fields.List(
        fields.Integer(strict=True),
        required=True,
        metadata={"description": "Ids of private assets that go with it."},
    )


class PositionChanged(EventData):
    """A position is another one than before."""

    position = _id("position")
    portfolio = _id("portfolio")
    owner = _id("user who owns the portfolio")
    asset = _id("asset")
    quantity = _decimal("Quantity held")
    cost_basis = _decimal("Cost of what is held, in the asset's currency")
    realized_gain_loss = _decimal("Realised so far, in the asset's currency")


class PortfolioValued(EventData):
    """A portfolio is worth something else than before."""

    portfolio = _id("portfolio")
    owner = _id("user who owns it")
    currency = _text("Its currency", "USD")
    total_value = _decimal("Its value; null where a price or rate is missing", optional=True)
    previous_value = _decimal("The value said before", optional=True)
    as_of = _day("Market day of the value")


class RiskComputed(EventData):
    """The performance and risk figures of a portfolio were computed anew."""

    portfolio = _id("portfolio")
    owner = _id("user who owns it")
    metrics = fields.Dict(
        keys=fields.String(),
        values=_decimal("The figure; null where it is not defined", optional=True),
        required=True,
        metadata={"description": "Figures by name, as `performance_metrics` and `risk_metrics`."},
    )
    as_of = _day("Market day of the figures")


class Snapshot(EventData):
    """A portfolio on one market day, as the public API answers it."""

    id = _id("snapshot")
    portfolio = _id("portfolio")
    date = _day("Market day")
    total_value = _decimal("Value", optional=True)
    total_cost_basis = _decimal("Cost of what is held", optional=True)
    cash_balance = _decimal("Cash", optional=True)
    net_flow = _decimal("What came in from outside on the day", optional=True)
    total_return = _decimal("Value − cost", optional=True)
    total_return_percentage = _decimal("The same in percent of the cost", optional=True)
    position_count = fields.Integer(required=True, metadata={"description": "Positions held."})
    created = _moment("When it was made.")


class SnapshotCreated(EventData):
    """A market day of a portfolio was recorded."""

    owner = _id("user who owns the portfolio")
    snapshot = fields.Nested(Snapshot, required=True)


class AlertFired(EventData):
    """What an alert rule waits for has come true."""

    alert = _id("alert rule")
    owner = _id("user who owns it")
    kind = _text("PRICE_ABOVE, RISK_THRESHOLD, …", "PRICE_ABOVE")
    asset = fields.Integer(required=True, allow_none=True, metadata={"description": "Asset."})
    portfolio = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Portfolio."}
    )
    metric = _text("The figure of a RISK_THRESHOLD", None, optional=True)
    value = _decimal("What was met")
    threshold = _decimal("What it is compared with")
    fired_at = _moment("When it fired.")


class UserChanged(EventData):
    """A user was made, deactivated or deleted."""

    user = _id("user")
    username = _text("Username", "anna")


class TokenRevoked(EventData):
    """A token stopped working."""

    token = _id("token")
    user = _id("user who owned it")


# Service → the types that it tells of, and no other does: the broker refuses them of others.
TOLD: Final[Mapping[str, Mapping[str, type[EventData]]]] = {
    "assets": {
        "asset-created": AssetChanged,
        "asset-updated": AssetChanged,
        "asset-deleted": AssetChanged,
        "price-updated": PriceUpdated,
        "price-history-imported": PriceHistoryImported,
    },
    "portfolio": {
        "portfolio-created": PortfolioChanged,
        "portfolio-updated": PortfolioChanged,
        "portfolio-deleted": PortfolioChanged,
        "transaction-created": TransactionChanged,
        "transaction-updated": TransactionChanged,
        "transaction-deleted": TransactionChanged,
        "ledger-changed": LedgerChanged,
        "import-taken-back": ImportTakenBack,
        "position-changed": PositionChanged,
    },
    "analytics": {
        "portfolio-valued": PortfolioValued,
        "risk-computed": RiskComputed,
        "snapshot-created": SnapshotCreated,
    },
    "webhooks": {"alert-fired": AlertFired},
    "auth": {
        "user-created": UserChanged,
        "user-deactivated": UserChanged,
        "user-deleted": UserChanged,
        "token-revoked": TokenRevoked,
    },
}
CATALOGUE: Final[Mapping[str, type[EventData]]] = {
    type_: data for told in TOLD.values() for type_, data in told.items()
}
# Service → the types that its handlers take, which whoever owns the broker gives it.
HEARD: Final[Mapping[str, Sequence[str]]] = {
    "auth": (),
    "portfolio": (*TOLD["assets"], "user-deleted"),
    "assets": (
        *(type_ for type_ in TOLD["portfolio"] if type_ != "position-changed"),
        "user-deleted",
    ),
    "analytics": (
        *TOLD["assets"],
        "portfolio-created",
        "portfolio-updated",
        "portfolio-deleted",
        "ledger-changed",
        "transaction-created",
        "transaction-updated",
        "transaction-deleted",
    ),
    # Every type there is, so that no event is ever unroutable.
    "webhooks": tuple(CATALOGUE),
}
# Those that keep whole ledgers: when one event announces others, they ask for the ledger, and are
# not given the others (`Event.topic`).
_ASK_FOR_LEDGERS: Final = frozenset({"assets", "analytics"})


def topics(service: str, types: Iterable[str]) -> Sequence[str]:
    """Return the topics under which the broker gives `service` the events of `types`."""
    heard = tuple(types)
    announced = () if service in _ASK_FOR_LEDGERS else map(announced_topic, heard)
    return (*heard, *announced)


def told_topics(service: str) -> Sequence[str]:
    """Return the topics under which `service` publishes."""
    return (*TOLD[service], *map(announced_topic, TOLD[service]))


def check(type_: str, data: dict[str, Any]) -> None:
    """Raise if `data` is not what the catalogue says of `type_`.

    Raises:
        KeyError: there is no such type.
        marshmallow.ValidationError: the data breaks its schema.
    """
    CATALOGUE[type_]().load(data)
