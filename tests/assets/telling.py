"""What other services tell, applied by the real handlers."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from services.assets import handlers
from services.assets.outside.owners import Owners
from services.assets.replicas import Replicas
from shared.events import Event, catalogue
from shared.identity import Signer
from shared.testing import Stand
from shared.testing.stand import NOWHERE

MOMENT: Final = "2024-02-01T00:00:00Z"
_BLANK: Final = {
    **dict.fromkeys(("symbol", "exchange_rate", "ratio", "notes", "external_id", "import_id")),
    "fees": "0",
    "taxes": "0",
    "created": MOMENT,
    "modified": MOMENT,
}


class Told:
    """Assets, which is told of what happens elsewhere.

    Args:
        portfolio_url: where the owner of ledgers answers; nobody does by default.
    """

    def __init__(self, stand: Stand, portfolio_url: str = NOWHERE) -> None:
        self.stand = stand
        signer = Signer("assets", stand.keys / "assets.pem")
        self.owners = Owners({"portfolio": portfolio_url}, signer)
        self._handlers = handlers.table(Replicas(stand.database, self.owners), self.owners)

    def event(self, event: Event) -> Event:
        """Apply an event as the worker does."""
        catalogue.check(event.type, event.data)
        self.stand.hear(event, self._handlers)
        return event

    def ledger(self, number: int = 1, *, owner: int = 1) -> "Ledger":
        """Tell of a new portfolio."""
        ledger = Ledger(self, number, owner)
        ledger.say("portfolio-created", portfolio=ledger.card)
        return ledger


@dataclass
class Ledger:
    """A portfolio and what is told of its trades, in order.

    Attributes:
        holds_back: whether what is said is kept, to be told later.
        kept: what was.
    """

    told: Told
    number: int
    owner: int
    sequence: int = 0
    holds_back: bool = False
    kept: list[Event] = field(default_factory=list)

    @property
    def card(self) -> dict[str, Any]:
        """The catalogue's `PortfolioCard`."""
        return {
            "id": self.number,
            "owner": self.owner,
            "name": "Mine",
            "currency": "USD",
            "cost_basis_method": "AVERAGE",
            "is_active": True,
        }

    def buy(self, number: int, asset: int, day: str, price: str | None, **more: Any) -> Event:
        """Tell of a purchase of one piece, by the id of the transaction."""
        return self._of("transaction-created", number, asset, day, price, **more)

    def edit(self, number: int, asset: int, day: str, price: str | None, **more: Any) -> Event:
        """Tell what a transaction is now."""
        return self._of("transaction-updated", number, asset, day, price, **more)

    def delete(self, number: int, asset: int, day: str, price: str) -> Event:
        """Tell that a transaction is gone."""
        return self._of("transaction-deleted", number, asset, day, price)

    def end(self) -> Event:
        """Tell that the portfolio is gone."""
        return self.say("portfolio-deleted", portfolio=self.card)

    def say(self, type_: str, **data: Any) -> Event:
        self.sequence += 1
        subject = f"portfolios/{self.number}"
        event = Event.now("portfolio", type_, subject, self.sequence, data)
        if self.holds_back:
            self.kept.append(event)
            return event
        return self.told.event(event)

    def _of(
        self, type_: str, number: int, asset: int, day: str, price: str | None, **more: Any
    ) -> Event:
        entry = {
            **_BLANK,
            "id": number,
            "portfolio": self.number,
            "asset": asset,
            "transaction_type": "BUY",
            "date": day,
            "quantity": "1",
            "price": price,
            "amount": None,
            "currency": "USD",
            "cash_effect": f"-{price or 0}",
            "position_in_day": number,
            **more,
        }
        return self.say(type_, owner=self.owner, transaction=entry)


def again(event: Event) -> Event:
    """Return an event that says the same once more, as another message."""
    return replace(event, id=Event.now("portfolio", event.type, event.subject, 1, {}).id)
