"""Command line: `python -m deploy.kubernetes` writes the manifests."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.kubernetes import manifests, traefik
from gateway import model
from gateway.origins import parse_origins
from gateway.routes import RoutesError, load_routes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        origins = parse_origins(options.cors_origins)
        gateway = model.build(load_routes(), traefik.INTERNAL, origins=origins)
    except (RoutesError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in manifests.files(gateway).items():
        file = options.out / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.kubernetes",
        description="Write the manifests from the tables and gateway/routes.yml.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write to (%(default)s)"
    )
    parser.add_argument(
        "--cors-origins",
        default="",
        metavar="ORIGINS",
        help="whose pages may call from a browser: https://app.example,http://localhost:3000",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
