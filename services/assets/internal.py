"""Assets' internal door: cards and whole price series for the other services' copies."""

from typing import Any, Final

from flask import Response, jsonify
from marshmallow import fields, validate

from services.assets import commands
from services.assets.commands import MOST_PRICES
from services.assets.domain.access import Actor
from services.assets.lanes import IMPORTING
from services.assets.outside.proposer import Proposer
from services.assets.parts.caps import require_assets_within, require_prices_within
from services.assets.queries import cards, of_imports
from services.assets.schemas import (
    AssetType,
    DataSource,
    DataSymbol,
    DayPriceSchema,
    Isin,
    ProposalsSchema,
    SoughtAssetsSchema,
    Symbol,
)
from shared.events.catalogue import AssetCard
from shared.http import Blueprint, Resource, bulk, session
from shared.http.bulk import Rows
from shared.http.context import service_app
from shared.http.schemas import (
    MAX_ID,
    Currency,
    Error,
    Id,
    QuotedCurrency,
    StrictSchema,
    Text,
    listed,
)

blueprint = Blueprint("Copies of assets", "Cards and price series, each with its sequence.")

_AT_ONCE: Final = validate.Length(min=1, max=1000)  # of one call


class VersionedCard(AssetCard):
    """A card and the sequence of the asset that it shows."""

    sequence = fields.Integer(metadata={"description": "Sequence of the asset's last event."})


class Sought(Text):
    """A symbol or ISIN as somebody wrote it; what can be none finds nothing."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, *args, **kwargs).upper()


class AllCardsQuery(StrictSchema):
    """Which page of all cards."""

    after_id = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_ID),
        metadata={"description": "The last id of the page before."},
    )


class IdsQuery(StrictSchema):
    """Whose cards."""

    ids = listed(Id(), "Ids", 1, 2)


class _OfUserQuery(StrictSchema):
    user = Id(required=True, metadata={"description": "Whose private assets count too."})


class SymbolsQuery(_OfUserQuery):
    """Symbols, as a user wrote them."""

    symbols = listed(Sought(), "Symbols", "AAPL")


class IsinsQuery(_OfUserQuery):
    """ISINs, as a user wrote them."""

    isins = listed(Sought(), "ISINs", "US0378331005")


class OfImportsQuery(_OfUserQuery, IdsQuery):
    """Which of these assets."""


class AssetOfImportSchema(StrictSchema):
    """An asset that was made for an import."""

    id = fields.Integer(metadata={"description": "Id."})
    symbol = fields.String(metadata={"description": "Symbol."})
    name = fields.String(metadata={"description": "Name."})
    has_own_records = fields.Boolean(
        metadata={"description": "Whether its owner recorded prices or splits of it."}
    )


class AssetsOfImportsSchema(StrictSchema):
    """Assets that were made for imports."""

    assets = fields.List(fields.Nested(AssetOfImportSchema))


class CardsSchema(StrictSchema):
    """Cards."""

    assets = fields.List(fields.Nested(VersionedCard))


class CardsPageSchema(CardsSchema):
    """Cards, by ascending id."""

    next_after_id = fields.Integer(
        allow_none=True,
        metadata={"description": "`after_id` of the next page; null on the last."},
    )


def _column(what: str, **kwargs: Any) -> fields.List[str]:
    return fields.List(fields.String(allow_none=True), metadata={"description": what}, **kwargs)


class PrivateAssetSchema(StrictSchema):
    """An asset that a user holds and nobody has made yet."""

    user = Id(required=True, metadata={"description": "Who owns it."})
    symbol = Symbol(required=True, metadata={"description": "Symbol.", "example": "FUND"})
    name = Text(required=True, metadata={"description": "Name.", "example": "A fund"})
    currency = Currency(required=True, metadata={"description": "ISO 4217.", "example": "USD"})
    isin = Isin(load_default=None, allow_none=True, metadata={"description": "ISIN."})
    asset_type = AssetType(load_default="OTHER")
    data_source = DataSource(
        load_default=None, allow_none=True, metadata={"description": "Who has its prices."}
    )
    data_symbol = DataSymbol(
        load_default=None, allow_none=True, metadata={"description": "What that calls it."}
    )


class TrialSchema(StrictSchema):
    """Private assets that may be made, one after the other."""

    user = Id(required=True, metadata={"description": "Who would own them."})
    assets = Rows(
        fields.Nested(PrivateAssetSchema(exclude=["user"])),
        required=True,
        validate=_AT_ONCE,
        metadata={"description": "1 to 1000 assets."},
    )


class RefusedSchema(StrictSchema):
    """Why assets would not be made."""

    refused = fields.List(
        fields.Dict(allow_none=True),
        metadata={"description": "Of each asset field → messages, or null."},
    )


class ClosesSchema(StrictSchema):
    """Closes of a private asset that came with a user's ledger."""

    user = Id(required=True, metadata={"description": "Who owns it."})
    prices = fields.List(
        fields.Nested(DayPriceSchema(only=["date", "close"])),
        required=True,
        validate=validate.Length(min=1, max=MOST_PRICES),
        metadata={"description": "One a day."},
    )
    currency = QuotedCurrency(metadata={"description": "Of the numbers.", "example": "GBX"})


