"""Everything we keep, taken from its owners again: it then equals what the events made of it."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from services.analytics import commands, queries
from services.analytics.owners import Owners
from shared.db import Database
from shared.errors import NotFound

Report = Callable[[str], None]

_REPORT_EVERY: Final = 100


class Counts(NamedTuple):
    """How many were taken from their owners, and how many of ours they no longer know."""

    assets: int
    portfolios: int
    forgotten: int


def rebuild(database: Database, owners: Owners, report: Report) -> Counts:
    """Ask for every asset and portfolio again, each in a transaction of its own.

    Safe beside a running worker: what an event makes newer meanwhile stays.

    Args:
        report: takes a line of progress now and then.

    Raises:
        Unavailable: an owner does not answer; what was stored until then stays.
    """

    def adopt_asset(session: Session, asset_id: int) -> None:
        commands.adopt_asset(session, owners.asset(asset_id))

    def adopt_portfolio(session: Session, portfolio_id: int) -> None:
        commands.adopt_portfolio(session, owners.portfolio(portfolio_id))

    # Ours are listed before the owners', so that nothing made meanwhile is taken for gone.
    our_assets = database.unit(queries.asset_ids)
    our_portfolios = database.unit(queries.portfolio_sequences)
    assets = _each(database, owners.asset_ids(), adopt_asset, "assets", report)
    portfolios = _each(database, owners.portfolio_ids(), adopt_portfolio, "portfolios", report)
    gone_assets = our_assets - assets
    gone_portfolios = our_portfolios.keys() - portfolios

    def forget(session: Session) -> None:
        for asset_id in gone_assets:
            commands.forget_asset(session, asset_id)
        for portfolio_id in gone_portfolios:
            commands.forget_portfolio(session, portfolio_id, our_portfolios[portfolio_id])

    database.unit(forget)
    return Counts(len(assets), len(portfolios), len(gone_assets) + len(gone_portfolios))


def _each(
    database: Database,
    ids: Iterable[int],
    adopt: Callable[[Session, int], None],
    noun: str,
    report: Report,
) -> set[int]:
    """Adopt each of `ids`; return those that their owner still had when asked."""
    done: set[int] = set()
    for key in ids:
        try:
            database.unit(lambda session, key=key: adopt(session, key))  # type: ignore[misc]
        except NotFound:
            continue  # deleted since it was listed
        done.add(key)
        if len(done) % _REPORT_EVERY == 0:
            report(f"{len(done)} {noun} …")
    report(f"{len(done)} {noun}.")
    return done
