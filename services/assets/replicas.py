"""What assets copies: of each ledger the trades of private assets, whose prices may be closes."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.models import Ledger
from services.assets.outside.owners import LedgerSnapshot, Owners
from services.assets.queries import trades
from shared.db import Database
from shared.replica import Compared, Comparison, Rebuild, Report, Row, Stepwise, each


class Replicas:
    """Our copies. A ledger whose portfolio was deleted stays, empty."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self.ledgers = Stepwise[LedgerSnapshot](
            name="ledgers",
            database=database,
            key=Ledger.id,
            sequence=Ledger.sequence,
            is_whole=Ledger.is_deleted.is_(False),
            ids=owners.portfolio_ids,
            ask=each(owners.ledger),
            store=commands.adopt_ledger,
            forget=commands.forget_ledger,
            gone=commands.forget_ledger,
        )


def rebuild(database: Database, owners: Owners, report: Report) -> str:
    """Copy the trades of every ledger anew, and make their closes; return what was done.

    Raises:
        Unavailable: the owner of portfolios does not answer; what was stored until then stays.
        Incomplete: some could not be copied or made.
    """
    run = Rebuild(database, report)
    ledgers = run.copy(Replicas(database, owners).ledgers)
    corrected = run.each("assets", database.unit(trades.asset_ids), commands.close_anew)
    return run.closed(
        f"{ledgers} ledgers, {len(corrected)} traded assets, {sum(corrected)} corrected;"
        f" {run.forgotten} forgotten."
    )


def verify(database: Database, owners: Owners, *, is_mending: bool) -> str:
    """Compare the trades of every ledger with its owner, and the closes with the trades.

    Raises:
        Unavailable: the owner of portfolios does not answer.
        Differing: something is another.
    """

    def told(snapshot: LedgerSnapshot) -> Iterator[Row]:
        concern_us = database.unit(partial(trades.of_private_assets, trades=snapshot.trades))
        return ((key, *trade) for key, trade in concern_us.items())

    run = Comparison(database, "assets", is_mending=is_mending)
    run.copy(Compared(Replicas(database, owners).ledgers, told, _kept))
    run.derived("closes", database.unit(trades.asset_ids), commands.close_anew)
    return run.closed()


def _kept(session: Session, ledger_id: int) -> Iterator[Row]:
    return ((key, *trade) for key, trade in trades.of_ledger(session, ledger_id).items())
