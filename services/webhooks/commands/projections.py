"""What we keep of assets and portfolios: who holds what, and what it was worth."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.webhooks.domain.closes import Closes
from services.webhooks.models import ENDED, NOBODY, Asset, Holding, Portfolio, PriceWindow
from services.webhooks.outside.owners import AssetSnapshot, PortfolioSnapshot
from shared.db import Query, execute
from shared.replica import put, row_of

Card = Mapping[str, Any]

# Made for every price there is, so they are written out: nothing has to be compiled for them.
_PUT_ASSET: Final = text(
    """
    INSERT INTO assets (id, sequence, price, price_date)
    VALUES (:id, :sequence, CAST(:price AS numeric), CAST(:day AS date))
    ON CONFLICT (id) DO UPDATE SET
        sequence = excluded.sequence, price = excluded.price, price_date = excluded.price_date
    WHERE assets.sequence < excluded.sequence
    RETURNING id
    """
)
_STEP_PRICE: Final = text(
    """
    UPDATE price_windows SET sequence = :sequence, close = CAST(:close AS numeric)
    WHERE asset_id = :asset AND sequence = :sequence - 1 AND day = CAST(:day AS date)
    RETURNING asset_id
    """
)

# Locked, so that a deletion waits and takes the holdings along.
_OWNERS: Final = Query(
    select(Portfolio.id, Portfolio.owner_id)
    .where(Portfolio.id == any_(bindparam("portfolios", type_=ARRAY(BigInteger))))
    .order_by(Portfolio.id)
    .with_for_update(read=True, key_share=True)
)
_PUT_HOLDING: Final = Query(
    text(
        """
        INSERT INTO holdings (portfolio_id, asset_id, owner_id, quantity, position_id, sequence)
        VALUES (:portfolio, :asset, :owner, :quantity, :position, :sequence)
        ON CONFLICT (portfolio_id, asset_id) DO UPDATE SET
            owner_id = excluded.owner_id, quantity = excluded.quantity,
            position_id = excluded.position_id, sequence = excluded.sequence
        WHERE (holdings.position_id, holdings.sequence) < (excluded.position_id, excluded.sequence)
        """
    )
)
# What is left of a portfolio that was deleted.
_ENDED: Final[Mapping[str, Any]] = {
    "owner_id": NOBODY,
    "currency": "",
    "sequence": ENDED,
    "value": None,
    "day": None,
    "metrics": {},
    "told_value": None,
    "told_at": None,
}


def put_asset(session: Session, snapshot: AssetSnapshot) -> bool:
    """Store the newest price of an asset; return False where we have it, or a later one."""
    card = snapshot.card
    values = {"price": card.current_price, "day": card.price_date}
    newer = session.scalar(_PUT_ASSET, {"id": card.id, "sequence": snapshot.sequence, **values})
    return newer is not None


def adopt_asset(session: Session, snapshot: AssetSnapshot) -> None:
    """Store the newest price of an asset, unless we have a later one."""
    put(session, Asset, row_of(Asset, snapshot) | {"price": snapshot.card.current_price})


def forget_asset(session: Session, asset_id: int, sequence: int) -> None:
    """Delete what we have of an asset that its owner no longer knows, unless we have later news."""
    session.execute(delete(Asset).where(Asset.id == asset_id, Asset.sequence <= sequence))


def price_before(session: Session, asset_id: int) -> Decimal | None:
    """Return the price that we have of an asset."""
    return session.scalar(select(Asset.price).where(Asset.id == asset_id))


def window(session: Session, asset_id: int) -> Closes:
    """Return the last closes of an asset, locked; none where we don't keep them."""
    return _closes(session.scalar(_window(asset_id).with_for_update()))


def kept_window(session: Session, asset_id: int) -> Closes:
    """Return the last closes of an asset, as they are now; none where we don't keep them."""
    return _closes(session.scalar(_window(asset_id)))


def _window(asset_id: int) -> Select[PriceWindow]:
    return select(PriceWindow).where(PriceWindow.asset_id == asset_id)


def _closes(row: PriceWindow | None) -> Closes:
    if row is None:
        return Closes.of({})
    closes = Closes.from_json(row.closes)
    if row.day is None or row.close is None:
        return closes
    return closes.with_close(row.day, row.close)


def put_window(session: Session, snapshot: AssetSnapshot) -> None:
    """Store the last closes of an asset, unless we have later ones."""
    closes = snapshot.closes
    day = closes.newest
    values = {
        "asset_id": snapshot.card.id,
        "sequence": snapshot.sequence,
        "day": day,
        "close": closes.closes[day] if day else None,
        "closes": closes.to_json(),
        "bases": closes.bases(day) if day else [],
    }
    put(session, PriceWindow, values)


