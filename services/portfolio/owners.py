"""What we ask the owner of assets, when one is new to us or events of it are missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.client import ServiceClient
from shared.identity import Signer

Card = Mapping[str, Any]

# In one call, so that the request line stays under gunicorn's 8190 bytes.
_AT_ONCE: Final = 500  # ids
_TEXTS_AT_ONCE: Final = 50  # symbols of 32 characters, three bytes each when they are escaped


@dataclass(frozen=True)
class AssetSnapshot:
    """An asset as of one sequence.

    Attributes:
        card: as the events carry it (the catalogue's `AssetCard`).
        closes: of a currency pair, by day; nobody here needs those of anything else.
    """

    sequence: int
    card: Card
    closes: Mapping[date, Decimal] = field(default_factory=dict)


class Owners:
    """The internal API of the assets service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._assets = ServiceClient("assets", urls["assets"], signer)

    def assets(self, ids: Sequence[int]) -> Iterator[AssetSnapshot]:
        """Yield those of the assets that there are.

        Raises:
            Unavailable: their owner does not answer.
        """
        for first in range(0, len(ids), _AT_ONCE):
            chunk = ",".join(map(str, ids[first : first + _AT_ONCE]))
            answer = self._assets.get("assets/by-ids/", {"ids": chunk})
            yield from map(self._snapshot, answer["assets"])

    def all_assets(self) -> Iterator[AssetSnapshot]:
        """Yield every asset, by ascending id.

        Raises:
            Unavailable: their owner does not answer.
        """
        after: int | None = 0
        while after is not None:
            page = self._assets.get("assets/", {"after_id": after})
            yield from map(self._snapshot, page["assets"])
            after = page["next_after_id"]

    def pair(self, asset_id: int) -> AssetSnapshot:
        """Return a currency pair with its closes.

        Raises:
            NotFound: there is none of that id.
            Unavailable: its owner does not answer.
        """
        series = self._assets.get(f"assets/{asset_id}/prices/")
        days = map(date.fromisoformat, series["dates"])
        closes = dict(zip(days, map(Decimal, series["close"]), strict=True))
        return AssetSnapshot(series["sequence"], series["asset"], closes)

    def seen_by(
        self, user_id: int, *, isins: Sequence[str] = (), symbols: Sequence[str] = ()
    ) -> list[Card]:
        """Return the assets that a user may mean by ISINs or by symbols, retired ones too.

        Args:
            isins, symbols: of one there may be several assets.

        Raises:
            Unavailable: their owner does not answer.
        """
        found: dict[int, Card] = {}
        for name, texts in (("isins", isins), ("symbols", symbols)):
            for first in range(0, len(texts), _TEXTS_AT_ONCE):
                query = {name: ",".join(texts[first : first + _TEXTS_AT_ONCE]), "user": user_id}
                answer = self._assets.get(f"assets/by-{name}/", query)
                found |= {card["id"]: card for card in answer["assets"]}
        return list(found.values())

    def make_private(self, user_id: int, values: Mapping[str, Any]) -> int:
        """Make a private asset of a user, unless they have it already; return its id.

        Args:
            values: `symbol`, `name`, `currency`, `isin`.

        Raises:
            Conflict, ValidationFailed: its owner refuses it.
            Unavailable: its owner does not answer.
        """
        made = self._assets.post("assets/", {"user": user_id, **values})
        return int(made["id"])

    def _snapshot(self, answer: Mapping[str, Any]) -> AssetSnapshot:
        if is_pair(answer):
            return self.pair(answer["id"])
        card = {name: value for name, value in answer.items() if name != "sequence"}
        return AssetSnapshot(answer["sequence"], card)


def is_pair(card: Card) -> bool:
    """Return whether an asset's prices are exchange rates; a private one's are nobody's rates."""
    return bool(card["asset_type"] == "CURRENCY" and card["owner"] is None)
