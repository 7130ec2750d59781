"""The assets that the rows of a file name, found or made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.portfolio.domain.ledger_files.matching import (
    KnownAsset,
    candidates,
    currency_of,
    match,
    symbol_of,
)
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from services.portfolio.owners import Card, Owners
from shared.errors import Conflict, ServiceError, ValidationFailed


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that no asset answers to.

    Attributes:
        lines: of the file, where it stands.
        candidates: what it may mean.
    """

    reference: AssetReference
    lines: Sequence[int]
    candidates: Sequence[KnownAsset]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of the references of a file.

    Attributes:
        ids: the assets of those that were found.
        refused: why others could not be made.
    """

    ids: dict[AssetReference, int]
    unresolved: Sequence[Unresolved] = ()
    refused: dict[AssetReference, ServiceError] = field(default_factory=dict)


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
    for row in rows:
        if row.asset is not None:
            lines[row.asset].append(row.line)
    ids = {reference: mapped for reference in lines if (mapped := _mapped(reference, mapping))}
    known = _known(lines.keys() - ids.keys(), owner_id, owners)
    unresolved = []
    for reference in lines.keys() - ids.keys():
        if found := match(reference, known):
            ids[reference] = found.id
        else:
            missing = Unresolved(reference, lines[reference], candidates(reference, known))
            unresolved.append(missing)
    return Resolution(ids, sorted(unresolved, key=lambda missing: missing.lines[0]))


def make_missing(found: Resolution, owner_id: int, owners: Owners, currency: str) -> Resolution:
    """Return `found` with a private asset made for each reference that is unresolved.

    They are made at once and stay, also when what they are made for is refused later; the same
    file finds them then.

    Args:
        currency: of those whose file doesn't say.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    made = Resolution(dict(found.ids))
    for missing in found.unresolved:
        reference = missing.reference
        values = {
            "symbol": symbol_of(reference),
            "name": reference.name or symbol_of(reference),
            "currency": currency_of(reference) or currency,
            "isin": reference.isin,
        }
        try:
            made.ids[reference] = owners.make_private(owner_id, values)
        except (Conflict, ValidationFailed) as error:
            made.refused[reference] = error
    return made


def _mapped(reference: AssetReference, mapping: Mapping[str, int]) -> int | None:
    names = (reference.symbol, reference.isin, reference.name)
    return next((mapping[name] for name in names if name and name in mapping), None)


def _known(references: Iterable[AssetReference], owner_id: int, owners: Owners) -> list[KnownAsset]:
    wanted = list(references)
    isins = {reference.isin.upper() for reference in wanted if reference.isin}
    symbols = {symbol_of(reference) for reference in wanted}
    cards = owners.seen_by(
        owner_id,
        isins=sorted(isin for isin in isins if isin.isalnum()),
        symbols=sorted(symbol for symbol in symbols if symbol),
    )
    return sorted(map(_asset, cards), key=lambda asset: (not asset.is_own, asset.id))


def _asset(card: Card) -> KnownAsset:
    return KnownAsset(
        id=card["id"],
        symbol=card["symbol"],
        name=card["name"],
        currency=card["currency"],
        isin=card["isin"],
        is_own=card["owner"] is not None,
    )
