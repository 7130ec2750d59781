"""Jobs."""

from marshmallow import fields, validate

from services.assets.models import JOB_STATES
from shared.http.schemas import StrictSchema


class AcceptedSchema(StrictSchema):
    """The job that does what takes longer than a request."""

    job = fields.Integer(metadata={"description": "Its id: ask /api/jobs/{id}/.", "example": 1})


class JobSchema(StrictSchema):
    """What runs longer than a request."""

    id = fields.Integer(metadata={"description": "Id of the job.", "example": 1})
    kind = fields.String(metadata={"description": "What it does.", "example": "refresh_data"})
    status = fields.String(
        validate=validate.OneOf(JOB_STATES),
        metadata={"description": "Where it stands.", "example": "DONE"},
    )
    progress = fields.Integer(metadata={"description": "In percent.", "example": 100})
    result = fields.Dict(
        allow_none=True,
        metadata={
            "description": "Once DONE: `prices` recorded, and those `left_out` with the reason.",
            "example": {"prices": 5, "left_out": []},
        },
    )
    error = fields.Dict(
        allow_none=True,
        metadata={"description": "Once FAILED: `{code, message}`.", "example": None},
    )
