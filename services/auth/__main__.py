"""`python -m services.auth <command>`."""

import argparse
import getpass
import sys

from services.auth import app, commands, settings
from shared import cli
from shared.db import Database


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--email", default="")
    parser.add_argument("--admin", action="store_true", help="may manage users and public assets")


def _create_user(database: Database, _: settings.Settings, options: argparse.Namespace) -> str:
    # Asked for, or read from a pipe; never an argument, which every process could read.
    password = (
        getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    user = database.unit(
        lambda session: commands.create_user(
            session,
            username=options.username,
            password=password,
            email=options.email,
            is_staff=options.admin,
        )
    )
    return f"User {user.username} has the id {user.id}."


if __name__ == "__main__":
    sys.exit(
        cli.main(
            "auth",
            settings.load,
            app.create_app,
            {
                "create-user": cli.Command(
                    "make a user; the password is asked for", _create_user, _configure
                )
            },
        )
    )
