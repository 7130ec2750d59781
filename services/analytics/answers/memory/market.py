"""What assets cost, kept in memory while what they rest on stands."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.domain.fx import Converted, Rates
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.packing import History
from services.analytics.domain.risk import CRYPTO_DAYS, TRADING_DAYS
from services.analytics.domain.series import EMPTY, Series, split_adjusted
from services.analytics.domain.valuation import Quotes
from services.analytics.outside.owners import SYMBOLS_AT_ONCE, AssetSnapshot, Owners
from services.analytics.queries import AssetRow
from shared.cache import BasisCache
from shared.client import in_parts
from shared.db import Database
from shared.errors import BadRequest, NotFound
from shared.finance.rates import pair_symbols
from shared.replica import Replica

Assets = Mapping[int, AssetRow]  # by id

USUAL_BENCHMARK: Final = "SPY"

_CAPACITY: Final = 64 * 2**20  # bytes: some 1,600 assets of ten years


def sequences(assets: Assets) -> Hashable:
    """Return what changes whenever one of the assets does."""
    return tuple(sorted((asset.id, asset.sequence) for asset in assets.values()))


def periods(asset: AssetRow) -> int:
    """Return the days of a year on which an asset trades: 365 of crypto."""
    return CRYPTO_DAYS if asset.asset_type == "CRYPTO" else TRADING_DAYS


class Benchmark(NamedTuple):
    """What something is measured against: its asset, and the rates into `currency`."""

    requested: str
    asset: AssetRow
    pairs: Assets
    currency: str

    @property
    def symbol(self) -> str:
        """The symbol that stands for the requested one."""
        return self.asset.symbol

    @property
    def basis(self) -> Hashable:
        """What its levels are computed from."""
        return self.asset.id, self.asset.sequence, sequences(self.pairs)


class Market:
    """Assets, quotes and rates.

    Assets are read apart from any session, at this moment. Their sequences are read before what
    belongs to them, so what is kept under one is at worst
    newer than that, and a later request never gets anything older than the events it has.

    Args:
        replica: adopts an asset that we don't have yet.
        owners: say which one a symbol means that we don't know yet.
        aliases: requested benchmark → the symbol that stands for it.

    Attributes:
        database: analytics' own.
    """

    def __init__(
        self,
        database: Database,
        replica: Replica[AssetSnapshot],
        owners: Owners,
        aliases: Mapping[str, str],
    ) -> None:
        self.database = database
        self._replica = replica
        self._owners = owners
        self._aliases = aliases
        self._quotes = BasisCache[Quotes]("quotes", _CAPACITY, _bytes)

    def asset(self, asset_id: int, user_id: int) -> AssetRow:
        """Return one asset.

        Raises:
            NotFound: there is none, or it is private to somebody else.
            Unavailable: its owner must be asked and does not answer.
        """
        return self.visible([asset_id], user_id)[asset_id]

    def visible(self, asset_ids: Sequence[int], user_id: int) -> dict[int, AssetRow]:
        """Return several assets that the user sees, in the order of their ids.

        Raises:
            NotFound: one does not exist, or is private to somebody else.
            Unavailable: its owner must be asked and does not answer.
        """
        assets = queries.assets(self.database, asset_ids)
        if missing := [asset_id for asset_id in asset_ids if asset_id not in assets]:
            # The first that the owner does not know ends it: nobody makes us ask for hundreds.
            if not all(self._replica.adopt([asset_id]) for asset_id in missing):
                raise NotFound.of("asset")
            assets |= queries.assets(self.database, missing)
        if any(asset.owner_id not in (None, user_id) for asset in assets.values()):
            raise NotFound.of("asset")
        return {asset_id: assets[asset_id] for asset_id in asset_ids}

    def meant_by(self, symbols: Sequence[str], user_id: int) -> dict[str, AssetRow]:
        """Return the active asset that the user means by each symbol, by symbol in upper case.

        Of equal symbols their own goes before a public one; one that is no asset is left out.

        Raises:
            Unavailable: the owner must be asked and does not answer.
        """
        assets = queries.meant_by(self.database, symbols, user_id)
        if missing := [symbol for symbol in symbols if symbol.upper() not in assets]:
            self._adopt_meant(missing, user_id)
            assets |= queries.meant_by(self.database, missing, user_id)
        return assets

    def assets(self, asset_ids: Iterable[int]) -> dict[int, AssetRow]:
        """Return the assets that exist; what we don't have yet is taken from its owner.

        Raises:
            Unavailable: the owner must be asked and does not answer.
        """
        wanted = set(asset_ids)
        assets = queries.assets(self.database, wanted)
        if missing := wanted - assets.keys():
            self._replica.adopt(sorted(missing))
            assets |= queries.assets(self.database, missing)
        return assets

    def quotes(self, session: Session, assets: Assets) -> dict[int, Quotes]:
        """Return closes and splits; only those that moved are read and unpacked."""
        kept = {key: self._quotes.get(key, asset.sequence) for key, asset in assets.items()}
        quotes = {key: each for key, each in kept.items() if each is not None}
        if missing := [asset for key, asset in assets.items() if key not in quotes]:
            for asset, fresh in _read(session, missing):
                self._quotes.put(asset.id, asset.sequence, fresh)
                quotes[asset.id] = fresh
        return quotes

    def adjusted(self, session: Session, assets: Assets) -> dict[int, Series]:
        """Return split-adjusted closes, in each asset's own currency."""
        return {
            key: split_adjusted(quotes.closes, quotes.splits)
            for key, quotes in self.quotes(session, assets).items()
        }

    def bars(self, session: Session, asset: AssetRow) -> Bars:
        """Return an asset's whole history with highs, lows and volumes, split-adjusted."""
        history = History.unpack(queries.packed_prices(session, asset.id))
        splits = Series.of(queries.splits(session, [asset.id]).get(asset.id, []))
        return Bars.of(history, splits, periods(asset))

    def pairs(self, currencies: Iterable[str], target: str, user_id: int) -> Assets:
        """Return the CURRENCY assets that may turn a user's `currencies` into `target`."""
        symbols = pair_symbols((currency, target) for currency in currencies)
        return queries.currency_pairs(self.database, symbols, user_id) if symbols else {}

    def rates(self, session: Session, pairs: Assets) -> Rates:
        """Return the rates of CURRENCY assets: see `shared.finance.pairs`."""
        quotes = self.quotes(session, pairs)
        closes: dict[str, Series] = {}
        for pair in sorted(pairs.values(), key=lambda pair: pair.owner_id is not None):
            closes[pair.symbol] = closes.get(pair.symbol, EMPTY).overlaid(quotes[pair.id].closes)
        return Rates(closes)

    def benchmark(self, requested: str | None, user_id: int, currency: str) -> Benchmark | None:
        """Return what the user means by a symbol: an asset they see, else what it is an alias of.

        Raises:
            BadRequest: it is neither.
            Unavailable: its owner must be asked and does not answer.
        """
        if requested is None:
            return None
        benchmark = self._benchmark(requested, user_id, currency)
        if benchmark is None:
            self._adopt_meant([requested, self._alias(requested)], user_id)
            benchmark = self._benchmark(requested, user_id, currency)
        if benchmark is None:
            raise BadRequest(f"Query parameter 'benchmark': There is no asset '{requested}'.")
        return benchmark

    def benchmark_or_usual(
        self, requested: str | None, user_id: int, currency: str
    ) -> Benchmark | None:
        """Return the benchmark, where none is requested the usual one, if it is here.

        Raises:
            BadRequest, Unavailable: one is requested; see `benchmark`.
        """
        if requested is None:
            return self._benchmark(USUAL_BENCHMARK, user_id, currency)
        return self.benchmark(requested, user_id, currency)

    def worth(self, session: Session, benchmark: Benchmark) -> Converted:
        """Return a benchmark's split-adjusted closes, and what turns them into its currency."""
        asset = benchmark.asset
        closes = self.adjusted(session, {asset.id: asset})[asset.id]
        rates = self.rates(session, benchmark.pairs)
        return Converted(closes, rates, asset.currency, benchmark.currency)

    def levels(self, session: Session, benchmark: Benchmark) -> Series:
        """Return a benchmark's split-adjusted closes in its currency, NaN before the first rate."""
        return self.worth(session, benchmark).on_own_days()

    def _benchmark(self, requested: str, user_id: int, currency: str) -> Benchmark | None:
        alias = self._alias(requested)
        assets = queries.meant_by(self.database, [requested, alias], user_id)
        asset = assets.get(requested.upper()) or assets.get(alias.upper())
        if asset is None:
            return None
        pairs = self.pairs([asset.currency], currency, user_id)
        return Benchmark(requested, asset, pairs, currency)

    def _alias(self, requested: str) -> str:
        return self._aliases.get(requested.upper(), requested)

    def _adopt_meant(self, symbols: Sequence[str], user_id: int) -> None:
        """Adopt the assets that a user means by symbols that are new to us.

        The first question in which one is no asset is the last: nobody makes us ask for hundreds.
        """
        for some in in_parts(symbols, SYMBOLS_AT_ONCE):
            ids = self._owners.meant_by(some, user_id)
            self._replica.adopt(sorted(ids.values()))
            if len(ids) < len(some):
                return


def _read(session: Session, assets: list[AssetRow]) -> Iterator[tuple[AssetRow, Quotes]]:
    ids = [asset.id for asset in assets]
    packed, splits = queries.packed_closes(session, ids), queries.splits(session, ids)
    for asset in assets:
        history = History.unpack(packed.get(asset.id, []))
        closes, series = history.closes(), Series.of(splits.get(asset.id, []))
        kind, trade_days = asset.asset_type, history.trade_days
        yield asset, Quotes(asset.symbol, asset.currency, closes, series, kind, trade_days)


def _bytes(quotes: Quotes) -> int:
    closes = quotes.closes
    return closes.days.nbytes + closes.values.nbytes + quotes.trade_days.nbytes
