"""Trades of private assets."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, literal, select
from sqlalchemy.orm import Session

from services.assets import models
from services.assets.domain.trades import Trade
from services.assets.models import Asset


def asset_ids(session: Session) -> Sequence[int]:
    """Return the id of every asset that was traded, ascending."""
    asset_id = models.Trade.asset_id
    return session.scalars(select(asset_id).distinct().order_by(asset_id)).all()


def of_ledger(session: Session, ledger_id: int) -> dict[int, Trade]:
    """Return what we have of a ledger, by the id of the transaction."""
    return matching(session, models.Trade.ledger_id == ledger_id)


def matching(session: Session, condition: ColumnElement[bool]) -> dict[int, Trade]:
    """Return those of our trades, by the id of the transaction."""
    columns = (
        models.Trade.id,
        models.Trade.asset_id,
        models.Trade.date,
        models.Trade.price,
        Asset.currency,
    )
    rows = session.execute(
        select(*columns).join(Asset, Asset.id == models.Trade.asset_id).where(condition)
    )
    return {row.id: Trade(row.asset_id, row.date, row.price, row.currency) for row in rows}


def of_private_assets(session: Session, trades: Mapping[int, Trade]) -> dict[int, Trade]:
    """Return those of the trades that we keep: of private assets, in the asset's currency."""
    ids = {trade.asset_id for trade in trades.values()}
    named = Asset.id == any_(literal(sorted(ids), ARRAY(BigInteger)))
    private = select(Asset.id, Asset.currency).where(named, Asset.owner_id.is_not(None))
    currencies = dict(session.execute(private).all())
    return {
        key: trade
        for key, trade in trades.items()
        if currencies.get(trade.asset_id) == trade.currency
    }
