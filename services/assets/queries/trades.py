"""Trades of private assets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, literal, select
from sqlalchemy.orm import Session

from services.assets import models
from services.assets.domain.trades import Trade
from services.assets.models import Asset
from shared.db import Query, execute

_TRADE: Final = select(
    models.Trade.id, models.Trade.asset_id, models.Trade.date, models.Trade.price, Asset.currency
).join(Asset, Asset.id == models.Trade.asset_id)
_SOME: Final = Query(
    _TRADE.where(models.Trade.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
_OF_LEDGER: Final = Query(_TRADE.where(models.Trade.ledger_id == bindparam("ledger")))


def asset_ids(session: Session) -> Sequence[int]:
    """Return the id of every asset that was traded, ascending."""
    asset_id = models.Trade.asset_id
    return session.scalars(select(asset_id).distinct().order_by(asset_id)).all()


def of_ledger(session: Session, ledger_id: int) -> dict[int, Trade]:
    """Return what we have of a ledger, by the id of the transaction."""
    return _trades(execute(session, _OF_LEDGER, {"ledger": ledger_id}))


def some(session: Session, transaction_ids: Iterable[int]) -> dict[int, Trade]:
    """Return the trades that transactions are, by their ids; nothing of those that are none."""
    return _trades(execute(session, _SOME, {"ids": list(transaction_ids)}))


def _trades(rows: Iterable[Any]) -> dict[int, Trade]:
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
