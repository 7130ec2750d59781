"""The days of a portfolio, stored when it was valued, and the events that tell of them."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CursorResult,
    Date,
    Double,
    FromClause,
    Integer,
    all_,
    bindparam,
    column,
    delete,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from services.analytics import queries
from services.analytics.domain.figures import SNAPSHOT, texts
from services.analytics.domain.printing import money
from services.analytics.domain.series import Floats
from services.analytics.domain.snapshots import Snapshots
from services.analytics.models import LastValuation, Snapshot
from services.analytics.queries import PortfolioRow
from shared.bus import outbox
from shared.db import Database, Query
from shared.events import Event
from shared.finance.money import plain
from shared.http import AnyRow

_COLUMNS: Final[Mapping[str, TypeEngine[Any]]] = {
    "date": Date(),
    "total_value": Double(),
    "total_cost_basis": Double(),
    "cash_balance": Double(),
    "net_flow": Double(),
    "position_count": Integer(),
}
_FIGURES: Final = tuple(name for name in _COLUMNS if name != "date")
_MEASURED_EVERY: Final = timedelta(minutes=1)
_IS_DUE: Final = LastValuation.measure_after <= func.now()
_DUE: Final = Query(
    select(LastValuation.portfolio_id)
    .where(_IS_DUE, LastValuation.portfolio_id != all_(bindparam("but", type_=ARRAY(BigInteger))))
    .order_by(LastValuation.measure_after)
    .limit(bindparam("most", type_=Integer))
)


def store_snapshots(
    session: Session, portfolio_id: int, settled: date, snapshots: Snapshots
) -> bool:
    """Let the days after `settled` be these and no others; return whether any is new or changed."""
    fresh = _rows(snapshots)
    gone = delete(Snapshot).where(
        Snapshot.portfolio_id == portfolio_id,
        Snapshot.date > settled,
        Snapshot.date.not_in(select(fresh.c.date)),
    )
    upsert = insert(Snapshot).from_select(
        ["portfolio_id", *_COLUMNS], select(literal(portfolio_id, BigInteger), *fresh.c)
    )
    table, new = Snapshot.__table__.c, upsert.excluded
    changed = upsert.on_conflict_do_update(
        index_elements=["portfolio_id", "date"],
        set_={name: new[name] for name in _FIGURES},
        where=tuple_(*(table[name] for name in _FIGURES)).is_distinct_from(
            tuple_(*(new[name] for name in _FIGURES))
        ),
    )
    return any([_count(session, gone), _count(session, changed)])


def forget_snapshots(session: Session, portfolio_id: int) -> None:
    """Delete what is stored of a portfolio that is gone."""
    for table in (Snapshot, LastValuation):
        session.execute(delete(table).where(table.portfolio_id == portfolio_id))


def tell_value(
    session: Session, portfolio: PortfolioRow, rate_symbols: Iterable[str], *, changed: bool
) -> None:
    """Tell of a portfolio's newest day if it is new, and of its value if that or the day is.

    Args:
        rate_symbols: the pairs that the value may depend on.
        changed: whether any day is another one; its risk is then measured again, in its time.
    """
    last = _last(session, portfolio.id)
    last.rate_symbols = sorted(rate_symbols)
    newest = queries.newest_snapshot(session, portfolio.id)
    if newest is None:
        last.as_of = last.total_value = last.measure_after = None
        return
    if last.as_of is None or newest.date > last.as_of:
        outbox.add(session, _snapshot_created(portfolio, newest))
    value = money(newest.total_value, portfolio.currency)
    # A new day is told also when nothing moved: changes are then measured against another one.
    if newest.date != last.as_of or value != last.total_value:
        outbox.add(session, _portfolio_valued(portfolio, last, newest.date, value))
    last.as_of, last.total_value = newest.date, value
    if changed and newest.position_count:
        _measure_in_time(last)


def due(database: Database, most: int, but: Collection[int]) -> Sequence[int]:
    """Return portfolios `but` some whose risk is due, those that wait longest first."""
    return [row.portfolio_id for row in database.read(_DUE, {"most": most, "but": list(but)})]


def claim_due(session: Session, portfolio_id: int) -> LastValuation | None:
    """Return, locked, a portfolio whose risk is still due; None while another worker has it."""
    mine = select(LastValuation).where(LastValuation.portfolio_id == portfolio_id, _IS_DUE)
    return session.scalar(mine.with_for_update(skip_locked=True))


def tell_risk(
    session: Session, portfolio: PortfolioRow, last: LastValuation, figures: dict[str, str | None]
) -> None:
    """Tell of the figures of a portfolio, as they are printed."""
    last.measured_at, last.measure_after = datetime.now(UTC), None
    if last.as_of is not None:
        data = {"metrics": figures, "as_of": last.as_of.isoformat()}
        outbox.add(session, _about(portfolio, last, "risk-computed", data))


def _last(session: Session, portfolio_id: int) -> LastValuation:
    last = session.get(LastValuation, portfolio_id, with_for_update=True)
    if last is None:
        last = LastValuation(portfolio_id=portfolio_id, sequence=0)
        session.add(last)
    return last


def _measure_in_time(last: LastValuation) -> None:
    if last.measure_after is None:
        now = datetime.now(UTC)
        rested = last.measured_at + _MEASURED_EVERY if last.measured_at else now
        last.measure_after = max(now, rested)


def _snapshot_created(portfolio: PortfolioRow, newest: AnyRow) -> Event:
    snapshot = {
        "id": newest.id,
        "portfolio": newest.portfolio,
        "date": newest.date.isoformat(),
        **texts(SNAPSHOT, newest, portfolio.currency),
        "position_count": newest.position_count,
        "created": newest.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    data = {"owner": portfolio.owner_id, "snapshot": snapshot}
    return Event.now("analytics", "snapshot-created", f"snapshots/{newest.id}", 1, data)


def _portfolio_valued(
    portfolio: PortfolioRow, last: LastValuation, day: date, value: Decimal | None
) -> Event:
    data = {
        "currency": portfolio.currency,
        "total_value": _text(value),
        "previous_value": _text(last.total_value),
        "as_of": day.isoformat(),
    }
    return _about(portfolio, last, "portfolio-valued", data)


def _about(
    portfolio: PortfolioRow, last: LastValuation, kind: str, data: Mapping[str, Any]
) -> Event:
    last.sequence += 1
    subject = f"valuations/{portfolio.id}"
    whole = {"portfolio": portfolio.id, "owner": portfolio.owner_id, **data}
    return Event.now("analytics", kind, subject, last.sequence, whole)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _rows(snapshots: Snapshots) -> FromClause:
    """Return the snapshots as a table of one statement: columns travel as arrays."""
    table: Sequence[list[Any]] = (
        snapshots.days.tolist(),
        _nulled(snapshots.values),
        _nulled(snapshots.cost_basis),
        _nulled(snapshots.cash),
        _nulled(snapshots.net_flows),
        snapshots.position_counts.tolist(),
    )
    arrays = zip(table, _COLUMNS.values(), strict=True)
    unnested = func.unnest(*(literal(values, ARRAY(kind)) for values, kind in arrays))
    columns = (column(name, kind) for name, kind in _COLUMNS.items())
    return unnested.table_valued(*columns, name="fresh").render_derived()


def _nulled(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _count(session: Session, statement: Any) -> int:
    # Of an INSERT the count is dropped unless it is asked for.
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], result).rowcount
