"""New keys and passwords for a run, whether it goes on or not; nobody who is let in is refused."""

import os
import subprocess
import sys

from deploy.local import accounts, databases, keys, postgres
from deploy.local.backup import Say
from deploy.local.databases import Databases
from deploy.local.errors import RunError
from deploy.local.programs import Plan
from deploy.local.rundir import RunDir, State
from deploy.local.settings import ROOT, Settings
from shared.settings import SERVICES


def rotate(settings: Settings, folder: RunDir, say: Say) -> None:
    """Replace every key and every password, also that of the embedded PostgreSQL's superuser.

    Interrupted, it leaves what works, and is begun anew.

    Raises:
        RunError: nothing has run there yet, or something that runs does not take the new ones.
    """
    known = Databases(folder.environment(SERVICES[0])["DATABASE_URL"]).address
    with folder.keys_held():
        plan = Plan(settings, folder, State.load(folder.state))
        if plan.databases.address != known:
            raise RunError(
                f"The databases lie at {known}: name that server, DATABASE=…, as before."
            )
        accounts.replace(folder, plan.state)
        if not settings.database:
            _replace_superuser(plan)
        _replace_passwords(plan)
        say("The passwords of event bus and databases are new.")
        keys.replace(folder.keys, SERVICES, say=say, seal_again=lambda: _seal_again(folder))


def _replace_superuser(plan: Plan) -> None:
    """Let the launcher's own login have another password; if nothing runs, from the next start on.

    Both are known while either may be in force.
    """
    state, file = plan.state, plan.folder.state
    if state.next_superuser and postgres.answers(
        postgres.superuser_url(state.ports["postgres"], state.next_superuser)
    ):
        state.take_superuser(file)  # which was interrupted before
    password = state.choose_superuser(file)
    if postgres.answers(plan.databases.server):
        databases.replace_superuser(plan.databases, password)
        state.take_superuser(file)


def _replace_passwords(plan: Plan) -> None:
    state, folder = plan.state, plan.folder
    state.renew_passwords(SERVICES)
    # Known before they are in use: a start sets what stands there.
    state.save(folder.state)
    if not plan.settings.database and not postgres.answers(plan.databases.server):
        return
    new = {folder.database_password(name): (name, state.passwords[name]) for name in SERVICES}
    databases.replace_passwords(plan.databases, new)


def _seal_again(folder: RunDir) -> None:
    arguments = ["exec", "webhooks", "--", "seal-again"]
    command = [sys.executable, "-m", "deploy.local", *arguments]
    environment = {**os.environ, "RUN_DIR": str(folder.path)}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise RunError("The old keys stay known; start everything and repeat this.")
