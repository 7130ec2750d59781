"""What changes assets and prices. Commands never commit.

Every command takes the asset's row lock first; the version of each event is given under it.
"""

from services.assets.commands.assets import (
    create_asset,
    delete_private_assets,
    retire_asset,
    update_asset,
)
from services.assets.commands.prices import MOST_PRICES, import_prices, update_price

__all__ = [
    "MOST_PRICES",
    "create_asset",
    "delete_private_assets",
    "import_prices",
    "retire_asset",
    "update_asset",
    "update_price",
]
