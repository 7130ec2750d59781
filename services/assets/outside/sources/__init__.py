"""Where prices come from: one interface (`domain.feeds.Source`), a file a kind of source."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from services.assets.domain.feeds import Searchable, Source
from services.assets.outside.sources.coingecko import CoinGecko
from services.assets.outside.sources.ecb import Ecb
from services.assets.outside.sources.stooq import Stooq
from services.assets.outside.sources.web import Readers, Web
from services.assets.outside.sources.wide_file import WideFile
from services.assets.outside.sources.yahoo import Yahoo
from services.assets.settings import YAHOO, NamedSource
from shared.errors import Conflict, NotFound

__all__ = ["Readers", "Sources"]


class Sources:
    """The sources that are switched on, in the operator's order.

    Args:
        readers: how a source on the web is read.
    """

    def __init__(self, configured: Iterable[NamedSource], readers: Readers) -> None:
        self._by_name = {one.name: _source(one, readers) for one in configured}

    def __iter__(self) -> Iterator[Source]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def searchable(self, name: str) -> Searchable:
        """Return a source that can be searched.

        Raises:
            NotFound: it is not switched on.
            Conflict: it cannot be searched.
        """
        if name not in self._by_name:
            raise NotFound.of("data source")
        source = self._by_name[name]
        if not isinstance(source, Searchable):
            raise Conflict(f"The data source {name} cannot be searched: its description says more.")
        return source

    def serving(self, name: str | None, asset_type: str) -> Source:
        """Return the source that an asset names, else the first that has its kind.

        Raises:
            Conflict: nothing failed, but the installation has nobody to ask.
        """
        if not self._by_name:
            raise Conflict("This installation has no data source; record prices yourself.")
        if name is not None and name not in self._by_name:
            raise Conflict(f"The data source {name} is not switched on here.")
        if name is not None:
            return self._by_name[name]
        for source in self._by_name.values():
            if asset_type in source.kinds:
                return source
        raise Conflict(f"No data source of this installation has prices of {asset_type}.")


def _source(configured: NamedSource, readers: Readers) -> Source:
    name, address = configured.name, configured.address
    if name == YAHOO:
        return Yahoo()
    if name == Ecb.name:
        return Ecb(address)
    if name == Stooq.name:
        return Stooq(address, readers.csv)
    if name == CoinGecko.name:
        return CoinGecko(address)
    if "://" in address:
        return Web(name, address, readers)
    return WideFile(name, Path(address))
