"""A run made of a backup, in a place where there is none."""

import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from deploy.local import backup
from deploy.local.backup import Backup, Say
from deploy.local.causes import cause
from deploy.local.databases import Databases
from deploy.local.errors import RunError
from deploy.local.privileges import server_owner
from deploy.local.rundir import RunDir, State
from deploy.local.settings import ROOT
from shared.settings import SERVICES


def restore(source: Path, folder: RunDir, say: Say) -> None:
    """Make the run in `folder`, which is empty or not there, of the backup `source`.

    It shares nothing with the run that was saved, which may go on: on servers that it shares with
    others its names are new ones.

    Raises:
        RunError: there is something in `folder`, the backup is damaged or of another release.
    """
    if folder.path.exists() and any(folder.path.iterdir()):
        raise RunError(f"{folder.path} is not empty: choose another RUN_DIR, or move it away.")
    say("Reading the backup …")
    manifest = backup.check(Backup(source))
    say(f"Copying what was saved at {manifest.made} …")
    with backup.whole(folder.path) as unfinished:
        _copy(Backup(source), RunDir(unfinished))
        count = _send_again(RunDir(unfinished))
        say(f"{count} events will be sent again; who has them already drops them.")


def _copy(source: Backup, target: RunDir) -> None:
    target.prepare()
    target.keys.rmdir()
    backup.copy_private(source, target)
    state = State.load(target.state)
    # Queues of the old name hold what happened after the backup, or belong to a run that goes on.
    replace(state, instance=secrets.token_hex(4), ports={}).save(target.state)
    shutil.copytree(source.postgres, target.postgres)
    for file in (target.postgres, *target.postgres.rglob("*")):
        os.chown(file, *server_owner())


def _send_again(folder: RunDir) -> int:
    """Let PostgreSQL recover, and all events be sent again that are kept; return how many."""
    passwords = State.load(folder.state).passwords
    with backup.served(folder, passwords["postgres"]) as url:
        databases = Databases(url)
        environment = dict(os.environ)
        for name in SERVICES:
            environment[f"{name.upper()}_DATABASE_URL"] = databases.url(name, passwords[name])
        command = [sys.executable, "-m", "deploy.local.send_again"]
        sending = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    if sending.returncode:
        raise RunError(f"The restored databases can't be used: {cause(sending.stderr)}")
    return int(sending.stdout)
