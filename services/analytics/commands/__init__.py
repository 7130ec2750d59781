"""What changes what analytics keeps. Commands never commit."""

from services.analytics.commands.projections import (
    adopt_asset,
    adopt_portfolio,
    change_asset,
    delete_entry,
    forget_asset,
    forget_portfolio,
    put_entries,
    put_portfolio,
    put_price,
)

__all__ = [
    "adopt_asset",
    "adopt_portfolio",
    "change_asset",
    "delete_entry",
    "forget_asset",
    "forget_portfolio",
    "put_entries",
    "put_portfolio",
    "put_price",
]
