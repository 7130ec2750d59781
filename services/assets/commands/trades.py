"""Trades of private assets, followed ledger by ledger: closes of the days that have no other.

Whoever changes them has the lock of the ledger; the assets are locked before their trades change.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, select, text
from sqlalchemy.orm import Session

from services.assets import models
from services.assets.commands.changes import requote, tell_of_history
from services.assets.domain.trades import Trade
from services.assets.models import Asset, Ledger, Price
from services.assets.outside.owners import LedgerSnapshot
from services.assets.queries import trades
from shared.db import Query, Reader, execute, pipelined
from shared.events.cards import TRADE
from shared.replica import put, put_several

Trades = Mapping[int, Trade]  # by the id of the transaction

# Nearly all transactions are of public assets: then none is locked, and no trade is there.
_LOCK_OF: Final = Query(
    text(
        """
        SELECT id FROM assets
        WHERE owner_id IS NOT NULL AND id = ANY(ARRAY(
            SELECT unnest(CAST(:assets AS bigint[])) UNION
            SELECT asset_id FROM trades WHERE id = ANY(CAST(:transactions AS bigint[]))
        ))
        ORDER BY id FOR UPDATE
        """
    )
)
# Only those in the asset's currency; that the asset is a private one was seen when it was locked.
_INSERT: Final = Query(
    text(
        """
        INSERT INTO trades (id, ledger_id, asset_id, date, price)
        SELECT new.id, ledger_id, asset_id, day, price
        FROM unnest(
            CAST(:ids AS bigint[]), CAST(:ledgers AS bigint[]), CAST(:asset_ids AS bigint[]),
            CAST(:days AS date[]), CAST(:prices AS numeric[]), CAST(:currencies AS text[])
        ) AS new (id, ledger_id, asset_id, day, price, currency)
        JOIN assets ON assets.id = asset_id AND assets.currency = new.currency
        WHERE asset_id = ANY(CAST(:locked AS bigint[]))
        ON CONFLICT (id) DO UPDATE SET ledger_id = excluded.ledger_id,
            asset_id = excluded.asset_id, date = excluded.date, price = excluded.price
        """
    )
)
_DELETE: Final = Query(
    delete(models.Trade).where(models.Trade.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
# Days of an asset whose close is missing, or a trade's, get the price of their last trade.
_CLOSE: Final = Query(
    text(
        """
        WITH open AS (
            SELECT day FROM unnest(CAST(:days AS date[])) AS day WHERE NOT EXISTS (
                SELECT FROM prices WHERE asset_id = :asset AND date = day AND source <> :trade
            )
        ), last AS (
            SELECT day AS date, price FROM open CROSS JOIN LATERAL (
                SELECT price FROM trades WHERE asset_id = :asset AND date = day
                ORDER BY id DESC LIMIT 1
            ) AS newest
        ), gone AS (
            DELETE FROM prices
            WHERE asset_id = :asset AND date IN (SELECT day FROM open)
                AND date NOT IN (SELECT date FROM last)
            RETURNING date
        ), made AS (
            INSERT INTO prices (asset_id, date, close, source)
            SELECT CAST(:asset AS bigint), date, price, CAST(:trade AS text) FROM last
            ON CONFLICT (asset_id, date) DO UPDATE SET close = excluded.close
            WHERE prices.source = :trade AND prices.close <> excluded.close
            RETURNING date
        )
        SELECT date, true AS is_made FROM made UNION ALL SELECT date, false FROM gone
        """
    ).bindparams(trade=TRADE)
)
_LOCK: Final = Query(
    select(Asset.id)
    .where(Asset.id == any_(bindparam("ids", type_=ARRAY(BigInteger))), Asset.owner_id.is_not(None))
    .order_by(Asset.id)
    .with_for_update()
)


def pass_over(session: Session, ledger_id: int, sequence: int) -> None:
    """Note an event on a portfolio that is none of its trades'."""
    put(session, Ledger, {"id": ledger_id, "sequence": sequence})


def put_trades(
    session: Session,
    told: Mapping[int, Trade | None],
    ledgers: Mapping[int, int],
    sequences: Mapping[int, int],
) -> None:
    """Let transactions be these trades, or none any more.

    Args:
        told: by the id of the transaction.
        ledgers: in which each transaction stands.
        sequences: by ledger, of the last event on it.
    """
    after = {key: trade for key, trade in told.items() if trade}
    named = {trade.asset_id for trade in after.values()}
    with pipelined(session):
        put_several(session, Ledger, [{"id": key, "sequence": n} for key, n in sequences.items()])
        rows = execute(session, _LOCK_OF, {"assets": list(named), "transactions": list(told)})
        before = trades.some(session, told)
        locked = [row.id for row in rows]
    if locked:
        _exchange(session, before, after, ledgers, locked)


