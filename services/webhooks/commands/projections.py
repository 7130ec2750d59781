"""What we keep of assets and portfolios: who holds what, and what it was worth."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.webhooks.domain.closes import Closes
from services.webhooks.models import ENDED, NOBODY, Asset, Holding, Portfolio, PriceWindow
from services.webhooks.owners import Owners

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


def put_asset(session: Session, sequence: int, card: Card) -> bool:
    """Store the newest price of an asset; return False where we have it, or a later one.

    Args:
        card: the catalogue's `AssetCard`.
    """
    values = {"price": card["current_price"], "day": card["price_date"]}
    newer = session.scalar(_PUT_ASSET, {"id": card["id"], "sequence": sequence, **values})
    return newer is not None


def price_before(session: Session, asset_id: int) -> Decimal | None:
    """Return the price that we have of an asset."""
    return session.scalar(select(Asset.price).where(Asset.id == asset_id))


def window(session: Session, asset_id: int) -> tuple[int, Closes]:
    """Return the sequence and the last closes of an asset, locked; 0 where we have none."""
    kept = select(PriceWindow).where(PriceWindow.asset_id == asset_id)
    row = session.scalar(kept.with_for_update())
    if row is None:
        return 0, Closes.of({})
    closes = Closes.from_json(row.closes)
    if row.day is None or row.close is None:
        return row.sequence, closes
    return row.sequence, closes.with_close(row.day, row.close)


def put_window(session: Session, asset_id: int, sequence: int, closes: Closes) -> None:
    """Store the last closes of an asset, unless we have later ones."""
    day = closes.newest
    values = {
        "sequence": sequence,
        "day": day,
        "close": closes.closes[day] if day else None,
        "closes": closes.to_json(),
        "bases": closes.bases(day) if day else [],
    }
    store = insert(PriceWindow).values(asset_id=asset_id, **values)
    session.execute(
        store.on_conflict_do_update(
            index_elements=[PriceWindow.asset_id],
            set_=values,
            where=PriceWindow.sequence <= sequence,
        )
    )


def step_window(session: Session, asset_id: int, sequence: int) -> None:
    """Note an event on an asset that moved no price."""
    session.execute(
        update(PriceWindow)
        .where(PriceWindow.asset_id == asset_id, PriceWindow.sequence == sequence - 1)
        .values(sequence=sequence)
    )


def step_price(session: Session, sequence: int, card: Card) -> bool:
    """Note a later price of the day that an asset's last closes end with.

    Returns:
        False where we have none, or others than the event is about.
    """
    known = {"asset": card["id"], "sequence": sequence}
    newest = {"day": card["price_date"], "close": card["current_price"]}
    return session.scalar(_STEP_PRICE, {**known, **newest}) is not None


def put_portfolio(session: Session, sequence: int, card: Card) -> None:
    """Store whose a portfolio is, unless we have a later card or it is deleted.

    Args:
        card: the catalogue's `PortfolioCard`.
    """
    values = {"owner_id": card["owner"], "currency": card["currency"], "sequence": sequence}
    _put_portfolio(session, card["id"], values)


def _put_portfolio(session: Session, portfolio_id: int, values: Mapping[str, Any]) -> None:
    store = insert(Portfolio).values(id=portfolio_id, **values)
    session.execute(
        store.on_conflict_do_update(
            index_elements=[Portfolio.id],
            set_=values,
            where=Portfolio.sequence <= store.excluded.sequence,
        )
    )


def learn_portfolio(session: Session, portfolio_id: int, owners: Owners) -> None:
    """Store whose a portfolio is that we have not heard of yet.

    Raises:
        NotFound: its owner does not know it; it may have been deleted.
        Unavailable: its owner does not answer.
    """
    answer = owners.portfolio(portfolio_id)
    put_portfolio(session, answer["sequence"], answer["portfolio"])


def portfolio_ids(session: Session) -> set[int]:
    """Return the portfolios that we know."""
    return set(session.scalars(select(Portfolio.id).where(Portfolio.owner_id != NOBODY)))


def delete_portfolio(session: Session, portfolio_id: int) -> None:
    """Forget a portfolio and what it holds, whatever comes late about either."""
    _put_portfolio(session, portfolio_id, _ENDED)
    session.execute(delete(Holding).where(Holding.portfolio_id == portfolio_id))


def delete_portfolios_of(session: Session, user_id: int) -> None:
    """Forget the portfolios of a user who is gone, and what they hold."""
    for portfolio_id in session.scalars(select(Portfolio.id).where(Portfolio.owner_id == user_id)):
        _put_portfolio(session, portfolio_id, _ENDED)
    session.execute(delete(Holding).where(Holding.owner_id == user_id))


def put_holding(session: Session, sequence: int, position: Card) -> None:
    """Store how much a portfolio holds, unless we know better or it is deleted.

    Args:
        position: the catalogue's `PositionChanged`. One that was deleted and opened again has
            another id and begins its sequences anew.
    """
    kept = select(Portfolio.owner_id).where(Portfolio.id == position["portfolio"])
    # Locked, so that a deletion waits and takes the holding along.
    if session.scalar(kept.with_for_update(read=True, key_share=True)) == NOBODY:
        return
    values = {
        "owner_id": position["owner"],
        "quantity": position["quantity"],
        "position_id": position["position"],
        "sequence": sequence,
    }
    store = insert(Holding).values(
        portfolio_id=position["portfolio"], asset_id=position["asset"], **values
    )
    known = tuple_(Holding.position_id, Holding.sequence)
    session.execute(
        store.on_conflict_do_update(
            index_elements=[Holding.portfolio_id, Holding.asset_id],
            set_=values,
            where=known < tuple_(store.excluded.position_id, store.excluded.sequence),
        )
    )


def put_holdings(session: Session, card: Card, quantities: Mapping[int, Decimal]) -> None:
    """Store all that a portfolio holds, as its ledger says.

    Args:
        card: the portfolio's.
        quantities: asset → quantity.
    """
    others = Holding.asset_id.not_in(quantities)
    session.execute(delete(Holding).where(Holding.portfolio_id == card["id"], others))
    for asset_id, quantity in quantities.items():
        values = {"owner_id": card["owner"], "quantity": quantity}
        store = insert(Holding).values(portfolio_id=card["id"], asset_id=asset_id, **values)
        keys = [Holding.portfolio_id, Holding.asset_id]
        session.execute(store.on_conflict_do_update(index_elements=keys, set_=values))
