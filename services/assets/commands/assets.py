"""Assets: made, changed, retired."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.assets.commands.changes import changeable, tell
from services.assets.domain import quotes, terms
from services.assets.domain.access import Actor
from services.assets.models import Asset, SearchEntry
from shared.errors import Conflict, ValidationFailed

_WRITABLE: Final = frozenset(
    {
        "symbol",
        "name",
        "asset_type",
        "currency",
        "exchange",
        "market_cap",
        "sector",
        "industry",
        "isin",
        "country",
        "is_active",
    }
)


def create_asset(session: Session, *, by: Actor, **values: Any) -> Asset:
    """Make an asset: public when an administrator makes it, else private to its maker.

    Args:
        values: the writable fields; a currency in minor units (GBX) is kept as its major one.

    Raises:
        Conflict: the symbol is taken.
    """
    asset = Asset(owner_id=by.owner_of_new, **_kept(values))
    _require_free_symbol(session, asset)
    session.add(asset)
    session.flush()
    session.refresh(asset)
    _index(session, asset)
    tell(session, asset, "asset-created", {})
    return asset


def update_asset(
    session: Session,
    asset_id: int,
    *,
    by: Actor,
    changes: Mapping[str, Any],
    expected: frozenset[int] | None = None,
) -> Asset:
    """Change what people wrote of an asset.

    Args:
        changes: writable fields.
        expected: revisions it may have now; None is any.

    Raises:
        NotFound, Forbidden, PreconditionFailed: see `changes.changeable`.
        Conflict: the new symbol is taken.
        ValidationFailed: the currency of an asset that has prices.
    """
    asset = changeable(session, asset_id, by, expected)
    kept = _kept(changes)
    if kept.get("currency", asset.currency) != asset.currency and asset.price_date is not None:
        raise ValidationFailed.of(
            "currency", f"The asset has prices in {asset.currency}; make another asset."
        )
    for name, value in kept.items():
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
    owned = select(Asset).where(Asset.owner_id == user_id).order_by(Asset.id).with_for_update()
    for asset in session.scalars(owned).all():
        asset.is_active = False
        asset.version += 1
        tell(session, asset, "asset-deleted", {})
        session.delete(asset)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: values[name] for name in _WRITABLE & values.keys()}
    if "currency" in kept:
        kept["currency"] = quotes.major_currency(kept["currency"])
    return kept


def _require_free_symbol(session: Session, asset: Asset) -> None:
    if asset.is_active is False:
        return
    same_owner = Asset.owner_id.is_not_distinct_from(asset.owner_id)
    taken = select(Asset.id).where(same_owner, Asset.symbol == asset.symbol, Asset.is_active)
    if asset.id is not None:
        taken = taken.where(Asset.id != asset.id)
    if (other := session.scalar(taken)) is not None:
        raise Conflict(f"The symbol {asset.symbol} is taken by the asset {other}.")


def _index(session: Session, asset: Asset) -> None:
    found_by = terms.kept(asset.symbol, asset.name, asset.isin)
    entry = insert(SearchEntry).values(asset_id=asset.id, terms=found_by)
    session.execute(
        entry.on_conflict_do_update(index_elements=["asset_id"], set_={"terms": found_by})
    )


def _write_down(session: Session, asset: Asset, type_: str) -> None:
    asset.revision += 1
    asset.version += 1
    tell(session, asset, type_, {})
