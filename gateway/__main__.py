"""Command line: `python -m gateway render`, `… events`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway import model, render
from gateway.origins import parse_origins
from gateway.portal import events
from gateway.portal.schema import Schema
from gateway.routes import SERVICES, RoutesError, load_routes
from shared.settings import parse_networks

_LOOPBACK = "127.0.0.1:8001"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "events":
        print(Schema.of(events.document()).yaml, end="")  # noqa: T201 - a command line
        return 0
    try:
        gateway = model.build(
            load_routes(),
            options.internal,
            has_flood_guard=options.flood_guard,
            origins=parse_origins(options.cors_origins),
            trusted_proxies=parse_networks(options.trusted_proxies),
            has_doorkeeper=options.doorkeeper is not None,
        )
        _render_files(gateway, options)
    except (RoutesError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line
        return 1
    return 0


def _render_files(gateway: model.Gateway, options: argparse.Namespace) -> None:
    urls = dict(options.service)
    if missing := [name for name in SERVICES if name not in urls]:
        raise ValueError(f"--service is missing for: {', '.join(missing)}")
    if options.doorkeeper:
        urls["doorkeeper"] = options.doorkeeper
    provider = render.file_provider(options.out)
    render.write(
        {
            "traefik.yml": render.static(
                options.entrypoint,
                options.internal,
                provider,
                gateway.trusted_proxies,
                is_shared=options.doorkeeper is not None,
                traces=_traces(options),
            ),
            "dynamic.yml": render.dynamic(gateway, urls),
        },
        options.out,
    )


def _traces(options: argparse.Namespace) -> render.Traces | None:
    return render.Traces(options.traces, options.trace_ratio) if options.traces else None


def _service(text: str) -> tuple[str, str]:
    name, _, url = text.partition("=")
    if name not in SERVICES or not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text}: must be <{'|'.join(SERVICES)}>=http://host:port")
    return name, url


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("events", help="print docs/events.yml, the AsyncAPI document of all events")
    command = commands.add_parser("render", help="write Traefik's configuration from routes.yml")
    command.add_argument("--out", type=Path, required=True, help="folder to write to")
    command.add_argument(
        "--entrypoint", default="127.0.0.1:8000", help="where clients come in (%(default)s)"
    )
    command.add_argument(
        "--internal",
        default=_LOOPBACK,
        help="loopback address where Traefik asks itself (%(default)s); must not be reachable",
    )
    command.add_argument(
        "--service",
        type=_service,
        action="append",
        default=[],
        metavar="NAME=URL",
        help="where a service listens; once for each",
    )
    command.add_argument(
        "--doorkeeper",
        metavar="URL",
        help="who says in JSON that the portal is down, and shares the port of --entrypoint",
    )
    command.add_argument(
        "--cors-origins",
        default="",
        metavar="ORIGINS",
        help="whose pages may call from a browser: https://app.example,http://localhost:3000",
    )
    command.add_argument(
        "--traces",
        default="",
        metavar="URL",
        help="where traces are collected (OTLP over HTTP), which begin at the gateway then:"
        " http://127.0.0.1:4318/v1/traces",
    )
    command.add_argument(
        "--trace-ratio", type=float, default=1.0, help="how many of them are kept (%(default)s)"
    )
    command.add_argument(
        "--trusted-proxies",
        default="",
        metavar="NETWORKS",
        help="whose X-Forwarded-* are believed: 10.0.0.0/8,2001:db8::/32",
    )
    command.add_argument(
        "--no-flood-guard",
        dest="flood_guard",
        action="store_false",
        help="for load tests: let one address ask as fast as it can",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
