"""Long work is a job: a request is stored as it stands, and answered later by another process.

A route says what is long (`Blueprint.job`). Then the request becomes a row of the service's jobs
and the answer is `202` with the job; a runner (see `shared.jobs`) takes the row and lets the same
application answer the same request. So a job goes through the code, the rules and the schemas of
the direct call. What it answers and its state are stored in the transaction of its effect:
whatever ends the runner, the job was done once or is to be done again.

An `Idempotency-Key` keeps the `202`; whoever repeats it hears of the job as it stands then.
"""

from shared.http.jobs.accepting import accept, bound, finish, progress, running
from shared.http.jobs.answering import (
    AcceptedSchema,
    JobSchema,
    as_it_stands,
    came_to_nothing,
    is_accepted,
    number_in,
    resource,
)
from shared.http.jobs.table import (
    CHANNEL,
    COLUMNS,
    QUEUED,
    STATES,
    JobMixin,
    forget_user,
    id_of,
    purge,
)

__all__ = [
    "CHANNEL",
    "COLUMNS",
    "QUEUED",
    "STATES",
    "AcceptedSchema",
    "JobMixin",
    "JobSchema",
    "accept",
    "as_it_stands",
    "bound",
    "came_to_nothing",
    "finish",
    "forget_user",
    "id_of",
    "is_accepted",
    "number_in",
    "progress",
    "purge",
    "resource",
    "running",
]
