"""`python -m deploy.docker`: build the three images, look whether they are what they must be."""

import argparse
import os
import shlex
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy import keys
from deploy.docker import checks
from deploy.docker.engine import USER, Engine, EngineError, find
from shared.settings import SERVICES

ROOT: Final = Path(__file__).resolve().parents[2]
# Target → the service whose web process is started of it, the portal's being its own.
TARGETS: Final = {"service": "auth", "analytics": "analytics", "gateway": None}
_START_SECONDS: Final = 60
_LIVE: Final = "http://127.0.0.1:8000/health/live/"
_TRIED: Final = """
import os, sys, urllib.request
assert f"{os.getuid()}:{os.getgid()}" == sys.argv[1]
assert not os.access("/app", os.W_OK) and os.statvfs("/app").f_flag & os.ST_RDONLY
assert urllib.request.urlopen(sys.argv[2]).status == 200
"""


@dataclass
class Report:
    """What was seen of one image."""

    name: str
    size: int = 0
    user: str = ""
    entrypoint: str = ""
    started: float = 0
    exit_status: int | None = None
    faults: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, check, print a table; return 1 where an image is not what it must be."""
    options = _parser().parse_args(arguments)
    try:
        lint()
        engine = find(os.environ.get("ENGINE", ""), _words("RUN_OPTIONS"))
        if not options.check_only:
            _build(engine, options.tag)
        reports = [_checked(engine, target, options.tag) for target in TARGETS]
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(*table(reports), sep="\n")
    faults = [f"error: {it.name}: {fault}" for it in reports for fault in it.faults]
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return int(bool(faults))


def lint() -> None:
    """Have hadolint read the Dockerfile.

    Raises:
        EngineError: it finds something; what it finds is printed.
    """
    program = Path(sysconfig.get_path("scripts")) / "hadolint"
    if subprocess.run([program, ROOT / "deploy" / "docker" / "Dockerfile"], check=False).returncode:
        raise EngineError("hadolint does not like the Dockerfile.")


def table(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield "| image | MB | user | entry point | live after | SIGTERM | faults |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for it in reports:
        yield (
            f"| {it.name} | {it.size} | {it.user} | {it.entrypoint} | {it.started:.1f} s"
            f" | {it.exit_status} | {len(it.faults)} |"
        )


def _build(engine: Engine, tag: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    told = {"VERSION": project["version"], "REVISION": _revision()}
    arguments = [f"--build-arg={name}={text}" for name, text in told.items()]
    for target in TARGETS:
        engine.build(target, _name(target, tag), ROOT, [*arguments, *_words("BUILD_OPTIONS")])


def _checked(engine: Engine, target: str, tag: str) -> Report:
    image = _name(target, tag)
    about = engine.inspect(image)
    config = about["Config"]
    report = Report(image, checks.megabytes(about), config.get("User", ""))
    report.entrypoint = shlex.join(config.get("Entrypoint") or ())
    report.faults += checks.described(about)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "image.tar"
        engine.export(image, archive)
        with tarfile.open(archive) as files:
            report.faults += checks.held(files.getnames())
            report.faults += checks.told(files, Path(folder) / "app")
        _try(engine, image, TARGETS[target], Path(folder), report)
    return report


def _try(engine: Engine, image: str, service: str | None, folder: Path, report: Report) -> None:
    """Start the web process of an image hardened, with no server near it, and stop it again."""
    module = f"services.{service}.app" if service else "gateway.portal.app"
    options = [f"--env={service.upper()}_URL=http://{service}:8000" for service in SERVICES]
    if service:
        folder.chmod(0o755)
        made = keys.make("postgresql://postgres", "amqp://rabbitmq", "redis://redis")
        keys.write(made, folder / "keys")
        (folder / "keys").chmod(0o755)
        options += _of_service(service, folder / "keys", made)
    start = time.monotonic()
    with engine.running(image, options, ["gunicorn", f"{module}:create_app()"]) as container:
        trial = ["python", "-c", _TRIED, USER, _LIVE]
        while not engine.succeeds(container, *trial):
            if time.monotonic() > start + _START_SECONDS:
                report.faults.append(f"it is not alive: {engine.output('logs', container)}")
                return
        report.started = time.monotonic() - start
        report.exit_status = engine.stop(container)
        if report.exit_status:
            report.faults.append(f"SIGTERM ends it with {report.exit_status}")


def _of_service(service: str, folder: Path, made: keys.Credentials) -> Iterator[str]:
    yield f"--volume={folder}:/keys:ro"
    yield "--env=KEYS_DIR=/keys/public-keys"
    yield f"--env=SERVICE_KEY_FILE=/keys/{service}/service-key.pem"
    yield f"--env=DATABASE_URL={made[service]['database-url']}"
    yield f"--env=EVENT_BUS_URL={made[service]['event-bus-url']}"


def _name(target: str, tag: str) -> str:
    return f"finance-{target}:{tag}"


def _revision() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _words(variable: str) -> list[str]:
    return shlex.split(os.environ.get(variable, ""))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.docker", description="Build and check the images."
    )
    parser.add_argument("--tag", default="latest", help="of the images (%(default)s)")
    parser.add_argument("--check-only", action="store_true", help="leave them as they are built")
    return parser


if __name__ == "__main__":
    sys.exit(main())
