"""The list of all jobs of a user, whichever service does them."""

from typing import Any

from services.portfolio.models import Job
from services.portfolio.routes.asking import owners
from shared.http import Blueprint, Listing, identity
from shared.http.context import service_app
from shared.http.jobs import JobSchema
from shared.jobs import listing
from shared.jobs.listing import JobQuery

blueprint = Blueprint("All jobs", "What runs longer than a request.")


@blueprint.route("/api/jobs/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(JobQuery, location="query")
@blueprint.page_of(JobSchema)
def list_jobs(query: dict[str, Any]) -> Listing:
    """List your jobs, newest first; one that has ended is kept for a week."""
    user = identity.user_id
    return listing(service_app.settings.name, Job, user, owners().jobs(user), **query)
