"""Which asset a file means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.portfolio.domain.ledger_files.rows import AssetReference
from shared.money import MINOR_CURRENCIES

_SYMBOL_LENGTH: Final = 32
# What no symbol has; single blanks it may have.
_NO_SYMBOL: Final = re.compile(r"[^A-Z0-9.^=_/:&+#-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAsset:
    """An asset that the user sees.

    Attributes:
        is_own: whether it is private to them.
    """

    id: int
    symbol: str
    name: str
    currency: str
    isin: str | None
    is_own: bool


def symbol_of(reference: AssetReference) -> str:
    """Return the symbol that a reference means, or that an asset made for it gets.

    One without a symbol is known by its ISIN, one without either by its name in capitals.
    """
    text = reference.symbol or reference.isin or reference.name or ""
    return _NO_SYMBOL.sub(" ", text.upper()).strip()[:_SYMBOL_LENGTH].strip()


def currency_of(reference: AssetReference) -> str | None:
    """Return the currency that an asset is kept in: pounds where a file says pence."""
    return MINOR_CURRENCIES.get(reference.currency or "", reference.currency)


def match(reference: AssetReference, known: Sequence[KnownAsset]) -> KnownAsset | None:
    """Return the asset that a file means: by ISIN and currency, then by symbol.

    Args:
        known: the user's own before public ones.
    """
    return _by_isin(reference, known) or _by_symbol(reference, known)


def candidates(reference: AssetReference, known: Iterable[KnownAsset]) -> list[KnownAsset]:
    """Return the assets that a file may mean: with its ISIN or its symbol."""
    isin, symbol = (reference.isin or "").upper(), symbol_of(reference)
    return [asset for asset in known if asset.isin == isin or asset.symbol == symbol]


def _by_isin(reference: AssetReference, known: Iterable[KnownAsset]) -> KnownAsset | None:
    if reference.isin is None:
        return None
    isin, currency = reference.isin.upper(), currency_of(reference)
    found = [asset for asset in known if asset.isin == isin and currency in (None, asset.currency)]
    found = [asset for asset in found if asset.is_own] or found
    # One paper has several symbols, one for each exchange.
    named = [asset for asset in found if asset.symbol == symbol_of(reference)]
    if named:
        return named[0]
    return found[0] if len(found) == 1 else None


def _by_symbol(reference: AssetReference, known: Iterable[KnownAsset]) -> KnownAsset | None:
    for asset in known:
        if asset.symbol != symbol_of(reference):
            continue
        is_other_paper = reference.isin and asset.isin and asset.isin != reference.isin.upper()
        is_namesake = not (reference.symbol or reference.isin) and asset.name != reference.name
        if not is_other_paper and not is_namesake:
            return asset
    return None
