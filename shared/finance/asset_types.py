"""The types of an asset."""

from typing import Final

ASSET_TYPES: Final = (
    "STOCK",
    "ETF",
    "MUTUAL_FUND",
    "BOND",
    "CRYPTO",
    "COMMODITY",
    "CURRENCY",
    "INDEX",
    "REAL_ESTATE",
    "CASH",
    "OTHER",
)
