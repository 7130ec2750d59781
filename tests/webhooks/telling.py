"""Events as the other services say them, applied by the real handlers."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.webhooks import handlers
from services.webhooks.outside.owners import Owners
from services.webhooks.replicas import Replicas
from shared.events import Event, catalogue
from shared.testing import Stand


class Said:
    """What is said on the bus, applied in the consumer's transaction."""

    def __init__(self, stand: Stand, owners: Owners) -> None:
        self.owners = owners
        self._stand = stand
        self._handlers = handlers.table(Replicas(stand.database, owners), owners)

    @property
    def types(self) -> list[str]:
        """The types that webhooks consumes."""
        return list(self._handlers)

    def event(self, event: Event) -> Event:
        catalogue.check(event.type, event.data)
        self._stand.hear(event, self._handlers)
        return event

    def say(
        self, type_: str, subject: str, sequence: int, at: datetime | None = None, **data: Any
    ) -> Event:
        event = Event.now("test", type_, subject, sequence, data)
        return self.event(replace(event, time=at) if at else event)

    def own_events(self) -> list[Event]:
        """Apply what webhooks itself has said, as the bus would bring it back; return it."""
        return [self.event(event) for event in self._stand.events()]

    def price(
        self, asset: int, sequence: int, price: str, *, day: str = "2024-01-19", **more: Any
    ) -> Event:
        """Say that the newest price of an asset is this."""
        newest = card(asset, price, day=more.pop("newest", day))
        return self.say(
            "price-updated",
            f"assets/{asset}",
            sequence,
            asset=newest,
            price=bar(day, more.pop("close", price)),
            previous_price=more.pop("previous", None),
            at=more.pop("at", None),
        )

    def imported(
        self, asset: int, sequence: int, price: str | None, *, day: str = "2024-01-19", **more: str
    ) -> Event:
        """Say that many prices were recorded; the newest is this."""
        return self.say(
            "price-history-imported",
            f"assets/{asset}",
            sequence,
            asset=card(asset, price, day=day),
            first_date="2020-01-02",
            last_date=more.get("last_day", day),
            count=1000,
            source=more.get("source", "import"),
        )

    def holding(
        self, owner: int, asset: int, quantity: str = "1", *, portfolio: int = 1, **more: int
    ) -> Event:
        """Say how much a portfolio holds."""
        position = more.get("position", 100 * portfolio + asset)
        return self.say(
            "position-changed",
            f"positions/{position}",
            more.get("sequence", 1),
            position=position,
            portfolio=portfolio,
            owner=owner,
            asset=asset,
            quantity=quantity,
            cost_basis="0",
            realized_gain_loss="0",
        )

    def transaction(self, type_: str = "created", *, owner: int = 1, sequence: int = 2) -> Event:
        return self.say(
            f"transaction-{type_}",
            "portfolios/1",
            sequence,
            owner=owner,
            transaction=transaction(),
        )

    def portfolio(self, owner: int, portfolio: int = 1, **values: str) -> Event:
        return self.say(
            "portfolio-created",
            f"portfolios/{portfolio}",
            1,
            portfolio=portfolio_card(owner, portfolio, **values),
        )

    def value(
        self, sequence: int, value: str | None, *, day: str = "2024-01-19", **more: Any
    ) -> Event:
        """Say what portfolio 1 of user 1 is worth."""
        return self.say(
            "portfolio-valued",
            "valuations/1",
            sequence,
            portfolio=1,
            owner=1,
            currency=more.get("currency", "USD"),
            total_value=value,
            previous_value=more.get("previous"),
            as_of=day,
        )

    def risk(self, sequence: int, **metrics: str | None) -> Event:
        return self.say(
            "risk-computed",
            "valuations/1",
            sequence,
            portfolio=1,
            owner=1,
            metrics=metrics,
            as_of="2024-01-19",
        )


def card(
    asset: int, price: str | None = None, *, owner: int | None = None, day: str = "2024-01-19"
) -> dict[str, Any]:
    return {
        "id": asset,
        "symbol": f"SYM{asset}",
        "name": f"Asset {asset}",
        "asset_type": "STOCK",
        "currency": "USD",
        "isin": None,
        "exchange": None,
        "sector": None,
        "industry": None,
        "country": None,
        "visibility": "PUBLIC" if owner is None else "PRIVATE",
        "owner": owner,
        "is_active": True,
        "current_price": price,
        "previous_close": None,
        "price_date": day if price else None,
        "price_source": None,
        "split_dates": [],
    }


def bar(day: str, close: str) -> dict[str, Any]:
    return {"date": day, "open": None, "high": None, "low": None, "close": close, "volume": None}


def portfolio_card(owner: int, portfolio: int = 1, **values: str) -> dict[str, Any]:
    return {
        "id": portfolio,
        "owner": owner,
        "name": "Mine",
        "currency": "USD",
        "cost_basis_method": "AVERAGE",
        "is_active": True,
        **values,
    }


def transaction(**values: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "portfolio": 1,
        "asset": 5,
        "symbol": "SYM5",
        "transaction_type": "BUY",
        "date": "2024-01-19",
        "quantity": "10.00000000",
        "price": "175.50000000",
        "amount": "-1755.00",
        "fees": "0.00",
        "taxes": "0.00",
        "currency": "USD",
        "exchange_rate": "1.00",
        "ratio": None,
        "cash_effect": "-1755.00",
        "position_in_day": 1,
        "notes": None,
        "external_id": None,
        "import_id": None,
        "created": "2024-01-19T15:00:00Z",
        "modified": "2024-01-19T15:00:00Z",
        **values,
    }