def forget_window(session: Session, asset_id: int, sequence: int) -> None:
    """Delete the last closes of an asset, unless we have later ones."""
    ours = (PriceWindow.asset_id == asset_id, PriceWindow.sequence <= sequence)
    session.execute(delete(PriceWindow).where(*ours))


def step_window(session: Session, asset_id: int, sequence: int) -> None:
    """Note an event on an asset that moved no price."""
    session.execute(
        update(PriceWindow)
        .where(PriceWindow.asset_id == asset_id, PriceWindow.sequence == sequence - 1)
        .values(sequence=sequence)
    )


def step_price(session: Session, snapshot: AssetSnapshot) -> bool:
    """Note a later price of the day that an asset's last closes end with.

    Returns:
        False where we have none, or others than the event is about.
    """
    ours = {"asset": snapshot.card.id, "sequence": snapshot.sequence}
    newest = {"day": snapshot.card.price_date, "close": snapshot.card.current_price}
    return session.scalar(_STEP_PRICE, {**ours, **newest}) is not None


def put_portfolio(session: Session, snapshot: PortfolioSnapshot) -> None:
    """Store whose a portfolio is, unless we have a later card or it is deleted."""
    put(session, Portfolio, row_of(Portfolio, snapshot))


def adopt_portfolio(session: Session, snapshot: PortfolioSnapshot) -> None:
    """Store whose a portfolio is and what it holds, unless we know better or it is deleted."""
    put_portfolio(session, snapshot)
    # Locked, so that no event tells of a holding meanwhile.
    whose = select(Portfolio.owner_id).where(Portfolio.id == snapshot.card.id).with_for_update()
    if session.scalar(whose) == NOBODY:
        return
    told, quantities = told_holdings(session, snapshot.card.id), snapshot.quantities
    for asset_id in told.keys() | quantities.keys():
        if told.get(asset_id) == snapshot.told.get(asset_id):
            _put_quantity(session, snapshot, asset_id)


def _put_quantity(session: Session, snapshot: PortfolioSnapshot, asset_id: int) -> None:
    keys = {"portfolio_id": snapshot.card.id, "asset_id": asset_id}
    if asset_id not in snapshot.quantities:
        session.execute(delete(Holding).filter_by(**keys))
        return
    values = {"owner_id": snapshot.card.owner_id, "quantity": snapshot.quantities[asset_id]}
    store = insert(Holding).values(**keys, **values)
    session.execute(store.on_conflict_do_update(index_elements=list(keys), set_=values))


def told_holdings(session: Session, portfolio_id: int) -> dict[int, tuple[int, int]]:
    """Return asset → position and sequence of the last event that told what a portfolio holds."""
    told = select(Holding.asset_id, Holding.position_id, Holding.sequence)
    rows = session.execute(told.where(Holding.portfolio_id == portfolio_id))
    return {asset_id: (position_id, sequence) for asset_id, position_id, sequence in rows}


def delete_portfolio(session: Session, portfolio_id: int) -> None:
    """Forget a portfolio and what it holds, whatever comes late about either."""
    put(session, Portfolio, {"id": portfolio_id, **_ENDED})
    session.execute(delete(Holding).where(Holding.portfolio_id == portfolio_id))


def delete_portfolios_of(session: Session, user_id: int) -> None:
    """Forget the portfolios of a user who is gone, and what they hold."""
    for portfolio_id in session.scalars(select(Portfolio.id).where(Portfolio.owner_id == user_id)):
        put(session, Portfolio, {"id": portfolio_id, **_ENDED})
    session.execute(delete(Holding).where(Holding.owner_id == user_id))


def put_holdings(session: Session, positions: Sequence[Card]) -> None:
    """Store how much portfolios hold, unless we know better or they are deleted.

    Args:
        positions: the catalogue's `PositionChanged` with the `sequence` of their events. One that
            was deleted and opened again has another id and begins its sequences anew.
    """
    portfolios = {position["portfolio"] for position in positions}
    owners = execute(session, _OWNERS, {"portfolios": list(portfolios)})
    ended = {row.id for row in owners if row.owner_id == NOBODY}
    newest = {
        (position["portfolio"], position["asset"]): position
        for position in sorted(positions, key=itemgetter("position", "sequence"))
        if position["portfolio"] not in ended
    }
    if newest:
        execute(session, _PUT_HOLDING, *newest.values())
