"""What assets copies: of each ledger the trades of private assets, whose prices may be closes."""

from services.assets import commands
from services.assets.models import Ledger
from services.assets.outside.owners import LedgerSnapshot, Owners
from services.assets.queries import trades
from shared.db import Database
from shared.replica import Rebuild, Report, Stepwise, each


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
