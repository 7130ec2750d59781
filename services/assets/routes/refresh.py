"""Prices from the data source, and the jobs that fetch them."""

from flask import Response, jsonify, url_for
from sqlalchemy import RowMapping

from services.assets import queries
from services.assets.models import Job
from services.assets.parts.refreshes import Refreshes
from services.assets.routes.acting import actor
from services.assets.schemas import AcceptedSchema, AssetSchema, JobSchema
from shared.http import Blueprint, Resource, identity, session
from shared.http.context import service_app

blueprint = Blueprint("Data source", "Prices that the installation's data source knows.")


@blueprint.route("/api/assets/<id:asset_id>/refresh_data/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.response(200, AssetSchema)
@blueprint.alt_response(202, schema=AcceptedSchema, description="It takes longer: ask the job.")
@blueprint.etag()
def refresh_data(asset_id: int) -> Resource | Response:
    """Ask the data source for an asset's newest prices; what people recorded stays."""
    refreshes: Refreshes = service_app.extensions["refreshes"]
    outcome = refreshes.refresh(session, asset_id, by=actor())
    if isinstance(outcome, Job):
        return _accepted(outcome.id)
    return queries.assets.one(session, asset_id, identity.user_id, left_out=outcome.left_out)


@blueprint.route("/api/jobs/<id:job_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, JobSchema)
@blueprint.etag()
def get_job(job_id: int) -> RowMapping:
    """Return a job that you asked for; it is kept for a week."""
    return queries.jobs.one(session, job_id, identity.user_id)


def _accepted(job_id: int) -> Response:
    response = jsonify({"job": job_id})
    response.status_code = 202
    response.headers["Location"] = url_for(f"{blueprint.name}.get_job", job_id=job_id)
    return response
