"""What rows to record rest on, read and locked in one exchange with the server."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

import sqlalchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

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


class _Questions(NamedTuple):
    """What is asked before rows are recorded: of their assets, their portfolios, and for ids."""

    assets: Query
    portfolios: Query
    ids: Query


def _questions(
    is_asset: ColumnElement[bool],
    is_portfolio: ColumnElement[bool],
    are_known: ColumnElement[bool],
    ids: ColumnElement[Any],
) -> _Questions:
    """Return the questions.

    Args:
        is_asset, is_portfolio: which ones are named.
        are_known: whether all are known that must be; else nothing is locked.
        ids: the new ones, an array.
    """
    owner = bindparam("owner", type_=BigInteger)
    # The lock that a transaction takes on what it names; `release_assets` waits for it.
    named = (
        select(*(getattr(Asset, name) for name in NamedAsset._fields))
        .where(
            is_asset,
            or_(Asset.owner_id.is_(None), Asset.owner_id == owner),
            ~Asset.is_released,
            are_known,
        )
        .order_by(Asset.id)
        .with_for_update(read=True, key_share=True)
    )
    owned = (
        select(
            Portfolio.id,
            Portfolio.owner_id,
            Portfolio.currency,
            Portfolio.cost_basis_method,
            *(getattr(Portfolio, name) for name in OF_LEDGER),
        )
        .where(Portfolio.owner_id == owner, is_portfolio, are_known)
        .order_by(Portfolio.id)
        .with_for_update()
    )
    return _Questions(Query(named), Query(owned), Query(select(ids.label("ids"))))


def _among(column: InstrumentedAttribute[int], name: str) -> ColumnElement[bool]:
    return column == any_(bindparam(name, type_=ARRAY(BigInteger)))


_NEXT_ID: Final = sqlalchemy.Sequence("transactions_id_seq").next_value()
_REQUIRED: Final = bindparam("required", type_=ARRAY(BigInteger))
_REQUIRED_ONE: Final = bindparam("required_one", type_=BigInteger)
_OF_MANY: Final = _questions(
    _among(Asset.id, "assets"),
    _among(Portfolio.id, "portfolios"),
    select(func.count()).where(_among(Asset.id, "required")).scalar_subquery()
    == func.cardinality(_REQUIRED),
    select(func.array_agg(_NEXT_ID))
    .select_from(func.generate_series(1, bindparam("count", type_=Integer)))
    .scalar_subquery(),
)
# What asks for members of a list the server plans anew each time, which takes it longer than all
# else that these do.
_OF_ONE: Final = _questions(
    Asset.id == bindparam("asset", type_=BigInteger),
    Portfolio.id == bindparam("portfolio", type_=BigInteger),
    or_(_REQUIRED_ONE.is_(None), exists().where(Asset.id == _REQUIRED_ONE)),
    array([_NEXT_ID]),
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
    questions = _OF_ONE if len(rows) == 1 else _OF_MANY
    names = {
        **{"owner": owner_id, "assets": assets, "portfolios": portfolios, "required": required},
        **{"asset": rows[0].asset, "portfolio": rows[0].portfolio},
        **{"required_one": next(iter(required), None), "count": len(rows)},
    }
    with pipelined(session):
        named = execute(session, questions.assets, names)
        locked = execute(session, questions.portfolios, names)
        # Each sees what was committed until the lock before it was there.
        positions = find_positions(session, portfolios, assets)
        ids = execute(session, questions.ids, names)
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
