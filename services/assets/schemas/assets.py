"""Assets: what comes in, what goes out, how they are listed and searched."""

from typing import Final

from marshmallow import fields, validate

from services.assets.queries.assets import ORDERINGS
from services.assets.schemas.fields import (
    AssetType,
    DataSource,
    DataSymbol,
    Isin,
    Symbol,
    answered_price,
)
from shared.http.schemas import (
    Flag,
    Id,
    Money,
    Ordering,
    PageQuery,
    Percentage,
    QuotedCurrency,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
    WholeNumber,
)
from shared.http.warnings import Warnings

_NOT_MORE_THAN: Final = 100  # characters of a search


def _classification(what: str, example: str, longest: int = 100) -> Text:
    return Text(
        longest=longest,
        allow_none=True,
        load_default=None,
        metadata={"description": what, "example": example},
    )


class AssetSchema(ResourceSchema):
    """Something that has a price."""

    patched = "name"

    id = Id(dump_only=True, metadata={"description": "Id of the asset.", "example": 1})
    symbol = Symbol(
        required=True,
        metadata={
            "description": "Symbol with the exchange's suffix, in capitals; unique among the"
            " public assets in use and among your own.",
            "example": "AAPL",
        },
    )
    name = Text(required=True, metadata={"description": "Name.", "example": "Apple Inc."})
    asset_type = AssetType(required=True)
    currency = QuotedCurrency(
        required=True,
        metadata={
            "description": "ISO 4217 currency of its prices. A minor unit (GBX, GBp, ZAc, ILA) is"
            " kept as its major one, with the warning `minor_unit_converted`. It never changes:"
            " retire an asset with a wrong one and make another with the same symbol.",
            "example": "USD",
        },
    )
    exchange = _classification("Exchange.", "NASDAQ", longest=50)
    current_price = answered_price("The newest price.", "175.50")
    previous_close = answered_price("The price of the last day before that.", "173.00")
    price_change = answered_price("current_price − previous_close.", "2.50")
    price_change_percentage = Percentage(
        places=2,
        allow_none=True,
        metadata={"description": "The same in percent of previous_close.", "example": "1.45"},
    )
    day_high = answered_price("Highest price of the newest day, if known.", "176.25")
    day_low = answered_price("Lowest price of the newest day, if known.", "174.80")
    volume = fields.Integer(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Volume of the newest day, if known.", "example": 52847392},
    )
    market_cap = Money(
        not_negative=True,
        allow_none=True,
        load_default=None,
        metadata={"description": "Market capitalisation.", "example": "2750000000000.00"},
    )
    sector = _classification("Sector.", "Technology")
    industry = _classification("Industry.", "Consumer Electronics")
    last_price_update = Time(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "When the current price was quoted; for an end-of-day price midnight"
            " of its day, UTC.",
            "example": "2024-01-20T20:00:00Z",
        },
    )
    isin = Isin(
        allow_none=True,
        load_default=None,
        metadata={"description": "ISIN.", "example": "US0378331005"},
    )
    country = _classification("Country, ISO 3166 code by convention.", "US")
    is_active = Flag(
        load_default=True, metadata={"description": "False once it is retired.", "example": True}
    )
    visibility = fields.String(
        dump_only=True,
        validate=validate.OneOf(["PUBLIC", "PRIVATE"]),
        metadata={"description": "PUBLIC, or PRIVATE to you.", "example": "PUBLIC"},
    )
    data_source = DataSource(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "Who is asked for its prices: a name of /api/data-sources/, such as"
            " yahoo. A private asset without one is not refreshed unasked.",
            "example": None,
        },
    )
    data_symbol = DataSymbol(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "What its data source calls it; its symbol by default.",
            "example": None,
        },
    )
    warnings = Warnings("What to know of it; often empty.")


class SearchResultsSchema(StrictSchema):
    """What a search found, the likeliest first."""

    count = fields.Integer(metadata={"description": "Assets in `results`.", "example": 1})
    results = fields.List(fields.Nested(AssetSchema), metadata={"description": "What was found."})


class AssetQuery(PageQuery):
    """Filters of the list of assets."""

    asset_type = AssetType()
    symbol = Symbol(metadata={"description": "Exact symbol."})
    isin = Isin(metadata={"description": "Exact ISIN."})
    exchange = Text(metadata={"description": "Exact exchange."})
    sector = Text(metadata={"description": "Exact sector."})
    industry = Text(metadata={"description": "Exact industry."})
    currency = Text(metadata={"description": "ISO 4217 currency of its prices."})
    country = Text(metadata={"description": "Exact country."})
    is_active = Flag(load_default=True, metadata={"description": "`false` for the retired ones."})
    ordering = Ordering(*ORDERINGS, load_default=("symbol", False))


class SearchQuery(StrictSchema):
    """What is searched for."""

    q = Text(
        required=True,
        longest=_NOT_MORE_THAN,
        metadata={"description": "Symbol, ISIN or words of the name.", "example": "apple"},
    )
    asset_type = AssetType()
    exchange = Text(metadata={"description": "Exact exchange."})
    limit = WholeNumber(
        load_default=20,
        validate=validate.Range(min=1, max=100),
        metadata={"description": "Assets at most."},
    )
