"""Yahoo's library, yfinance, asking a server of ours in the place of Yahoo."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yfinance


@contextmanager
def asking(root: str, folder: Path) -> Iterator[None]:
    """Let the library ask `root`, and keep what it keeps in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (yfinance.base, yfinance.search, yfinance.scrapers.history):
            patch.setattr(module, "_BASE_URL_", root)
        for name in ("_QUOTE_SUMMARY_URL_", "_QUERY1_URL_"):
            patch.setattr(yfinance.scrapers.quote, name, root)
        YfData = importlib.import_module("yfinance.data").YfData  # noqa: N806 - a class
        # Its cookies come from other addresses.
        patch.setattr(YfData, "_get_cookie_and_crumb", lambda *_, **__: (None, "basic"))
        forget()
        yfinance.set_tz_cache_location(str(folder))
        yield


def forget() -> None:
    """Let the library ask anew what it keeps in memory."""
    importlib.import_module("yfinance.data").YfData().cache_get.cache_clear()
