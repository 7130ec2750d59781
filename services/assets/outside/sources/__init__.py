"""Where prices come from: one interface (`domain.feeds.Source`), a file a kind of source."""

from pathlib import Path
from typing import Final

from services.assets.domain.feeds import Source
from services.assets.outside.sources.nowhere import Nowhere
from services.assets.outside.sources.web import Reader, Web
from services.assets.outside.sources.wide_file import WideFile
from services.assets.outside.sources.yahoo import Yahoo

YAHOO: Final = "yfinance"


def source(configured: str, read: Reader) -> Source:
    """Return the source that the setting `data_source` names.

    Args:
        read: how a source on the web is read.
    """
    if not configured:
        return Nowhere()
    if configured == YAHOO:
        return Yahoo()
    if "://" in configured:
        return Web(configured, read)
    return WideFile(Path(configured))
