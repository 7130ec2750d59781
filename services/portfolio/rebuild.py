"""Everything that can be made anew: our copy of the assets, and what the ledgers add up to."""

from functools import partial

from services.portfolio import commands, queries
from services.portfolio.owners import Owners
from shared.db import Database


def everything(database: Database, owners: Owners) -> str:
    """Copy every asset from its owner and post every ledger anew; return what was done.

    Each asset and each portfolio is a unit of work of its own, so that nobody waits for long.

    Raises:
        Unavailable: the owner of assets does not answer.
    """
    assets = _copy_assets(database, owners)
    portfolios = database.unit(queries.ledgers.ids)
    corrected = sum(
        database.unit(partial(commands.recompute_portfolio, portfolio_id=portfolio_id))
        for portfolio_id in portfolios
    )
    return (
        f"{assets} assets copied, {len(portfolios)} ledgers posted,"
        f" {corrected} positions corrected."
    )


def _copy_assets(database: Database, owners: Owners) -> int:
    known = []
    for snapshot in owners.all_assets():
        database.unit(partial(commands.adopt_asset, snapshot=snapshot))
        known.append(snapshot.card["id"])
    database.unit(partial(commands.retire_all_but, known=known))
    return len(known)
