"""What changes portfolios and their ledgers. Commands never commit.

Every command on a portfolio takes the row lock of it first: under that lock rows are written,
positions and account brought in line, and the sequences of the events given.
"""

from services.portfolio.commands.assets import (
    adopt_asset,
    put_asset,
    put_close,
    release_assets,
    retire_asset,
)
from services.portfolio.commands.imports import (
    MOST_ROWS,
    Imported,
    import_file,
)
from services.portfolio.commands.portfolios import (
    count_uncounted,
    create_portfolio,
    delete_everything_of,
    delete_portfolio,
    rate_unrated,
    recompute_portfolio,
    update_portfolio,
)
from services.portfolio.commands.positions import (
    Opening,
    adjust_position,
    delete_position,
    open_position,
)
from services.portfolio.commands.recording import (
    record_sound_transactions,
    record_transaction,
    record_transactions,
)
from services.portfolio.commands.rows import RowsRefused
from services.portfolio.commands.taking_back import TakenBack, take_back_import
from services.portfolio.commands.transactions import (
    change_transaction,
    delete_transaction,
    replace_transaction,
)

__all__ = [
    "MOST_ROWS",
    "Imported",
    "Opening",
    "RowsRefused",
    "TakenBack",
    "adjust_position",
    "adopt_asset",
    "change_transaction",
    "count_uncounted",
    "create_portfolio",
    "delete_everything_of",
    "delete_portfolio",
    "delete_position",
    "delete_transaction",
    "import_file",
    "open_position",
    "put_asset",
    "put_close",
    "rate_unrated",
    "recompute_portfolio",
    "record_sound_transactions",
    "record_transaction",
    "record_transactions",
    "release_assets",
    "replace_transaction",
    "retire_asset",
    "take_back_import",
    "update_portfolio",
]
