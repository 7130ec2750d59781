"""Words of the contract that more than one service works by."""

from enum import StrEnum
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

# Market days, a year: no rule on a change looks further back.
LONGEST_WINDOW: Final = 252
# Groups that no asset names: a portfolio's cash, and what has no data.
CASH: Final = "CASH"
UNCLASSIFIED: Final = "UNCLASSIFIED"


class EntryType(StrEnum):
    """The types of a transaction, which is one entry of a portfolio's ledger."""

    BUY = "BUY"
    SELL = "SELL"
    DIVIDEND = "DIVIDEND"
    INTEREST = "INTEREST"
    FEE = "FEE"
    FEE_REFUND = "FEE_REFUND"
    TAX = "TAX"
    TAX_REFUND = "TAX_REFUND"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    SPLIT = "SPLIT"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    ADJUSTMENT = "ADJUSTMENT"


class CostMethod(StrEnum):
    """Cost basis methods: which of the units held a sale takes."""

    AVERAGE = "AVERAGE"
    FIFO = "FIFO"
    LIFO = "LIFO"
    HIFO = "HIFO"


class Grouping(StrEnum):
    """What holdings are put together by; each but the last names a field of an asset."""

    ASSET_TYPE = "asset_type"
    SECTOR = "sector"
    CURRENCY = "currency"
    COUNTRY = "country"
    INDIVIDUAL = "individual"
