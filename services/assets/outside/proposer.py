"""Who has the prices of what a user holds: sources are searched, and what they find is tried."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Final

from services.assets.domain.feeds import (
    DataSourceError,
    Match,
    Searchable,
    Source,
    SourceDown,
    SourceTooSlow,
    Wanted,
)
from services.assets.domain.identifiers import is_data_symbol
from services.assets.domain.proposals import Proposal, Sought, first_day, is_of, texts
from services.assets.outside.sources import Sources, asking
from shared.cache import BasisCache
from shared.finance.days import latest_day

_TOGETHER: Final = 5.0  # seconds for all of one question: who asks us waits for eight
_AT_ONCE: Final = 4  # searches of one process
_MOST_TRIED: Final = 3  # of what one search finds
# A preview and the import that follows it are one search.
_KEPT: Final = 10_000
_KEPT_FOR: Final = 3600  # seconds

_PAIR: Final = "CURRENCY"

# None: no source has it.
Found = tuple[Proposal | None]


class Proposer:
    """Finds who has the prices of something, and keeps it for an hour.

    Args:
        within: seconds that one answer of a source may take.
    """

    def __init__(self, sources: Sources, within: float) -> None:
        self._sources = sources
        self._within = within
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="proposer")
        self._known = BasisCache[Found]("proposals", _KEPT, lambda _: 1)

    @property
    def has_sources(self) -> bool:
        """Whether there is anybody to ask."""
        return any(True for _ in self._sources)

    def proposals(self, sought: Iterable[Sought]) -> Mapping[Sought, Proposal | None]:
        """Return who is proposed for each; it is left out where a source has not answered."""
        hour = int(time.time() // _KEPT_FOR)
        known: dict[Sought, Proposal | None] = {}
        search = _Search(self._sources, self._within)
        futures: dict[Sought, Future[Proposal | None]] = {}
        for one in dict.fromkeys(sought):
            if found := self._known.get(one, hour):
                known[one] = found[0]
            else:
                futures[one] = self._threads.submit(search.find, one)
        wait(futures.values(), timeout=_TOGETHER)
        for one, future in futures.items():
            if not future.cancel() and future.done() and future.exception() is None:
                known[one] = future.result()
                self._known.put(one, hour, (known[one],))
        return known


class _Search:
    """One question; a source that is down is not asked again in it."""

    def __init__(self, sources: Sources, within: float) -> None:
        self._sources = sources
        self._within = within
        self._until = time.monotonic() + _TOGETHER
        self._down: set[str] = set()

    def find(self, sought: Sought) -> Proposal | None:
        """Return who has the prices of something.

        Raises:
            SourceDown: nobody has, and one has not answered.
        """
        silent: SourceDown | None = None
        for source in self._sources:
            try:
                if proposal := self._ask(source, sought):
                    return proposal
            except SourceDown as error:
                self._down.add(source.name)
                silent = error
        if silent:
            raise silent
        return None

    def _ask(self, source: Source, sought: Sought) -> Proposal | None:
        for match in self._matches(source, sought):
            asset_type = match.asset_type or "OTHER"
            if self._has_prices(source, match.symbol, asset_type, sought):
                return Proposal(source.name, match.symbol, asset_type)
        return None

    def _matches(self, source: Source, sought: Sought) -> Iterator[Match]:
        if sought.is_pair:
            if _PAIR in source.kinds and sought.symbol:
                yield Match(sought.symbol, sought.symbol, _PAIR)
        elif isinstance(source, Searchable):
            for text in texts(sought, takes_isins=source.takes_isins):
                yield from self._found(source, text, is_isin=text == sought.isin)

    def _found(self, source: Searchable, text: str, *, is_isin: bool) -> Sequence[Match]:
        """Return what a search finds: by an ISIN all, by a symbol what is called exactly so."""
        try:
            matches = asking.search(source, text, self._seconds(source))
        except SourceDown:
            raise
        except DataSourceError:
            return ()
        usable = [match for match in matches if is_data_symbol(match.symbol)]
        if is_isin:
            return usable[:_MOST_TRIED]
        return [match for match in usable if match.symbol == text][:1]

    def _has_prices(self, source: Source, symbol: str, asset_type: str, sought: Sought) -> bool:
        since = first_day(sought, latest_day(datetime.now(UTC)))
        wanted = Wanted(symbol, asset_type, sought.currency, since)
        try:
            return is_of(asking.history(source, wanted, self._seconds(source)), sought)
        except SourceDown:
            raise
        except DataSourceError:
            return False

    def _seconds(self, source: Source) -> float:
        """Return how long a source may take now.

        Raises:
            SourceDown: it has been asked in vain, or the time is up.
        """
        left = self._until - time.monotonic()
        if source.name in self._down or left <= 0:
            raise SourceTooSlow("The data source did not answer in time.")
        return min(self._within, left)
