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
from services.assets.schemas.fields import AssetType, DataSource, DataSymbol, Isin, Symbol
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
from services.assets.schemas.proposals import ProposalsSchema, SoughtAssetsSchema
from services.assets.schemas.sources import DataSourcesSchema, MatchesSchema, MatchQuery

__all__ = [
    "MOST_ASSETS",
    "AssetQuery",
    "AssetSchema",
    "AssetType",
    "BulkAssetsSchema",
    "DataSource",
    "DataSourcesSchema",
    "DataSymbol",
    "DayPriceSchema",
    "HistoryQuery",
    "ImportedSchema",
    "Isin",
    "MatchQuery",
    "MatchesSchema",
    "NewPriceSchema",
    "PriceQuery",
    "PriceSchema",
    "PricesQuery",
    "PricesSchema",
    "ProposalsSchema",
    "RateQuery",
    "RateSchema",
    "SearchQuery",
    "SearchResultsSchema",
    "SoughtAssetsSchema",
    "SplitQuery",
    "SplitSchema",
    "Symbol",
]
