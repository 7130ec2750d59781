"""What changes assets and prices. Commands never commit.

Every command takes the asset's row lock first; the sequence of each event is given under it.
"""

from services.assets.commands.assets import (
    create_asset,
    create_assets,
    delete_private_assets,
    ensure_private_asset,
    retire_asset,
    update_asset,
)
from services.assets.commands.jobs import (
    Taken,
    fail_job,
    finish_job,
    purge_jobs,
    queue_due,
    queue_refresh,
    take_job,
)
from services.assets.commands.prices import (
    MOST_PRICES,
    Imported,
    Quote,
    import_prices,
    import_sound_prices,
    update_price,
)
from services.assets.commands.refresh import Recorded, Wanted, record_delivery, wanted
from services.assets.commands.splits import add_split, delete_split
from services.assets.commands.trades import (
    adopt_ledger,
    close_anew,
    forget_ledger,
    pass_over,
    put_trade,
)

__all__ = [
    "MOST_PRICES",
    "Imported",
    "Quote",
    "Recorded",
    "Taken",
    "Wanted",
    "add_split",
    "adopt_ledger",
    "close_anew",
    "create_asset",
    "create_assets",
    "delete_private_assets",
    "delete_split",
    "ensure_private_asset",
    "fail_job",
    "finish_job",
    "forget_ledger",
    "import_prices",
    "import_sound_prices",
    "pass_over",
    "purge_jobs",
    "put_trade",
    "queue_due",
    "queue_refresh",
    "record_delivery",
    "retire_asset",
    "take_job",
    "update_asset",
    "update_price",
    "wanted",
]
