"""What prices are sought of, and who is proposed for it."""

from typing import Any, Final

from marshmallow import fields, post_load, validate

from services.assets.domain.identifiers import DATA_SYMBOL_LENGTH, is_isin
from services.assets.domain.proposals import Sought
from services.assets.schemas.fields import AssetType
from shared.http.schemas import Currency, Day, Flag, Price, StrictSchema, Text

_AT_ONCE: Final = 100


class SoughtSchema(StrictSchema):
    """Something that a user holds and nobody is asked about."""

    currency = Currency(required=True, metadata={"description": "Of its prices.", "example": "EUR"})
    symbol = Text(
        load_default=None,
        allow_none=True,
        longest=DATA_SYMBOL_LENGTH,
        metadata={"description": "As its file writes it.", "example": "VWCE.DE"},
    )
    isin = Text(
        load_default=None,
        allow_none=True,
        longest=20,
        metadata={"description": "As its file writes it.", "example": "IE00BK5BQT80"},
    )
    is_pair = Flag(
        load_default=False, metadata={"description": "Whether it is a currency pair: EURUSD."}
    )
    paid = Price(
        load_default=None,
        allow_none=True,
        metadata={"description": "What one has cost.", "example": "101.50"},
    )
    paid_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "The day of that.", "example": "2024-01-15"},
    )

    @post_load
    def _sought(self, data: dict[str, Any], **_: Any) -> Sought:
        isin = (data["isin"] or "").upper()
        return Sought(**{**data, "isin": isin if is_isin(isin) else None})


class SoughtAssetsSchema(StrictSchema):
    """What is asked together."""

    assets = fields.List(
        fields.Nested(SoughtSchema),
        required=True,
        validate=validate.Length(min=1, max=_AT_ONCE),
        metadata={"description": f"1 to {_AT_ONCE}."},
    )


class ProposalSchema(StrictSchema):
    """Who has the prices of something."""

    data_source = fields.String(metadata={"description": "Its name.", "example": "yahoo"})
    data_symbol = fields.String(metadata={"description": "What it calls it.", "example": "VWCE.DE"})
    asset_type = AssetType()


class FoundSchema(StrictSchema):
    """What became of one."""

    is_known = fields.Boolean(
        metadata={"description": "False where a source has not answered.", "example": True}
    )
    proposal = fields.Nested(
        ProposalSchema, allow_none=True, metadata={"description": "Null: nobody has its prices."}
    )


class ProposalsSchema(StrictSchema):
    """Proposals, in the order of what was asked."""

    is_asked = fields.Boolean(
        metadata={"description": "False where no source is switched on.", "example": True}
    )
    proposals = fields.List(fields.Nested(FoundSchema))
