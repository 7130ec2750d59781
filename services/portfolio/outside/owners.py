"""What we ask the owners of assets and of alert rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shared.client import ServiceClient, in_parts
from shared.errors import NotFound, ValidationFailed
from shared.events import cards
from shared.finance.money import plain
from shared.identity import Signer

AT_ONCE: Final = 500  # ids in one call: the request line stays under gunicorn's 8190 bytes
_CLOSES_AT_ONCE: Final = 10_000  # a body of less than 1 MiB
_TEXTS_AT_ONCE: Final = 50  # symbols of 32 characters, three bytes each when they are escaped


class AssetSnapshot(NamedTuple):
    """An asset as of one sequence.

    Attributes:
        closes: of a currency pair, by day; nobody here needs those of anything else.
    """

    sequence: int
    card: cards.Asset
    closes: Mapping[date, Decimal] = {}

    @property
    def is_pair(self) -> bool:
        """Whether its prices are exchange rates; those of a private one are its owner's."""
        return self.card.asset_type == "CURRENCY"


class AssetOfImport(NamedTuple):
    """A private asset that was made for an import.

    Attributes:
        has_own_records: whether its owner recorded prices or splits of it.
    """

    id: int
    symbol: str
    name: str
    has_own_records: bool


class Sought(NamedTuple):
    """Something that prices are sought of.

    Attributes:
        currency: that they must be in.
        symbol, isin: as a file writes them; of a currency pair, its own symbol.
        paid: what one piece has cost on the day `paid_on`, in that currency.
    """

    currency: str
    symbol: str | None = None
    isin: str | None = None
    is_pair: bool = False
    paid: Decimal | None = None
    paid_on: date | None = None


class Proposal(NamedTuple):
    """Who has the prices of something, what it is called there, and what it is."""

    data_source: str
    data_symbol: str
    asset_type: str


