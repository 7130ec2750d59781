"""Which asset a file means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from services.portfolio.domain.ledger_files.rows import AssetReference
from shared.finance.money import MINOR_CURRENCIES

_SYMBOL_LENGTH: Final = 32
_DIGEST_LENGTH: Final = 8
# What no symbol has; single blanks it may have.
_NO_SYMBOL: Final = re.compile(r"[^A-Z0-9.^=_/:&+#-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAsset:
    """An asset that the user sees.

    Attributes:
        is_own: whether it is private to them.
        is_active: whether it is in use, not retired.
    """

    id: int
    symbol: str
    name: str
    currency: str
    isin: str | None
    is_own: bool
    is_active: bool


def symbol_of(reference: AssetReference) -> str:
    """Return the symbol that a reference means, or that an asset made for it gets.

    One without a symbol is known by its ISIN, one without either by its name in capitals.
    """
    return _as_symbol(reference.symbol or reference.isin or reference.name or "")


def marked_symbol_of(reference: AssetReference) -> str:
    """Return the symbol of an asset made for a reference whose own one another paper has.

    It ends with the ISIN, or with a digest of the name, so that the same file finds it again.
    """
    mark = _as_symbol(reference.isin or "")
    if not mark and reference.name:
        mark = sha256(reference.name.encode()).hexdigest()[:_DIGEST_LENGTH].upper()
    beginning = symbol_of(reference)[: _SYMBOL_LENGTH - len(mark) - 1].rstrip()
    return f"{beginning} {mark}" if mark else symbol_of(reference)


def symbol_of_name(reference: AssetReference) -> str:
    """Return the symbol that an asset has which was made when a file named nothing but its name."""
    return _as_symbol(reference.name or "")


def currency_of(reference: AssetReference) -> str | None:
    """Return the currency that an asset is kept in: pounds where a file says pence."""
    return MINOR_CURRENCIES.get(reference.currency or "", reference.currency)


def are_other_papers(isin: str | None, other: str | None) -> bool:
    """Return whether two ISINs say that their papers are not the same; None says nothing."""
    return isin is not None and other is not None and isin.upper() != other.upper()


def match(reference: AssetReference, assets: Sequence[KnownAsset]) -> KnownAsset | None:
    """Return the asset that a file means: described in full, by ISIN and currency, by symbol.

    Else it is the user's own that was made when a file had no more of it than its name. A retired
    one is meant by its symbol and its name only: symbols are handed on.

    Args:
        assets: the user's own before public ones, retired ones last.
    """
    in_use = [asset for asset in assets if asset.is_active]
    return (
        _in_full(reference, assets)
        or _by_isin(reference, in_use)
        or _by_symbol(reference, assets)
        or _by_name(reference, in_use)
    )


def candidates(reference: AssetReference, assets: Iterable[KnownAsset]) -> list[KnownAsset]:
    """Return the assets that a file may mean: with its ISIN or its symbol, retired ones too."""
    isin, symbols = (reference.isin or "").upper(), _symbols_of(reference)
    return [asset for asset in assets if asset.isin == isin or asset.symbol in symbols]


def _as_symbol(text: str) -> str:
    return _NO_SYMBOL.sub(" ", text.upper()).strip()[:_SYMBOL_LENGTH].strip()


def _symbols_of(reference: AssetReference) -> tuple[str, str]:
    return symbol_of(reference), marked_symbol_of(reference)


def _in_full(reference: AssetReference, assets: Iterable[KnownAsset]) -> KnownAsset | None:
    """Return the asset with everything that the reference says, as our own export says it."""
    described = (reference.symbol, reference.isin, reference.name, currency_of(reference))
    for asset in assets:
        if described == (asset.symbol, asset.isin, asset.name, asset.currency):
            return asset
    return None


def of_isin(reference: AssetReference, assets: Iterable[KnownAsset]) -> list[KnownAsset]:
    """Return the assets in use that a reference may mean by its ISIN: one is meant, several doubt.

    One paper has several assets, one for each exchange and currency. The file's currency of the
    asset decides, then whether it is the user's own, the symbol, the currency of the row.
    """
    if reference.isin is None:
        return []
    isin, currency = reference.isin.upper(), currency_of(reference)
    matches = [
        asset
        for asset in assets
        if asset.is_active and asset.isin == isin and currency in (None, asset.currency)
    ]
    matches = [asset for asset in matches if asset.is_own] or matches
    named = [asset for asset in matches if asset.symbol == symbol_of(reference)]
    if named:
        return named[:1]
    money = MINOR_CURRENCIES.get(reference.money or "", reference.money)
    return [asset for asset in matches if asset.currency == money] or matches


def _by_isin(reference: AssetReference, assets: Iterable[KnownAsset]) -> KnownAsset | None:
    matches = of_isin(reference, assets)
    return matches[0] if len(matches) == 1 else None


def _by_symbol(reference: AssetReference, assets: Iterable[KnownAsset]) -> KnownAsset | None:
    fitting = [asset for asset in assets if _fits(reference, asset)]
    for asset in fitting:
        if asset.name == reference.name:
            return asset
    in_use = [asset for asset in fitting if asset.is_active]
    # The symbol has been handed on, and the file's name is neither the old nor the new one.
    is_open = reference.name and len(in_use) < len(fitting)
    return in_use[0] if in_use and not is_open else None


def _by_name(reference: AssetReference, assets: Iterable[KnownAsset]) -> KnownAsset | None:
    for asset in assets:
        is_named_so = (asset.symbol, asset.name) == (symbol_of_name(reference), reference.name)
        is_other = are_other_papers(reference.isin, asset.isin)
        is_in_currency = currency_of(reference) in (None, asset.currency)
        if asset.is_own and is_named_so and is_in_currency and not is_other:
            return asset
    return None


def _fits(reference: AssetReference, asset: KnownAsset) -> bool:
    """Return whether a symbol means an asset as far as ISIN, currency and a name alone go."""
    is_namesake = not (reference.symbol or reference.isin) and asset.name != reference.name
    return (
        asset.symbol in _symbols_of(reference)
        and currency_of(reference) in (None, asset.currency)
        and not are_other_papers(reference.isin, asset.isin)
        and not is_namesake
    )