class RecordedSchema(StrictSchema):
    """How many were recorded."""

    recorded = fields.Integer(metadata={"description": "Prices recorded.", "example": 2})


class SeriesSchema(StrictSchema):
    """All prices of an asset as traded, in columns, oldest first; of one moment with its card."""

    asset = fields.Nested(AssetCard)
    sequence = fields.Integer(metadata={"description": "Sequence of the asset's last event."})
    dates = _column("Days.")
    close = _column("The close of each day.")
    open = _column("The open of each day; null where no day has one.", allow_none=True)
    high = _column("The high of each day; null where no day has one.", allow_none=True)
    low = _column("The low of each day; null where no day has one.", allow_none=True)
    volume = fields.List(
        fields.Integer(allow_none=True),
        allow_none=True,
        metadata={"description": "The volume of each day; null where no day has one."},
    )
    trade_days = _column("Days whose close is merely the price of a trade.")
    splits = fields.List(fields.Dict(), metadata={"description": "`{date, ratio}` of each split."})


@blueprint.route("/internal/v1/assets/", methods=["GET"])
@blueprint.for_services("portfolio", "analytics", "webhooks")
@blueprint.arguments(AllCardsQuery, location="query")
@blueprint.response(200, CardsPageSchema)
def list_cards(query: dict[str, int]) -> Response:
    """Return the next 1000 cards of all assets, retired ones too."""
    page = cards.page(session, **query)
    is_last = len(page) < cards.PAGE
    return _as_it_is({"assets": page, "next_after_id": None if is_last else page[-1]["id"]})


@blueprint.route("/internal/v1/assets/by-ids/", methods=["GET"])
@blueprint.for_services("portfolio", "webhooks")
@blueprint.arguments(IdsQuery, location="query")
@blueprint.response(200, CardsSchema)
def list_cards_by_ids(query: dict[str, list[int]]) -> Response:
    """Return the cards of these assets, retired ones too; unknown ids are left out."""
    return _as_it_is({"assets": cards.by_ids(session, **query)})


@blueprint.route("/internal/v1/assets/by-symbols/", methods=["GET"])
@blueprint.for_services("portfolio", "analytics")
@blueprint.arguments(SymbolsQuery, location="query")
@blueprint.response(200, CardsSchema)
def list_cards_by_symbols(query: dict[str, Any]) -> Response:
    """Return all assets that a user may mean by these symbols."""
    return _as_it_is({"assets": cards.by_symbols(session, **query)})


@blueprint.route("/internal/v1/assets/by-isins/", methods=["GET"])
@blueprint.for_services("portfolio")
@blueprint.arguments(IsinsQuery, location="query")
@blueprint.response(200, CardsSchema)
def list_cards_by_isins(query: dict[str, Any]) -> Response:
    """Return all assets that a user may mean by these ISINs."""
    return _as_it_is({"assets": cards.by_isins(session, **query)})


