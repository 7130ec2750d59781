"""Docker or Podman, by the commands that both have."""

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

USER: Final = "10001:10001"
# As a cluster runs it: nothing may be written but /tmp, and nothing more may be had.
HARDENED: Final = (
    *("--read-only", "--tmpfs=/tmp", f"--user={USER}"),
    *("--cap-drop=all", "--security-opt=no-new-privileges", "--network=none"),
)
_KNOWN: Final = ("docker", "podman")
_STOP_SECONDS: Final = 30


class EngineError(Exception):
    """Something can't be built or run; the message names the remedy."""


@dataclass(frozen=True)
class Engine:
    """A program that builds and runs images.

    Attributes:
        command: with what stands before each subcommand.
        run_options: more of them for each `run`.
    """

    command: Sequence[str]
    run_options: Sequence[str] = ()

    def build(self, target: str, tag: str, context: Path, options: Sequence[str]) -> None:
        """Build a target of our Dockerfile.

        Raises:
            EngineError: it can't be built; the engine has said why.
        """
        file = context / "deploy" / "docker" / "Dockerfile"
        arguments = ["build", *options, f"--target={target}", f"--tag={tag}", f"--file={file}"]
        if subprocess.run([*self.command, *arguments, str(context)], check=False).returncode:
            raise EngineError(f"{tag} can't be built: {self.command[0]} says above why.")

    def inspect(self, image: str) -> Mapping[str, Any]:
        """Return what an image says of itself."""
        return dict(json.loads(self.output("image", "inspect", image))[0])

    def export(self, image: str, archive: Path) -> None:
        """Write all files of an image as a tar archive."""
        container = self.output("create", image)
        try:
            self.output("export", f"--output={archive}", container)
        finally:
            self.output("rm", container)

    @contextmanager
    def running(
        self, image: str, options: Sequence[str], arguments: Sequence[str]
    ) -> Iterator[str]:
        """Run an image hardened; give the container's name."""
        container = self.output(
            "run", "--detach", *HARDENED, *self.run_options, *options, image, *arguments
        )
        try:
            yield container
        finally:
            self.output("rm", "--force", container)

    def stop(self, container: str) -> int:
        """Send SIGTERM, wait, and return with what the container ended."""
        self.output("stop", f"--time={_STOP_SECONDS}", container)
        return int(self.output("inspect", "--format={{.State.ExitCode}}", container))

    def succeeds(self, container: str, *arguments: str) -> bool:
        """Say whether a program in a running container does."""
        command = [*self.command, "exec", container, *arguments]
        return not subprocess.run(command, check=False, capture_output=True).returncode

    def output(self, *arguments: str) -> str:
        """Return the last line of what the engine prints.

        Raises:
            EngineError: it fails; with its own words.
        """
        done = subprocess.run(
            [*self.command, *arguments], check=False, capture_output=True, text=True
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
            raise EngineError(f"{shlex.join([*self.command, *arguments[:2]])}: {reason}")
        return done.stdout.strip()


def find(chosen: str, run_options: Sequence[str]) -> Engine:
    """Return the engine that was chosen, or the first that answers.

    Raises:
        EngineError: none does.
    """
    commands = [shlex.split(chosen)] if chosen else [[name] for name in _KNOWN]
    for command in commands:
        if _answers(command):
            return Engine(command, run_options)
    names = " or ".join(shlex.join(command) for command in commands)
    raise EngineError(
        f"No {names} answers here. Install Podman (Debian, Ubuntu: apt install podman; Fedora:"
        " dnf install podman; macOS: brew install podman && podman machine init --now), or start"
        " Docker, or name what there is: make images ENGINE='sudo docker'."
    )


def _answers(command: Sequence[str]) -> bool:
    try:
        return not subprocess.run([*command, "info"], check=False, capture_output=True).returncode
    except OSError:
        return False
