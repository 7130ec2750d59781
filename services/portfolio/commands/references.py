"""The assets that the rows of a file name, found or made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict

from services.portfolio.domain.ledger_files.matching import (
    KnownAsset,
    are_other_papers,
    candidates,
    currency_of,
    marked_symbol_of,
    match,
    of_isin,
    symbol_of,
    symbol_of_name,
)
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from services.portfolio.outside.owners import Owners
from shared.errors import Conflict, ServiceError, ValidationFailed
from shared.events import cards
from shared.finance.money import MINOR_CURRENCIES

_SYMBOLS: Final = (symbol_of, marked_symbol_of, symbol_of_name)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that no asset answers to.

    Attributes:
        lines: of the file, where it stands.
        money: the currency of the first row that says one; pounds where it says pence.
        candidates: what it may mean.
        doubts: of these the ones that it means by its ISIN, where they are several.
        data_source, data_symbol: who has its prices, and what it is called there.
    """

    reference: AssetReference
    lines: Sequence[int]
    money: str | None
    candidates: Sequence[KnownAsset]
    doubts: Sequence[KnownAsset] = ()
    data_source: str | None = None
    data_symbol: str | None = None

    @property
    def currency(self) -> str | None:
        """In which currency it is kept, as far as the file says: its own, else that of a row."""
        return currency_of(self.reference) or self.money

    @property
    def reason(self) -> str:
        """Why it is not found, and what would help."""
        if not self.doubts:
            written = self.reference.symbol_in_file or self.reference.isin or self.reference.name
            return (
                "No asset was found for it: create_missing=true makes a private one, and"
                f' mapping={{"{written}": 17}} says which of yours is meant by its id.'
            )
        names = ", ".join(f"{asset.symbol} ({asset.currency})" for asset in self.doubts)
        return (
            f"{len(self.doubts)} assets have the ISIN {self.reference.isin}: {names}. Say which one"
            f" is meant: asset_currency, or"
            f' mapping={{"{self.reference.isin}": {self.doubts[0].id}}}.'
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of the references of a file.

    Attributes:
        ids: the assets of those that were found.
        refused: why others could not be made.
        own: the user's own assets that were found, by their ids.
        made: what was made, or would be.
    """

    ids: dict[AssetReference, int]
    unresolved: Sequence[Unresolved] = ()
    refused: dict[AssetReference, ServiceError] = field(default_factory=dict)
    own: Mapping[int, KnownAsset] = field(default_factory=dict)
    made: Sequence["Made"] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A private asset that an import makes, or would make.

    Attributes:
        reference: what it is made for.
        id: None of one that is not made.
        lines: of the file that name it.
        data_source, data_symbol: who has its prices, and what it is called there.
    """

    reference: AssetReference
    id: int | None
    symbol: str
    name: str
    currency: str
    isin: str | None
    lines: Sequence[int]
    asset_type: str = "OTHER"
    data_source: str | None = None
    data_symbol: str | None = None


class NewAsset(TypedDict):
    """What a private asset is made of."""

    symbol: str
    name: str
    currency: str
    isin: str | None


_MADE_OF: Final = tuple(NewAsset.__annotations__)
# Said only where one was found: an owner of the release before does not know them.
_FED_BY: Final = ("asset_type", "data_source", "data_symbol")


def resolve(
    rows: Iterable[LedgerRow], owner_id: int, owners: Owners, mapping: Mapping[str, int]
) -> Resolution:
    """Return the asset of each reference in `rows`.

    Args:
        mapping: symbol, ISIN or name, as the file writes it → asset; goes before everything.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    lines: defaultdict[AssetReference, list[int]] = defaultdict(list)
    money: dict[AssetReference, str] = {}
    for row in rows:
        if row.asset is not None:
            lines[row.asset].append(row.line)
        if row.asset is not None and row.currency:
            money.setdefault(row.asset, MINOR_CURRENCIES.get(row.currency, row.currency))
    ids = {reference: mapped for reference in lines if (mapped := _mapped(reference, mapping))}
    others = lines.keys() - ids.keys()
    assets = _assets(others, owner_id, owners)
    matches = {reference: match(reference, assets) for reference in others}
    of_two_papers = _of_two_papers(matches)
    unresolved = []
    for reference, asset in matches.items():
        if asset and asset.id not in of_two_papers:
            ids[reference] = asset.id
        else:
            doubts = of_isin(reference, assets)
            missing = Unresolved(
                reference,
                sorted(lines[reference]),
                money.get(reference),
                candidates(reference, assets),
                doubts if len(doubts) > 1 else (),
            )
            unresolved.append(missing)
    unresolved.sort(key=lambda missing: missing.lines[0])
    own = {asset.id: asset for asset in assets if asset.is_own}
    return Resolution(ids, unresolved, own=own)


def make_missing(before: Resolution, owner_id: int, owners: Owners) -> Resolution:
    """Return a resolution with the private assets made that `try_missing` found to be missing.

    They are made one by one and stay, also when the owner of assets refuses a later one; the
    same file finds them then.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    ids, refused, made = dict(before.ids), dict(before.refused), []
    for planned in before.made:
        names = (*_MADE_OF, *_FED_BY) if planned.data_source else _MADE_OF
        values = {name: getattr(planned, name) for name in names}
        try:
            asset_id = owners.make_private(owner_id, values)
        except (Conflict, ValidationFailed) as error:
            refused[planned.reference] = error
        else:
            ids[planned.reference] = asset_id
            made.append(replace(planned, id=asset_id))
    left = [missing for missing in before.unresolved if missing.reference not in ids]
    return Resolution(ids, left, refused, before.own, made)


def try_missing(before: Resolution, owner_id: int, owners: Owners, currency: str) -> Resolution:
    """Return a resolution with a private asset for each reference that is unresolved, not yet made.

    Args:
        currency: of those whose file doesn't say one, for them or in their rows.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    planned = _planned(before, currency)
    if not planned:
        return before
    errors = owners.refusals(owner_id, [asset for _, asset in planned])
    refused, made = dict(before.refused), []
    for (missing, asset), error in zip(planned, errors, strict=True):
        if error:
            refused[missing.reference] = error
        else:
            made.append(Made(missing.reference, None, **asset, lines=missing.lines))
    return replace(before, refused=refused, made=made)


def tell_isins(resolution: Resolution, owner_id: int, owners: Owners) -> None:
    """Let the user's own assets have the ISINs that a file says of them, where they have none.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    for reference, asset_id in resolution.ids.items():
        asset = resolution.own.get(asset_id)
        if asset is None or asset.isin or not asset.is_active or not reference.isin:
            continue
        values = {"symbol": asset.symbol, "name": asset.name, "currency": asset.currency}
        try:
            owners.make_private(owner_id, {**values, "isin": reference.isin})
        except (Conflict, ValidationFailed):
            continue  # a wrong ISIN is no reason to refuse what its symbol says


def _planned(before: Resolution, currency: str) -> list[tuple[Unresolved, NewAsset]]:
    """Return what is to be made; nothing for what may be one of several assets."""
    planned = []
    namesakes: dict[str, tuple[AssetReference, str]] = {}
    # Those with an ISIN first: one without it may mean them, never the other way round.
    for missing in sorted(before.unresolved, key=lambda missing: missing.reference.isin is None):
        if missing.doubts:
            continue
        asset = _new_asset(missing, namesakes, currency)
        namesakes.setdefault(asset["symbol"], (missing.reference, asset["currency"]))
        planned.append((missing, asset))
    return planned


def _new_asset(
    missing: Unresolved, namesakes: Mapping[str, tuple[AssetReference, str]], currency: str
) -> NewAsset:
    """Return what an asset is made of.

    Args:
        namesakes: symbol → what an asset of it has just been made for, and in which currency.
        currency: see `try_missing`.
    """
    reference, symbol = missing.reference, symbol_of(missing.reference)
    twin, its_currency = namesakes.get(symbol, (None, None))
    is_other = twin is not None and _are_two_papers(twin, reference)
    if twin is not None and not is_other and reference.currency is None:
        # One paper, whose rows are in several currencies.
        currency = its_currency or currency
    else:
        currency = missing.currency or currency
    is_taken = any(
        asset.is_own and asset.is_active and asset.symbol == symbol for asset in missing.candidates
    )
    return {
        "symbol": marked_symbol_of(reference) if is_taken or is_other else symbol,
        "name": reference.name or symbol_of(reference),
        "currency": currency,
        "isin": reference.isin,
    }


def _are_two_papers(one: AssetReference, other: AssetReference) -> bool:
    by_name = not (one.symbol or one.isin or other.symbol or other.isin)
    return (by_name and one.name != other.name) or are_other_papers(one.isin, other.isin)


def _of_two_papers(matches: Mapping[AssetReference, KnownAsset | None]) -> set[int]:
    """Return the assets that references with different ISINs were found to mean."""
    isins: defaultdict[int, set[str]] = defaultdict(set)
    for reference, asset in matches.items():
        if asset and reference.isin:
            isins[asset.id].add(reference.isin.upper())
    return {asset_id for asset_id, of_asset in isins.items() if len(of_asset) > 1}


def _mapped(reference: AssetReference, mapping: Mapping[str, int]) -> int | None:
    names = (reference.written, reference.symbol, reference.isin, reference.name)
    return next((mapping[name] for name in names if name and name in mapping), None)


def _assets(
    references: Collection[AssetReference], owner_id: int, owners: Owners
) -> list[KnownAsset]:
    """Return what the references may mean: the user's own before public ones, retired ones last."""
    isins = {reference.isin.upper() for reference in references if reference.isin}
    symbols = {symbol(reference) for reference in references for symbol in _SYMBOLS}
    assets = owners.seen_by(
        owner_id,
        isins=sorted(isin for isin in isins if isin.isalnum()),
        symbols=sorted(symbol for symbol in symbols if symbol),
    )
    return sorted(
        map(_asset, assets), key=lambda asset: (not asset.is_active, not asset.is_own, asset.id)
    )


def _asset(asset: cards.Asset) -> KnownAsset:
    return KnownAsset(
        id=asset.id,
        symbol=asset.symbol,
        name=asset.name,
        currency=asset.currency,
        isin=asset.isin,
        is_own=asset.owner_id is not None,
        is_active=asset.is_active,
    )
