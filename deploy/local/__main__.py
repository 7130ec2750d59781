"""`python -m deploy.local`: run; `… exec <service> -- <command>`; `… replace-keys`."""

import argparse
import errno
import json
import os
import subprocess
import sys
from typing import NoReturn

from deploy.local import accounts, keys, run, settings
from deploy.local.errors import RunError
from deploy.local.rundir import RunDir, State
from shared.settings import SERVICES


def main() -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args()
    try:
        chosen = settings.load()
        if options.command == "exec":
            execute(RunDir(chosen.run_dir.resolve()), options.service, options.arguments)
        if options.command == "replace-keys":
            replace_keys(RunDir(chosen.run_dir.resolve()))
            return 0
        run.run(chosen)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("error: The disk is full: make room or choose another RUN_DIR.", file=sys.stderr)
        return 1
    except run.Stopped:
        # Before anything was started.
        return 0
    return 0


def execute(folder: RunDir, service: str, arguments: list[str]) -> NoReturn:
    """Become the command line of `service`, with the configuration of the run in `folder`.

    Raises:
        RunError: nothing has run there yet.
    """
    try:
        environment = json.loads(folder.environments.read_text(encoding="utf-8"))[service]
    except (OSError, KeyError) as error:
        raise RunError(f"Nothing has run in {folder.path} yet: `make run` first.") from error
    os.chdir(settings.ROOT)
    command = [sys.executable, "-m", f"services.{service}", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 - this process becomes it


def replace_keys(folder: RunDir) -> None:
    """Give the run in `folder` new keys, whether it goes on or not.

    Raises:
        RunError: nothing has run there yet, or the secrets cannot be sealed anew.
    """

    def seal_again() -> None:
        arguments = ["exec", "webhooks", "--", "seal-again"]
        command = [sys.executable, "-m", "deploy.local", *arguments]
        environment = {**os.environ, "RUN_DIR": str(folder.path)}
        if subprocess.run(command, env=environment, check=False).returncode:
            raise RunError("The old keys stay known; start everything and repeat this.")

    if not folder.environments.exists():
        raise RunError(f"Nothing has run in {folder.path} yet: `make run` first.")
    accounts.replace(folder, State.load(folder.state))
    print("The passwords of the event bus are new.")
    keys.replace(folder.keys, SERVICES, say=print, seal_again=seal_again)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description="Run everything on this machine (README: variables).",
    )
    commands = parser.add_subparsers(dest="command")
    execution = commands.add_parser("exec", help="run a service's command line")
    execution.add_argument("service", choices=SERVICES)
    execution.add_argument("arguments", nargs="+", metavar="-- command")
    commands.add_parser("replace-keys", help="give a run new keys, while it goes on")
    return parser


if __name__ == "__main__":
    sys.exit(main())
