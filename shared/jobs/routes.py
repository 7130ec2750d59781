"""Jobs over HTTP: one job, by each service that has some; and what services tell each other."""

from marshmallow import fields
from orjson import Fragment
from sqlalchemy import delete, select

from shared.errors import Conflict, NotFound, PreconditionFailed
from shared.http import AnySelect, Blueprint, Resource, identity, session
from shared.http.context import service_app
from shared.http.etag import expected_revisions
from shared.http.jobs import COLUMNS, QUEUED, JobSchema, id_of, number_in, resource
from shared.http.schemas import Id, StrictSchema, Time
from shared.jobs.listing import told

blueprint = Blueprint("Jobs", "What runs longer than a request.")
internal = Blueprint("Jobs of users", "What runs longer than a request, for a list of all.")


class UserQuery(StrictSchema):
    """Whose jobs."""

    user = Id(required=True, metadata={"description": "Whose jobs."})


class ToldSchema(StrictSchema):
    """A job, as one service tells another of it."""

    id = fields.String(metadata={"description": "As clients know it."})
    kind = fields.String(metadata={"description": "What it does."})
    status = fields.String(metadata={"description": "Where it stands."})
    progress = fields.Integer(metadata={"description": "In percent."})
    answer_status = fields.Integer(allow_none=True, metadata={"description": "Status at its end."})
    answer = fields.String(allow_none=True, metadata={"description": "JSON, if it is short."})
    created = Time(metadata={"description": "When it was accepted."})
    started = Time(allow_none=True, metadata={"description": "When it was begun."})
    finished = Time(allow_none=True, metadata={"description": "When it ended."})


class ToldJobsSchema(StrictSchema):
    """The jobs of a user, newest first."""

    jobs = fields.List(fields.Nested(ToldSchema))


@blueprint.route("/api/jobs/<job:job_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, JobSchema)
@blueprint.etag()
def get_job(job_id: str) -> Resource:
    """Return a job that you asked for; it is kept for a week after its end."""
    row = session.execute(_own(job_id)).one_or_none()
    if row is None:
        raise NotFound.of("job")
    name = id_of(service_app.settings.name, row.id)
    return {**resource(name, row, read=Fragment), "revision": row.attempts}


@blueprint.route("/api/jobs/<job:job_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
def cancel_job(job_id: str) -> None:
    """Cancel a job that has not begun; nothing of it is done then."""
    row = session.execute(_own(job_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound.of("job")
    expected = expected_revisions()
    if expected is not None and row.attempts not in expected:
        raise PreconditionFailed("The job has changed since you read it.")
    if row.status != QUEUED:
        raise Conflict(f"The job is {row.status}: only one that has not begun can be cancelled.")
    table = service_app.job_table
    session.execute(delete(table).where(table.id == row.id))


@internal.route("/internal/v1/jobs/", methods=["GET"])
@internal.for_services("portfolio")
@internal.arguments(UserQuery, location="query")
@internal.response(200, ToldJobsSchema)
def list_jobs_of_user(query: dict[str, int]) -> Resource:
    """Return the jobs of a user, newest first; answers that are long are left out."""
    name = service_app.settings.name
    return {"jobs": told(session, name, service_app.job_table, query["user"])}


def _own(job_id: str) -> AnySelect:
    table = service_app.job_table
    columns = [getattr(table, name) for name in (*COLUMNS, "attempts")]
    return select(*columns).where(table.id == number_in(job_id), table.user_id == identity.user_id)
