"""What a start does once, each in a process of its own: the launcher stays small."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.causes import cause, remedy
from deploy.local.errors import RunError
from deploy.local.privileges import tied
from deploy.local.programs import Plan
from deploy.local.settings import ROOT
from shared.settings import SERVICES


@contextmanager
def gateway_rendered(plan: Plan) -> Iterator[None]:
    """Write Traefik's files beside what is done meanwhile.

    Raises:
        RunError: the gateway's routes are wrong.
    """
    arguments = ["--out", str(plan.folder.config), "--entrypoint", plan.settings.entrypoint]
    arguments += ["--internal", f"127.0.0.1:{plan.state.ports['gateway-internal']}"]
    for service in SERVICES:
        arguments += ["--service", f"{service}={plan.url(f'{service}-web')}"]
    arguments += ["--service", f"portal={plan.url('portal')}"]
    arguments += ["--doorkeeper", plan.url("doorkeeper")]
    arguments += ["--cors-origins", plan.settings.cors_origins]
    if plan.settings.traces:
        arguments += ["--traces", plan.settings.traces]
        arguments += ["--trace-ratio", str(plan.settings.trace_ratio)]
    arguments += ["--trusted-proxies", ",".join(map(str, plan.settings.trusted_proxies))]
    if not plan.settings.limits:
        arguments.append("--no-flood-guard")
    with _process(plan, "gateway", "render", *arguments) as rendering:
        yield
        _finish(rendering, "The gateway's configuration")


def migrate(plan: Plan) -> None:
    """Bring all databases to the newest schema.

    Raises:
        RunError: a migration failed.
    """
    with _process(plan, "deploy.local.migrate") as migration:
        _finish(migration, "The migration of the databases")


def load_demo(plan: Plan) -> None:
    """Load the demo data; what is there already stays.

    Raises:
        RunError: it could not be loaded.
    """
    with _process(plan, "deploy.demo") as loading:
        _finish(loading, "Loading the demo data")


def copy_for_analytics(plan: Plan) -> None:
    """Give analytics its copies at once, which it would else have event by event.

    Raises:
        RunError: it could not be done.
    """
    with _process(plan, "services.analytics", "rebuild", service="analytics") as copying:
        _finish(copying, "Copying the demo data for analytics")


@contextmanager
def _process(
    plan: Plan, module: str, *arguments: str, service: str | None = None
) -> Iterator["subprocess.Popen[str]"]:
    environment = plan.marked_environment()
    if service:
        environment |= plan.service_environment(service)
    for name in SERVICES:
        environment[f"{name.upper()}_DATABASE_URL"] = plan.database_url(name)
    with subprocess.Popen(
        tied([sys.executable, "-m", module, *arguments], "TERM"),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if service else None,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _finish(process: "subprocess.Popen[str]", what: str) -> None:
    _, complaint = process.communicate()
    if process.returncode:
        raise RunError(f"{what} failed: {cause(complaint)} {remedy(complaint)}".rstrip())
