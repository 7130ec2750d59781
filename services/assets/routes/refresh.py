"""Prices from the data source."""

from dataclasses import dataclass
from typing import Final

from services.assets import commands, queries
from services.assets.domain.feeds import SourceTooSlow
from services.assets.lanes import REFRESHING
from services.assets.outside.sources import Sources
from services.assets.routes.acting import actor
from services.assets.schemas import AssetSchema
from shared.http import Blueprint, Resource, identity, jobs, session
from shared.http.context import service_app

blueprint = Blueprint("Data source", "Prices that the installation's data source knows.")

_IN_A_JOB: Final = 60.0  # seconds


@dataclass(frozen=True)
class Asked:
    """Where prices come from.

    Attributes:
        within: seconds that a client waits for one of them.
    """

    sources: Sources
    within: float


def _refuse_at_once(asset_id: int) -> int:
    commands.permitted(session, asset_id, actor())
    return 1


@blueprint.route("/api/assets/<id:asset_id>/refresh_data/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.job(commands.REFRESH, lane=REFRESHING, size=_refuse_at_once, too_slow=SourceTooSlow)
@blueprint.response(200, AssetSchema)
@blueprint.etag()
def refresh_data(asset_id: int) -> Resource:
    """Ask the data source for an asset's newest prices; what people recorded stays."""
    asked: Asked = service_app.extensions["data_sources"]
    within = _IN_A_JOB if jobs.running() else asked.within
    recorded = commands.refresh_asset(
        session, asset_id, by=actor(), sources=asked.sources, within=within
    )
    return queries.assets.one(session, asset_id, identity.user_id, left_out=recorded.left_out)
