"""What comes into assets and goes out, one file a subject."""

from services.assets.schemas.assets import (
    AssetQuery,
    AssetSchema,
    SearchQuery,
    SearchResultsSchema,
)
from services.assets.schemas.bulk import (
    MOST_ASSETS,
    BulkAssetsSchema,
    DayPriceSchema,
    ImportedSchema,
    PricesQuery,
    PricesSchema,
)
from services.assets.schemas.fields import Isin, Symbol
from services.assets.schemas.prices import (
    HistoryQuery,
    NewPriceSchema,
    PriceQuery,
    PriceSchema,
    RateQuery,
    RateSchema,
    SplitQuery,
    SplitSchema,
)

__all__ = [
    "MOST_ASSETS",
    "AssetQuery",
    "AssetSchema",
    "BulkAssetsSchema",
    "DayPriceSchema",
    "HistoryQuery",
    "ImportedSchema",
    "Isin",
    "NewPriceSchema",
    "PriceQuery",
    "PriceSchema",
    "PricesQuery",
    "PricesSchema",
    "RateQuery",
    "RateSchema",
    "SearchQuery",
    "SearchResultsSchema",
    "SplitQuery",
    "SplitSchema",
    "Symbol",
]