def adopt_ledger(session: Session, snapshot: LedgerSnapshot) -> None:
    """Replace what we have of a ledger by all its owner says, unless ours is newer."""
    ledger_id = snapshot.card.id
    values = {"id": ledger_id, "sequence": snapshot.sequence, "is_deleted": False}
    if put(session, Ledger, values):
        before = trades.of_ledger(session, ledger_id)
        _move(session, ledger_id, before, snapshot.trades)


def forget_ledger(session: Session, ledger_id: int, sequence: int) -> None:
    """Let a deleted portfolio, even one we never heard of, be its number and sequence alone."""
    if put(session, Ledger, {"id": ledger_id, "sequence": sequence, "is_deleted": True}):
        _move(session, ledger_id, trades.of_ledger(session, ledger_id), {})


def closed_by_trades(session: Session, asset_id: int, days: Collection[date]) -> dict[date, bool]:
    """Give those of the days that have no other close their last trade's.

    Args:
        asset_id: of an asset that is locked.

    Returns:
        The days whose close changed: True where it is a trade's now, False where there is none.
    """
    return {row.date: row.is_made for row in _closed(session, asset_id, days)}


def _closed(session: Session, asset_id: int, days: Collection[date]) -> Reader:
    return execute(session, _CLOSE, {"asset": asset_id, "days": list(days)})


def close_anew(session: Session, asset_id: int) -> bool:
    """Make all closes of an asset that are its trades' anew; return whether one changed."""
    locked = _locked(session, [asset_id])
    days = select(models.Trade.date).where(models.Trade.asset_id == asset_id)
    of_trades = select(Price.date).where(Price.asset_id == asset_id, Price.source == TRADE)
    traded = session.scalars(days.union(of_trades)).all()
    return any(_close(session, locked_id, traded) for locked_id in locked)


def _close(session: Session, asset_id: int, days: Collection[date]) -> bool:
    return _tell(session, asset_id, closed_by_trades(session, asset_id, days))


def _tell(session: Session, asset_id: int, is_made: Mapping[date, bool]) -> bool:
    """Tell of closes that became a trade's, or ceased to be; return whether any did."""
    if not is_made:
        return False
    asset = session.get_one(Asset, asset_id, populate_existing=True)
    requote(session, asset)
    first, last, count = min(is_made), max(is_made), sum(is_made.values())
    tell_of_history(session, asset, first, last, count=count, source=TRADE)
    return True


def _move(session: Session, ledger_id: int, before: Trades, after: Trades) -> None:
    """Let the trades `before` be those `after`; the closes of their days follow."""
    named = {trade.asset_id for trade in [*before.values(), *after.values()]}
    if locked := _locked(session, named):
        _exchange(session, before, after, dict.fromkeys(after, ledger_id), locked)


def _exchange(
    session: Session,
    before: Trades,
    after: Trades,
    ledgers: Mapping[int, int],
    locked: Collection[int],
) -> None:
    """Let the trades `before` be those `after`, of private assets, which are `locked`."""
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    gone = {key: before[key] for key in keys & before.keys()}
    new = {key: after[key] for key in keys & after.keys()}
    days: defaultdict[int, set[date]] = defaultdict(set)
    for trade in [*gone.values(), *new.values()]:
        days[trade.asset_id].add(trade.date)
    with pipelined(session):
        if gone:
            execute(session, _DELETE, {"ids": list(gone)})
        _insert(session, new, ledgers, locked)
        closed = {
            asset_id: _closed(session, asset_id, days[asset_id])
            for asset_id in locked
            if asset_id in days
        }
    for asset_id, rows in closed.items():
        _tell(session, asset_id, {row.date: row.is_made for row in rows})


def _insert(
    session: Session, trades: Trades, ledgers: Mapping[int, int], locked: Collection[int]
) -> None:
    columns = {
        "ids": list(trades),
        "ledgers": [ledgers[key] for key in trades],
        "asset_ids": [trade.asset_id for trade in trades.values()],
        "days": [trade.date for trade in trades.values()],
        "prices": [trade.price for trade in trades.values()],
        "currencies": [trade.currency for trade in trades.values()],
    }
    execute(session, _INSERT, {"locked": list(locked), **columns})


def _locked(session: Session, ids: Collection[int]) -> list[int]:
    """Return those of the assets that are private, locked in the order of ids."""
    return [row.id for row in execute(session, _LOCK, {"ids": list(ids)})] if ids else []
