"""Who does the jobs, and how they are told of.

The worker of a service sees a new job and starts a runner for its lane (`Runners`), a process of
its own with less of the processor than those who answer (`process`). It does the lane's jobs one
after the other and ends when there are none (`Runner`). What of this is in the database stands in
`queue`, how a request becomes a job in `shared.http.jobs`.
"""

from shared.jobs.listing import listing
from shared.jobs.runner import Runner
from shared.jobs.runners import Runners

__all__ = ["Runner", "Runners", "listing"]
