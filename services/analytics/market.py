"""What assets cost, kept in memory while their versions stand."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from services.analytics import commands, queries
from services.analytics.cache import VersionedCache
from services.analytics.domain.fx import BRIDGES, Rates
from services.analytics.domain.packing import History
from services.analytics.domain.series import Series, split_adjusted
from services.analytics.domain.valuation import Quotes
from services.analytics.owners import Owners
from services.analytics.queries import AssetCard
from shared.db import Database
from shared.errors import BadRequest, NotFound

Cards = Mapping[int, AssetCard]

_CAPACITY: Final = 64 * 2**20  # bytes: some 1,600 assets of ten years


def versions(cards: Cards) -> Hashable:
    """Return what changes whenever one of the assets does."""
    return tuple(sorted((card.id, card.version) for card in cards.values()))


class Benchmark(NamedTuple):
    """What something is measured against: its asset, and the rates into `currency`."""

    requested: str
    card: AssetCard
    pairs: Cards
    currency: str

    @property
    def symbol(self) -> str:
        """The symbol that stands for the requested one."""
        return self.card.symbol

    @property
    def version(self) -> Hashable:
        """What its levels are computed from."""
        return self.card.id, self.card.version, versions(self.pairs)


class Market:
    """Cards, quotes and rates.

    Versions are read before what they belong to, so what is kept under a version is at worst
    newer than that, and a later request never gets anything older than the events it has.

    Args:
        owners: are asked for an asset that we don't have yet.
        aliases: asked benchmark → the symbol that stands for it.
    """

    def __init__(self, database: Database, owners: Owners, aliases: Mapping[str, str]) -> None:
        self._database = database
        self._owners = owners
        self._aliases = aliases
        self._quotes = VersionedCache[Quotes](_CAPACITY, _bytes)

    def asset(self, session: Session, asset_id: int, user_id: int) -> AssetCard:
        """Return one asset.

        Raises:
            NotFound: there is none, or it is private to somebody else.
            Unavailable: its owner must be asked and does not answer.
        """
        card = self.cards(session, [asset_id]).get(asset_id)
        if card is None or card.owner_id not in (None, user_id):
            raise NotFound.of("asset")
        return card

    def cards(self, session: Session, asset_ids: Iterable[int]) -> dict[int, AssetCard]:
        """Return the assets that exist; what we don't have yet is taken from its owner.

        Raises:
            Unavailable: the owner must be asked and does not answer.
        """
        wanted = set(asset_ids)
        found = queries.assets(session, wanted)
        if missing := wanted - found.keys():
            for asset_id in sorted(missing):
                self._adopt(asset_id)
            found |= queries.assets(session, missing)
        return found

    def quotes(self, session: Session, cards: Cards) -> dict[int, Quotes]:
        """Return closes and splits; only those that moved are read and unpacked."""
        held = {key: self._quotes.get(key, card.version) for key, card in cards.items()}
        found = {key: quotes for key, quotes in held.items() if quotes is not None}
        if missing := [card for key, card in cards.items() if key not in found]:
            for card, quotes in _read(session, missing):
                self._quotes.put(card.id, card.version, quotes)
                found[card.id] = quotes
        return found

    def pairs(self, session: Session, currencies: Iterable[str], target: str) -> Cards:
        """Return the CURRENCY assets that may turn `currencies` into `target`."""
        symbols = {symbol for source in currencies for symbol in _pair_symbols(source, target)}
        return queries.currency_pairs(session, symbols) if symbols else {}

    def rates(self, session: Session, pairs: Cards) -> Rates:
        """Return the rates of CURRENCY assets."""
        quotes = self.quotes(session, pairs)
        return Rates({pairs[key].symbol: quotes[key].closes for key in pairs})

    def benchmark(
        self, session: Session, requested: str | None, user_id: int, currency: str
    ) -> Benchmark | None:
        """Return what the user means by a symbol: an asset they see, else what it is an alias of.

        Raises:
            BadRequest: it is neither.
        """
        if requested is None:
            return None
        alias = self._aliases.get(requested.upper(), requested)
        card = queries.by_symbols(session, [requested, alias], user_id)
        if card is None:
            raise BadRequest(f"Query parameter 'benchmark': There is no asset '{requested}'.")
        pairs = self.pairs(session, [card.currency], currency)
        return Benchmark(requested, card, pairs, currency)

    def levels(self, session: Session, benchmark: Benchmark) -> Series:
        """Return a benchmark's split-adjusted closes in its currency, NaN before the first rate."""
        card = benchmark.card
        quotes = self.quotes(session, {card.id: card})[card.id]
        closes = split_adjusted(quotes.closes, quotes.splits)
        rates = self.rates(session, benchmark.pairs)
        turned = rates.between(card.currency, benchmark.currency, closes.days)
        return Series(closes.days, closes.values * turned.values)

    def _adopt(self, asset_id: int) -> None:
        with suppress(NotFound):
            snapshot = self._owners.asset(asset_id)
            self._database.unit(lambda session: commands.adopt_asset(session, snapshot))


def _read(session: Session, cards: list[AssetCard]) -> Iterator[tuple[AssetCard, Quotes]]:
    ids = [card.id for card in cards]
    packed, splits = queries.packed_closes(session, ids), queries.splits(session, ids)
    for card in cards:
        closes = History.unpack(packed.get(card.id, [])).closes()
        yield card, Quotes(card.symbol, card.currency, closes, Series.of(splits.get(card.id, [])))


def _pair_symbols(source: str, target: str) -> Iterator[str]:
    if source == target:
        return
    legs = {(source, target)}
    for bridge in {*BRIDGES} - {source, target}:
        legs |= {(source, bridge), (bridge, target)}
    for near, far in legs:
        yield near + far
        yield far + near


def _bytes(quotes: Quotes) -> int:
    return quotes.closes.days.nbytes + quotes.closes.values.nbytes
