"""Command line: `python -m deploy.kubernetes` writes the manifests."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deploy.kubernetes import manifests, traefik
from gateway import model
from gateway.origins import parse_origins
from gateway.routes import RoutesError, load_routes
from shared.settings import parse_networks

_EXAMPLE = "10.0.0.0/8"  # of what stands in the repository


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        gateway = partial(
            model.build,
            load_routes(),
            traefik.INTERNAL,
            origins=parse_origins(options.cors_origins),
        )
        proxies = parse_networks(options.trusted_proxies)
    except (RoutesError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in manifests.files(gateway(), gateway(trusted_proxies=proxies)).items():
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
    parser.add_argument(
        "--trusted-proxies",
        default=_EXAMPLE,
        metavar="NETWORKS",
        help="in the component of that name: whose X-Forwarded-* are believed (%(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
