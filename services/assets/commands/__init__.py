"""What changes assets and prices. Commands never commit.

Every command takes the asset's row lock first; the sequence of each event is given under it.
"""

from services.assets.commands.assets import (
    create_asset,
    create_assets,
    delete_of_imports,
    delete_private_assets,
    ensure_private_asset,
    refusals_of_private_assets,
    retire_asset,
    update_asset,
)
from services.assets.commands.changes import permitted
from services.assets.commands.feeds import (
    Turn,
    end_turn,
    enrol_feeds,
    fail_turn,
    put_turn_off,
    take_turn,
)
from services.assets.commands.jobs import REFRESH, adopt_old_jobs
from services.assets.commands.price_deletion import delete_price, take_back_prices
from services.assets.commands.prices import (
    MOST_PRICES,
    Imported,
    Quote,
    import_price_file,
    import_prices,
    import_sound_prices,
    update_price,
)
from services.assets.commands.refresh import (
    Inquiry,
    Recorded,
    ask,
    inquiry,
    record_delivery,
    refresh_asset,
)
from services.assets.commands.splits import add_split, delete_split
from services.assets.commands.trades import (
    adopt_ledger,
    close_anew,
    forget_ledger,
    pass_over,
    put_trades,
)

__all__ = [
    "MOST_PRICES",
    "REFRESH",
    "Imported",
    "Inquiry",
    "Quote",
    "Recorded",
    "Turn",
    "add_split",
    "adopt_ledger",
    "adopt_old_jobs",
    "ask",
    "close_anew",
    "create_asset",
    "create_assets",
    "delete_of_imports",
    "delete_price",
    "delete_private_assets",
    "delete_split",
    "end_turn",
    "enrol_feeds",
    "ensure_private_asset",
    "fail_turn",
    "forget_ledger",
    "import_price_file",
    "import_prices",
    "import_sound_prices",
    "inquiry",
    "pass_over",
    "permitted",
    "put_trades",
    "put_turn_off",
    "record_delivery",
    "refresh_asset",
    "refusals_of_private_assets",
    "retire_asset",
    "take_back_prices",
    "take_turn",
    "update_asset",
    "update_price",
]
