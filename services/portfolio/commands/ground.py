"""What rows to record rest on, read and locked in one exchange with the server."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Integer, any_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.portfolio.commands.assets import learn_assets
from services.portfolio.commands.ledger import Stored, by_its_asset, find_positions
from services.portfolio.models import (
    OF_LEDGER,
    Asset,
    LockedPortfolio,
    NamedAsset,
    Portfolio,
    TransactionFields,
    account_of_row,
)
from services.portfolio.outside.owners import Owners
from shared.db import Query, execute, pipelined

_ASSETS: Final = bindparam("assets", type_=ARRAY(BigInteger))
# All of them must be known, or nothing is locked.
_REQUIRED: Final = bindparam("required", type_=ARRAY(BigInteger))
_OWNER: Final = bindparam("owner", type_=BigInteger)
_ARE_KNOWN: Final = select(func.count()).select_from(Asset).where(
    Asset.id == any_(_REQUIRED)
).scalar_subquery() == func.cardinality(_REQUIRED)
# The lock that a transaction takes on what it names; `release_assets` waits for it.
_NAMED: Final = Query(
    select(*(getattr(Asset, name) for name in NamedAsset._fields))
    .where(
        Asset.id == any_(_ASSETS),
        or_(Asset.owner_id.is_(None), Asset.owner_id == _OWNER),
        ~Asset.is_released,
        _ARE_KNOWN,
    )
    .order_by(Asset.id)
    .with_for_update(read=True, key_share=True)
)
_OWNED: Final = Query(
    select(
        Portfolio.id,
        Portfolio.owner_id,
        Portfolio.currency,
        Portfolio.cost_basis_method,
        *(getattr(Portfolio, name) for name in OF_LEDGER),
    )
    .where(
        Portfolio.owner_id == _OWNER,
        Portfolio.id == any_(bindparam("portfolios", type_=ARRAY(BigInteger))),
        _ARE_KNOWN,
    )
    .order_by(Portfolio.id)
    .with_for_update()
)
_IDS: Final = Query(
    select(func.array_agg(func.nextval("transactions_id_seq")).label("ids")).select_from(
        func.generate_series(1, bindparam("count", type_=Integer))
    )
)


class Ground(NamedTuple):
    """What rows rest on.

    Attributes:
        assets: those that the owner may hold; they are not released meanwhile.
        portfolios: those of the owner that there are, locked in the order of ids.
        positions: by portfolio, then by asset.
        ids: of new transactions, ascending, one for each row.
    """

    assets: Mapping[int, NamedAsset]
    portfolios: Mapping[int, LockedPortfolio]
    positions: Mapping[int, Stored]
    ids: Iterator[int]


def lock_ground(
    session: Session, owner_id: int, rows: Sequence[TransactionFields], owners: Owners | None
) -> Ground:
    """Return what `rows` rest on, locked.

    Args:
        owners: are asked for assets that are new to us, before anything is locked; None asks
            nobody.

    Raises:
        Unavailable: an asset is new to us, and its owner does not answer.
    """
    assets = sorted({row.asset for row in rows if row.asset is not None})
    ground = _lock(session, owner_id, rows, assets, [] if owners is None else assets)
    if len(ground.assets) < len(assets) and owners is not None:
        learn_assets(session, assets, owners)
        ground = _lock(session, owner_id, rows, assets, [])
    return ground


def _lock(
    session: Session,
    owner_id: int,
    rows: Sequence[TransactionFields],
    assets: Sequence[int],
    required: Sequence[int],
) -> Ground:
    """Return the ground of `rows`.

    Args:
        required: assets; where one is new to us, nothing is locked, and nothing there.
    """
    portfolios = sorted({row.portfolio for row in rows})
    owned = {"owner": owner_id, "required": required}
    with pipelined(session):
        named = execute(session, _NAMED, {"assets": assets, **owned})
        locked = execute(session, _OWNED, {"portfolios": portfolios, **owned})
        # Each sees what was committed until the lock before it was there.
        positions = find_positions(session, portfolios, assets)
        ids = execute(session, _IDS, {"count": len(rows)})
        return Ground(
            {row.id: NamedAsset._make(row) for row in named},
            {row.id: _locked(row) for row in locked},
            _by_portfolio(positions.fetchall()),
            iter(sorted(ids.fetchall()[0].ids)),
        )


def _locked(row: Any) -> LockedPortfolio:
    return LockedPortfolio(
        id=row.id,
        owner_id=row.owner_id,
        currency=row.currency,
        cost_basis_method=row.cost_basis_method,
        account=account_of_row(row),
        sequence=row.sequence,
    )


def _by_portfolio(rows: Sequence[Any]) -> dict[int, Stored]:
    of_portfolio = attrgetter("portfolio_id")
    ordered = sorted(rows, key=of_portfolio)
    return {key: by_its_asset(group) for key, group in groupby(ordered, of_portfolio)}
