"""What assets cost, kept in memory while their versions stand."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from services.analytics import commands, queries
from services.analytics.cache import VersionedCache
from services.analytics.domain.fx import Rates
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.packing import History
from services.analytics.domain.risk import CRYPTO_DAYS, TRADING_DAYS
from services.analytics.domain.series import Series, split_adjusted
from services.analytics.domain.valuation import Quotes
from services.analytics.owners import Owners
from services.analytics.queries import AssetCard
from shared.db import Database
from shared.errors import BadRequest, NotFound
from shared.finance.rates import pair_symbols

Cards = Mapping[int, AssetCard]

USUAL_BENCHMARK: Final = "SPY"

_CAPACITY: Final = 64 * 2**20  # bytes: some 1,600 assets of ten years


def versions(cards: Cards) -> Hashable:
    """Return what changes whenever one of the assets does."""
    return tuple(sorted((card.id, card.version) for card in cards.values()))


def periods(cards: Iterable[AssetCard]) -> int:
    """Return the days of a year on which these assets trade: 365 where all are crypto."""
    return CRYPTO_DAYS if {card.asset_type for card in cards} == {"CRYPTO"} else TRADING_DAYS


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
        return self.assets(session, [asset_id], user_id)[asset_id]

    def assets(
        self, session: Session, asset_ids: Sequence[int], user_id: int
    ) -> dict[int, AssetCard]:
        """Return several assets, in the asked order.

        Raises:
            NotFound: one does not exist, or is private to somebody else.
            Unavailable: its owner must be asked and does not answer.
        """
        found = queries.assets(session, asset_ids)
        if missing := [asset_id for asset_id in asset_ids if asset_id not in found]:
            # The first that the owner does not know ends it: nobody makes us ask for hundreds.
            if not all(self._adopt(asset_id) for asset_id in missing):
                raise NotFound.of("asset")
            found |= queries.assets(session, missing)
        if any(card.owner_id not in (None, user_id) for card in found.values()):
            raise NotFound.of("asset")
        return {key: found[key] for key in asset_ids}

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

    def adjusted(self, session: Session, cards: Cards) -> dict[int, Series]:
        """Return split-adjusted closes, in each asset's own currency."""
        return {
            key: split_adjusted(quotes.closes, quotes.splits)
            for key, quotes in self.quotes(session, cards).items()
        }

    def bars(self, session: Session, card: AssetCard) -> Bars:
        """Return an asset's whole history with highs, lows and volumes, split-adjusted."""
        history = History.unpack(queries.packed_prices(session, card.id))
        splits = Series.of(queries.splits(session, [card.id]).get(card.id, []))
        return Bars.of(history, splits, periods([card]))

    def pairs(self, session: Session, currencies: Iterable[str], target: str) -> Cards:
        """Return the CURRENCY assets that may turn `currencies` into `target`."""
        symbols = pair_symbols((currency, target) for currency in currencies)
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
        found = self._benchmark(session, requested, user_id, currency)
        if found is None:
            raise BadRequest(f"Query parameter 'benchmark': There is no asset '{requested}'.")
        return found

    def benchmark_or_usual(
        self, session: Session, requested: str | None, user_id: int, currency: str
    ) -> Benchmark | None:
        """Return the benchmark, where none is requested the usual one, if it is there.

        Raises:
            BadRequest: one is requested and is no asset.
        """
        if requested is None:
            return self._benchmark(session, USUAL_BENCHMARK, user_id, currency)
        return self.benchmark(session, requested, user_id, currency)

    def levels(self, session: Session, benchmark: Benchmark) -> Series:
        """Return a benchmark's split-adjusted closes in its currency, NaN before the first rate."""
        card = benchmark.card
        closes = self.adjusted(session, {card.id: card})[card.id]
        rates = self.rates(session, benchmark.pairs)
        turned = rates.between(card.currency, benchmark.currency, closes.days)
        return Series(closes.days, closes.values * turned.values)

    def _benchmark(
        self, session: Session, requested: str, user_id: int, currency: str
    ) -> Benchmark | None:
        alias = self._aliases.get(requested.upper(), requested)
        found = queries.meant_by(session, [requested, alias], user_id)
        card = found.get(requested.upper()) or found.get(alias.upper())
        if card is None:
            return None
        return Benchmark(requested, card, self.pairs(session, [card.currency], currency), currency)

    def _adopt(self, asset_id: int) -> bool:
        """Take an asset from its owner; return whether the owner knows it."""
        try:
            snapshot = self._owners.asset(asset_id)
        except NotFound:
            return False
        self._database.unit(lambda session: commands.adopt_asset(session, snapshot))
        return True


def _read(session: Session, cards: list[AssetCard]) -> Iterator[tuple[AssetCard, Quotes]]:
    ids = [card.id for card in cards]
    packed, splits = queries.packed_closes(session, ids), queries.splits(session, ids)
    for card in cards:
        closes = History.unpack(packed.get(card.id, [])).closes()
        yield card, Quotes(card.symbol, card.currency, closes, Series.of(splits.get(card.id, [])))


def _bytes(quotes: Quotes) -> int:
    return quotes.closes.days.nbytes + quotes.closes.values.nbytes
