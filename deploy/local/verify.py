"""Every copy that a service keeps of another's rows, compared with its owner."""

import subprocess
import sys
from typing import Final

from deploy.local.rundir import RunDir
from deploy.local.settings import ROOT
from shared.settings import SERVICES

COPYING: Final = tuple(
    service for service in SERVICES if (ROOT / "services" / service / "replicas.py").exists()
)


def verify(folder: RunDir, *, is_mending: bool) -> int:
    """Let each service of the run in `folder` compare and print; return the worst exit status.

    Raises:
        RunError: nothing has run there yet.
    """
    arguments = ["verify", *(["--mend"] if is_mending else [])]
    statuses = []
    for service in COPYING:
        command = [sys.executable, "-m", f"services.{service}", *arguments]
        environment = folder.environment(service)
        statuses.append(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
    return max(statuses)