class Owners:
    """The internal APIs of the assets and the webhooks service."""

    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._assets = ServiceClient("assets", urls["assets"], signer)
        self._urls, self._signer = urls, signer

    def asset_ids(self) -> Iterator[int]:
        """Yield the id of every asset, ascending.

        Raises:
            Unavailable: their owner does not answer.
        """
        return self._assets.ids("assets")

    def assets(self, ids: Sequence[int]) -> Iterator[AssetSnapshot]:
        """Yield those of the assets that there are, pairs with their closes.

        Raises:
            Unavailable: their owner does not answer.
        """
        for some in in_parts(ids, AT_ONCE):
            query = {"ids": ",".join(map(str, some))}
            for card in self._assets.get("assets/by-ids/", query)["assets"]:
                snapshot = AssetSnapshot(card["sequence"], cards.Asset.of(card))
                if snapshot.is_pair:
                    yield from self._pair(card["id"])
                else:
                    yield snapshot

    def seen_by(
        self, user_id: int, *, isins: Sequence[str] = (), symbols: Sequence[str] = ()
    ) -> list[cards.Asset]:
        """Return the assets that a user may mean by ISINs or by symbols, retired ones too.

        Args:
            isins, symbols: of one there may be several assets.

        Raises:
            Unavailable: their owner does not answer.
        """
        assets: dict[int, cards.Asset] = {}
        for name, texts in (("isins", isins), ("symbols", symbols)):
            for some in in_parts(texts, _TEXTS_AT_ONCE):
                query = {name: ",".join(some), "user": user_id}
                answer = self._assets.get(f"assets/by-{name}/", query)
                assets |= {card["id"]: cards.Asset.of(card) for card in answer["assets"]}
        return list(assets.values())

    def make_private(self, user_id: int, values: Mapping[str, Any]) -> int:
        """Make a private asset of a user, unless they have it already; return its id.

        Args:
            values: `symbol`, `name`, `currency`, `isin`; and where a data source was found
                `asset_type`, `data_source`, `data_symbol`.

        Raises:
            Conflict, ValidationFailed: its owner refuses it.
            Unavailable: its owner does not answer.
        """
        made = self._assets.post("assets/", {"user": user_id, **values})
        return int(made["id"])

    def of_imports(self, user_id: int, ids: Iterable[int]) -> list[AssetOfImport]:
        """Return those of the assets that were made for imports of a user, and are in use.

        Raises:
            Unavailable: their owner does not answer.
        """
        assets = _listed(self._assets, "assets/of-imports/", user_id, ids)
        return [AssetOfImport(**asset) for asset in assets]

    def watched(self, user_id: int, ids: Iterable[int]) -> set[int]:
        """Return those of the assets that alert rules of a user are on.

        Raises:
            Unavailable: the owner of rules does not answer.
        """
        alerts = ServiceClient("webhooks", self._urls["webhooks"], self._signer)
        return set(_listed(alerts, "alerts/assets/", user_id, ids))

    def jobs(self, user_id: int) -> list[Mapping[str, Any]]:
        """Return what the owner of assets tells of a user's jobs.

        Raises:
            Unavailable: it does not answer.
        """
        told: list[Mapping[str, Any]] = self._assets.get("jobs/", {"user": user_id})["jobs"]
        return told

    def refusals(
        self, user_id: int, assets: Sequence[Mapping[str, Any]]
    ) -> list[ValidationFailed | None]:
        """Return why `make_private` would refuse assets made one after the other; None is not.

        Raises:
            Unavailable: their owner does not answer.
        """
        refusals: list[ValidationFailed | None] = []
        for some in in_parts(assets, AT_ONCE):
            answer = self._assets.post("assets/trial/", {"user": user_id, "assets": list(some)})
            refusals += [fields and ValidationFailed(fields) for fields in answer["refused"]]
        return refusals

    def proposals(self, sought: Sequence[Sought]) -> dict[Sought, Proposal | None] | None:
        """Return who has the prices of what; None where no price source is switched on.

        Left out is what a source has not answered for; nobody waits for one longer than seconds.

        Raises:
            Unavailable, ValidationFailed: their owner does not answer, or not this.
        """
        answer = self._assets.post("assets/proposals/", {"assets": [*map(_wire, sought)]})
        if not answer["is_asked"]:
            return None
        return {
            one: Proposal(**told["proposal"]) if told["proposal"] else None
            for one, told in zip(sought, answer["proposals"], strict=True)
            if told["is_known"]
        }

    def record_closes(
        self,
        user_id: int,
        asset_id: int,
        closes: Mapping[date, Decimal],
        currency: str | None = None,
    ) -> None:
        """Record closes of a user's own asset, by day; what cannot be a price is left out.

        Args:
            currency: of the closes; that of the asset by default.

        Raises:
            NotFound: it is none of theirs.
            Unavailable: its owner does not answer.
        """
        prices = [{"date": day.isoformat(), "close": plain(it)} for day, it in closes.items()]
        for some in in_parts(prices, _CLOSES_AT_ONCE):
            body: dict[str, Any] = {"user": user_id, "prices": list(some)}
            if currency:
                body["currency"] = currency
            self._assets.post(f"assets/{asset_id}/prices/", body)

    def _pair(self, asset_id: int) -> Iterator[AssetSnapshot]:
        try:
            series = self._assets.get(f"assets/{asset_id}/prices/")
        except NotFound:
            return  # deleted since it was listed
        days = map(date.fromisoformat, series["dates"])
        closes = dict(zip(days, map(Decimal, series["close"]), strict=True))
        yield AssetSnapshot(series["sequence"], cards.Asset.of(series["asset"]), closes)


def _listed(owner: ServiceClient, path: str, user_id: int, ids: Iterable[int]) -> list[Any]:
    """Return all that an owner says of a user's assets with these ids."""
    told: list[Any] = []
    for some in in_parts(sorted(ids), AT_ONCE):
        told += owner.get(path, {"user": user_id, "ids": ",".join(map(str, some))})["assets"]
    return told


def _wire(sought: Sought) -> dict[str, Any]:
    return {
        **sought._asdict(),
        "paid": None if sought.paid is None else plain(sought.paid),
        "paid_on": sought.paid_on and sought.paid_on.isoformat(),
    }
