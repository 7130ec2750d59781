"""Data sources: what the operator has switched on, and what they call an asset."""

from typing import Final

from marshmallow import fields

from services.assets.domain.feeds import Searchable
from services.assets.schemas.fields import AssetType
from shared.http.schemas import StrictSchema, Text

_NOT_MORE_THAN: Final = 100  # characters of a search


class DataSourceSchema(StrictSchema):
    """A source of prices."""

    name = fields.String(
        metadata={"description": "What an asset's `data_source` says.", "example": "yahoo"}
    )
    description = fields.String(
        metadata={
            "description": "What it has, and what it calls it.",
            "example": "Yahoo Finance: daily prices and splits.",
        }
    )
    kinds = fields.List(
        AssetType(),
        metadata={"description": "Types of asset that it has.", "example": ["STOCK", "ETF"]},
    )
    can_search = fields.Function(
        lambda source: isinstance(source, Searchable),
        metadata={
            "description": "Whether it can be searched.",
            "type": "boolean",
            "example": True,
        },
    )


class DataSourcesSchema(StrictSchema):
    """All sources in the operator's order: the first that has an asset's type is asked for it."""

    count = fields.Integer(metadata={"description": "Sources in `results`.", "example": 1})
    results = fields.List(
        fields.Nested(DataSourceSchema),
        metadata={"description": "In the order in which they are asked."},
    )


class MatchQuery(StrictSchema):
    """What is searched for."""

    q = Text(
        required=True,
        longest=_NOT_MORE_THAN,
        metadata={
            "description": "A name, a symbol or, where the source knows it, an ISIN.",
            "example": "US0378331005",
        },
    )


class MatchSchema(StrictSchema):
    """Something that a source has prices of; null is what it does not say."""

    symbol = fields.String(
        metadata={"description": "What an asset's `data_symbol` says.", "example": "AAPL"}
    )
    name = fields.String(metadata={"description": "Name.", "example": "Apple Inc."})
    asset_type = AssetType(allow_none=True)
    exchange = fields.String(
        allow_none=True, metadata={"description": "Exchange.", "example": "NASDAQ"}
    )
    currency = fields.String(
        allow_none=True, metadata={"description": "Currency of its prices.", "example": None}
    )


class MatchesSchema(StrictSchema):
    """What a source found, the likeliest first."""

    count = fields.Integer(metadata={"description": "Matches in `results`.", "example": 1})
    results = fields.List(
        fields.Nested(MatchSchema), metadata={"description": "What the source knows by that name."}
    )
