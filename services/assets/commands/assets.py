"""Assets: made, changed, retired."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Unpack

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.assets.commands.changes import changeable, event_of, tell
from services.assets.commands.feeds import forget_asked
from services.assets.domain import quotes, terms
from services.assets.domain.access import Actor
from services.assets.models import Asset, AssetFields, SearchEntry
from shared.bus import outbox
from shared.errors import Conflict, Fields, ValidationFailed

# Who is asked for prices, and for what.
_FED_BY: Final = ("data_source", "data_symbol")


def create_asset(session: Session, *, by: Actor, **fields: Unpack[AssetFields]) -> Asset:
    """Make an asset: public when an administrator makes it, else private to its maker.

    Args:
        fields: a currency in minor units (GBX) is kept as its major one.

    Raises:
        Conflict: the symbol is taken.
    """
    [outcome] = create_assets(session, [fields], by=by)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


def create_assets(
    session: Session, rows: Sequence[AssetFields], *, by: Actor
) -> list[Asset | Conflict]:
    """Make many assets; in the place of one whose symbol is taken stands the error."""
    outcomes = _without_twins(
        session, [Asset(owner_id=by.owner_of_new, **_in_major_unit(fields)) for fields in rows]
    )
    assets = [outcome for outcome in outcomes if isinstance(outcome, Asset)]
    session.add_all(assets)
    session.flush()
    _index(session, *assets)
    outbox.add(session, *(event_of(asset, "asset-created", {}) for asset in assets))
    return outcomes


def ensure_private_asset(
    session: Session,
    user_id: int,
    *,
    symbol: str,
    name: str,
    currency: str,
    isin: str | None = None,
    asset_type: str = "OTHER",
    data_source: str | None = None,
    data_symbol: str | None = None,
) -> Asset:
    """Return the private asset of a user with this symbol, made for an import if there is none.

    One that has no ISIN gets the one that is given; all else stays as its owner wrote it.

    Raises:
        Conflict: there is one, in another currency or with another ISIN.
    """
    namesake = select(Asset).where(
        Asset.owner_id == user_id, Asset.symbol == symbol, Asset.is_active
    )
    asset = session.scalar(namesake.with_for_update())
    if asset is None:
        asset = create_asset(
            session,
            by=Actor(user_id),
            symbol=symbol,
            name=name,
            asset_type=asset_type,
            currency=currency,
            isin=isin,
            data_source=data_source,
            data_symbol=data_symbol,
        )
        asset.is_of_import = True
        return asset
    if asset.currency != currency:
        raise Conflict(
            f"Your asset {symbol} is in {asset.currency}, not in {currency}: say which is meant by"
            f' mapping={{"{symbol}": {asset.id}}}, or give yours another symbol.'
        )
    if isin and asset.isin not in (None, isin):
        raise Conflict(f"Your asset {symbol} has the ISIN {asset.isin}, not {isin}.")
    if isin and asset.isin is None:
        asset.isin = isin
        _index(session, asset)
        _write_down(session, asset, "asset-updated")
    return asset


def refusals_of_private_assets(
    session: Session,
    user_id: int,
    rows: Sequence[Mapping[str, Any] | ValidationFailed],
    require_within: Callable[[int], None],
) -> list[Fields | None]:
    """Return why private assets made one after the other would be refused; none is made.

    Args:
        rows: what `ensure_private_asset` takes, or what is wrong with it already.
        require_within: refuses what the user then has, where it is too much.
    """
    savepoint = session.begin_nested()
    refusals = [_refusal(session, user_id, row, require_within) for row in rows]
    savepoint.rollback()
    return refusals


def _refusal(
    session: Session,
    user_id: int,
    row: Mapping[str, Any] | ValidationFailed,
    require_within: Callable[[int], None],
) -> Fields | None:
    if isinstance(row, ValidationFailed):
        return row.fields
    try:
        ensure_private_asset(session, user_id, **row)
        require_within(user_id)
    except Conflict as conflict:
        return {"asset": [conflict.message]}
    return None


def update_asset(
    session: Session,
    asset_id: int,
    *,
    by: Actor,
    changes: AssetFields,
    expected: frozenset[int] | None = None,
) -> Asset:
    """Change what people wrote of an asset.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound, Forbidden, PreconditionFailed: see `changes.changeable`.
        Conflict: the new symbol is taken.
        ValidationFailed: another currency.
    """
    asset = changeable(session, asset_id, by, expected)
    changes = _in_major_unit(changes)
    # Ledgers that we know nothing of may hold it, with costs in its currency.
    if changes.get("currency", asset.currency) != asset.currency:
        raise ValidationFailed.of(
            "currency",
            f"The asset stays in {asset.currency}: retire it by DELETE, which sets its symbol free,"
            " and make another one.",
        )
    if any(changes.get(name, getattr(asset, name)) != getattr(asset, name) for name in _FED_BY):
        forget_asked(session, asset.id)
    for name, value in changes.items():
        setattr(asset, name, value)
    with session.no_autoflush:
        _require_free_symbol(session, asset)
    _index(session, asset)
    _write_down(session, asset, "asset-updated")
    return asset


def retire_asset(
    session: Session, asset_id: int, *, by: Actor, expected: frozenset[int] | None = None
) -> None:
    """Take an asset out of lists and search; its prices and what holds it stay.

    Raises:
        NotFound, Forbidden, PreconditionFailed: see `changes.changeable`.
    """
    asset = changeable(session, asset_id, by, expected)
    if asset.is_active:
        asset.is_active = False
        _write_down(session, asset, "asset-deleted")


def delete_private_assets(session: Session, user_id: int) -> None:
    """Delete what was private to a user who is gone, with its prices."""
    _delete(session, Asset.owner_id == user_id)


def delete_of_imports(session: Session, user_id: int, ids: Collection[int]) -> None:
    """Delete those of a user's assets that were made for imports, with their prices.

    Args:
        ids: of assets that no transaction names, nor will.
    """
    _delete(session, Asset.id.in_(ids), Asset.owner_id == user_id, Asset.is_of_import.is_(True))


def _delete(session: Session, *those: ColumnElement[bool]) -> None:
    for asset in session.scalars(select(Asset).where(*those).order_by(Asset.id).with_for_update()):
        asset.is_active = False
        asset.sequence += 1
        tell(session, asset, "asset-deleted", {})
        session.delete(asset)


def _in_major_unit(fields: AssetFields) -> AssetFields:
    if "currency" not in fields:
        return fields
    return {**fields, "currency": quotes.major_currency(fields["currency"])}


def _without_twins(session: Session, assets: Sequence[Asset]) -> list[Asset | Conflict]:
    if not assets:
        return []
    holders = _holders(session, assets[0].owner_id, [asset.symbol for asset in assets])
    outcomes: list[Asset | Conflict] = []
    for asset in assets:
        if asset.is_active is False:
            outcomes.append(asset)
        elif asset.symbol in holders:
            outcomes.append(_is_taken(asset.symbol, holders[asset.symbol]))
        else:
            outcomes.append(asset)
            holders[asset.symbol] = "another row"
    return outcomes


def _require_free_symbol(session: Session, asset: Asset) -> None:
    holders = _holders(session, asset.owner_id, [asset.symbol], but=asset.id)
    if asset.is_active and asset.symbol in holders:
        raise _is_taken(asset.symbol, holders[asset.symbol])


def _holders(
    session: Session, owner_id: int | None, symbols: Sequence[str], but: int | None = None
) -> dict[str, str]:
    """Return who has those of `symbols` that other assets in use of this owner have."""
    same_owner = Asset.owner_id.is_not_distinct_from(owner_id)
    namesakes = select(Asset.symbol, Asset.id).where(
        same_owner, Asset.symbol.in_(symbols), Asset.is_active, Asset.id.is_distinct_from(but)
    )
    return {symbol: f"the asset {asset_id}" for symbol, asset_id in session.execute(namesakes)}


def _is_taken(symbol: str, by: str) -> Conflict:
    return Conflict(f"The symbol {symbol} is taken by {by}.")


def _index(session: Session, *assets: Asset) -> None:
    entry = insert(SearchEntry)
    entry = entry.on_conflict_do_update(
        index_elements=["asset_id"], set_={"terms": entry.excluded.terms}
    )
    rows = [
        {"asset_id": asset.id, "terms": terms.kept(asset.symbol, asset.name, asset.isin)}
        for asset in assets
    ]
    if rows:
        session.execute(entry, rows)


def _write_down(session: Session, asset: Asset, type_: str) -> None:
    asset.revision += 1
    asset.sequence += 1
    tell(session, asset, type_, {})