@blueprint.route("/internal/v1/assets/", methods=["POST"])
@blueprint.for_services("portfolio")
@blueprint.arguments(PrivateAssetSchema)
@blueprint.response(201, VersionedCard)
@blueprint.alt_response(409, schema=Error, description="Another asset of theirs has the symbol.")
def make_private_asset(values: dict[str, Any]) -> Response:
    """Make a private asset of a user, unless they have it already."""
    user_id = values.pop("user")
    asset = commands.ensure_private_asset(session, user_id, **values)
    require_assets_within(user_id)
    response = _as_it_is(cards.of(asset))
    response.status_code = 201
    return response


@blueprint.route("/internal/v1/assets/trial/", methods=["POST"])
@blueprint.for_services("portfolio")
@blueprint.arguments(TrialSchema)
@blueprint.response(200, RefusedSchema)
def try_private_assets(values: dict[str, Any]) -> Resource:
    """Say which private assets of a user would not be made; none is."""
    rows = bulk.load(PrivateAssetSchema(exclude=["user"]), values["assets"])
    refused = commands.refusals_of_private_assets(
        session, values["user"], rows, require_assets_within
    )
    return {"refused": refused}


@blueprint.route("/internal/v1/assets/of-imports/", methods=["GET"])
@blueprint.for_services("portfolio")
@blueprint.arguments(OfImportsQuery, location="query")
@blueprint.response(200, AssetsOfImportsSchema)
def list_assets_of_imports(query: dict[str, Any]) -> Resource:
    """Return those of the assets that were made for imports of a user, and are in use."""
    return {"assets": of_imports.among(session, **query)}


@blueprint.route("/internal/v1/assets/proposals/", methods=["POST"])
@blueprint.for_services("portfolio")
@blueprint.arguments(SoughtAssetsSchema)
@blueprint.lane(IMPORTING)
@blueprint.response(200, ProposalsSchema)
def propose_data_sources(values: dict[str, Any]) -> Resource:
    """Say which price source has the prices of these; asks the sources, and takes seconds."""
    proposer: Proposer = service_app.extensions["proposer"]
    sought = values["assets"]
    found = proposer.proposals(sought)
    return {
        "is_asked": proposer.has_sources,
        "proposals": [{"is_known": one in found, "proposal": found.get(one)} for one in sought],
    }


@blueprint.route("/internal/v1/assets/<id:asset_id>/", methods=["GET"])
@blueprint.for_services("portfolio", "analytics", "webhooks")
@blueprint.response(200, VersionedCard)
def get_card(asset_id: int) -> Response:
    """Return one asset's card."""
    return _as_it_is(cards.one(session, asset_id))


@blueprint.route("/internal/v1/assets/<id:asset_id>/prices/", methods=["GET"])
@blueprint.for_services("portfolio", "analytics", "webhooks")
@blueprint.response(200, SeriesSchema)
def get_series(asset_id: int) -> Response:
    """Return an asset's whole price series and the sequence that it belongs to."""
    return _as_it_is(cards.series(session, asset_id))


@blueprint.route("/internal/v1/assets/<id:asset_id>/prices/", methods=["POST"])
@blueprint.for_services("portfolio")
@blueprint.arguments(ClosesSchema)
@blueprint.response(200, RecordedSchema)
def record_closes(values: dict[str, Any], asset_id: int) -> Resource:
    """Record closes of a user's own asset; what cannot be a price is left out."""
    by = Actor(values.pop("user"))
    outcomes = commands.import_sound_prices(
        session, asset_id, by=by, rows=values.pop("prices"), comes_along=True, **values
    )
    require_prices_within(by.user_id)
    return {"recorded": sum(isinstance(outcome, int) for outcome in outcomes)}


def _as_it_is(answer: Resource) -> Response:
    # Cards and columns have the form of the wire already, as in events; to dump them again would
    # only copy some ten thousand numbers one by one.
    return jsonify(answer)
