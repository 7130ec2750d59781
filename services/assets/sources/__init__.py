"""Where prices come from: one interface (`domain.feeds.Source`), a file a kind of source."""

from pathlib import Path
from typing import Final

from services.assets.domain.feeds import Source
from services.assets.sources.nowhere import Nowhere
from services.assets.sources.web import Web
from services.assets.sources.wide_file import WideFile
from services.assets.sources.yahoo import Yahoo

YAHOO: Final = "yfinance"


def source(configured: str) -> Source:
    """Return the source that `DATA_SOURCE` names.

    Args:
        configured: `yfinance`; an `https://…{symbol}…` that answers CSV; the path of a CSV file
            with a column for each symbol; empty is none.
    """
    if not configured:
        return Nowhere()
    if configured == YAHOO:
        return Yahoo()
    if "://" in configured:
        return Web(configured)
    return WideFile(Path(configured))
