"""The last market day."""

from marshmallow import fields

from services.analytics.schemas.figures import MarketDay, Part, described, percent
from shared.http.schemas import Price, StrictSchema
from shared.http.warnings import Warnings


class QuotedSchema(StrictSchema):
    """An asset and its last move."""

    id = fields.Integer(attribute="asset.id", metadata=described("Id of the asset.", 1))
    symbol = fields.String(attribute="asset.symbol", metadata=described("Its symbol.", "SP500"))
    name = fields.String(attribute="asset.name", metadata=described("Its name.", "S&P 500"))
    date = MarketDay("move.day", "Day of the value.", "2024-12-31")
    value = Price(
        attribute="move.close",
        metadata=described("Last close, in the asset's currency.", "5881.63"),
    )
    change = Price(
        attribute="move.change",
        allow_none=True,
        metadata=described("More than the close before, split-adjusted.", "-25.31"),
    )
    change_percentage = percent("move.ratio", "The same", "-0.43")


class RateMoveSchema(StrictSchema):
    """An exchange rate and its last move."""

    symbol = fields.String(attribute="asset.symbol", metadata=described("The pair.", "EURUSD"))
    date = MarketDay("move.day", "Day of the rate.", "2024-12-31")
    rate = Price(
        attribute="move.close",
        metadata=described("Units of the second currency for one of the first.", "1.0354"),
    )
    change = Price(
        attribute="move.change",
        allow_none=True,
        metadata=described("More than the rate before.", "-0.0051"),
    )
    change_percentage = percent("move.ratio", "The same", "-0.49")


class SectorSchema(StrictSchema):
    """The assets of one sector that were traded within five weekdays of `as_of`."""

    sector = fields.String(metadata=described("The sector.", "Technology"))
    asset_count = fields.Integer(metadata=described("Assets in it.", 6))
    change_percentage = percent("change", "Unweighted mean of their last changes", "-0.72")
    best = fields.Nested(QuotedSchema, metadata={"description": "What rose most."})
    worst = fields.Nested(QuotedSchema, metadata={"description": "What fell most."})


class MoversSchema(StrictSchema):
    """What moved most of all that is neither index nor currency; five each way at most."""

    gainers = fields.List(
        fields.Nested(QuotedSchema), metadata={"description": "What rose, most first."}
    )
    losers = fields.List(
        fields.Nested(QuotedSchema), metadata={"description": "What fell, most first."}
    )


class MarketDataSchema(StrictSchema):
    """The last market day of all assets that everybody sees."""

    as_of = MarketDay("as_of", "The last day that any of them has a price for.", "2024-12-31")
    indices = fields.List(
        fields.Nested(QuotedSchema), metadata={"description": "Assets of type `INDEX`."}
    )
    sectors = fields.List(
        fields.Nested(SectorSchema), metadata={"description": "The sectors by name."}
    )
    currencies = fields.List(
        fields.Nested(RateMoveSchema), metadata={"description": "Assets of type `CURRENCY`."}
    )
    movers = Part(MoversSchema, metadata={"description": "What moved most."})
    warnings = Warnings()
