"""`python -m deploy.local`: run; `… exec <service> -- <command>`, `… backup` and others."""

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

from deploy.local import backup, rotation, run, settings, verify
from deploy.local.errors import RunError
from deploy.local.progress import Progress
from deploy.local.restore import restore
from deploy.local.rundir import RunDir
from shared.settings import SERVICES


def main() -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args()
    try:
        chosen = settings.load()
        return _done(options, chosen, RunDir(chosen.run_dir.resolve()))
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


def _done(options: argparse.Namespace, chosen: settings.Settings, folder: RunDir) -> int:
    """Do what was asked for; return the exit status."""
    say = Progress().say
    match options.command:
        case "exec":
            execute(folder, options.service, options.arguments)
        case "replace-keys":
            rotation.rotate(chosen, folder, print)
        case "backup":
            backup.save(folder, options.folder, say)
            say(f"Saved as {options.folder}, with all keys and passwords: let nobody else read it.")
        case "restore":
            restore(options.folder, folder, say)
            say(f"Restored; start it with: make run RUN_DIR={folder.path}")
        case "verify":
            return verify.verify(folder, is_mending=options.mend)
        case _:
            run.run(chosen)
    return 0


def execute(folder: RunDir, service: str, arguments: list[str]) -> NoReturn:
    """Become the command line of `service`, with the configuration of the run in `folder`.

    Raises:
        RunError: nothing has run there yet.
    """
    environment = folder.environment(service)
    os.chdir(settings.ROOT)
    command = [sys.executable, "-m", f"services.{service}", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 - this process becomes it


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description="Run everything on this machine (README: variables).",
    )
    commands = parser.add_subparsers(dest="command")
    execution = commands.add_parser("exec", help="run a service's command line")
    execution.add_argument("service", choices=SERVICES)
    execution.add_argument("arguments", nargs="+", metavar="-- command")
    commands.add_parser("replace-keys", help="give a run new keys and passwords, while it goes on")
    saving = commands.add_parser("backup", help="save a run, while it goes on, as a new folder")
    saving.add_argument("folder", type=Path)
    making = commands.add_parser("restore", help="make a run of a backup, in an empty RUN_DIR")
    making.add_argument("folder", type=Path)
    checking = commands.add_parser("verify", help="compare what services copied with its owners")
    checking.add_argument("--mend", action="store_true", help="and make anew what differs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
