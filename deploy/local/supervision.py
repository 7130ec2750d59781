"""supervisord: its configuration, and how the launcher talks to it."""

import subprocess
import sys
import time
import xmlrpc.client  # our own supervisord alone  # nosec B411
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.errors import RunError
from deploy.local.privileges import is_root, tied
from deploy.local.programs import Program
from deploy.local.rundir import RunDir
from deploy.local.servers import last_lines
from deploy.local.settings import ROOT

# Groups in the order of their start, with the seconds that each has to end. They end one after
# the other, the last one first: together they stay under the ten seconds that are promised.
GROUPS: Final[Mapping[str, int]] = {"servers": 2, "services": 3, "edge": 2}
STOP_SECONDS: Final = 9.0

_FIRST_GROUP: Final = "servers"
_START_SECONDS: Final = 30.0


def configuration(folder: RunDir, socket: Path, programs: Sequence[Program]) -> str:
    """Return the text of supervisord.conf.

    Args:
        socket: where supervisord listens; there is no TCP port.
    """
    log = _value(str(folder.log("supervisord")))
    sections = [
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={log}",
        "logfile_maxbytes=5MB",
        "logfile_backups=2",
        f"pidfile={_value(str(folder.path / 'supervisord.pid'))}",
        f"childlogdir={_value(str(folder.logs))}",
        f"directory={_value(str(ROOT))}",
        # Said aloud, or supervisord warns at each start.
        *(["user=root"] if is_root() else []),
        "",
        "[unix_http_server]",
        f"file={_value(str(socket))}",
        "chmod=0700",
        "",
        "[supervisorctl]",
        f"serverurl=unix://{_value(str(socket))}",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
        "",
    ]
    for priority, group in enumerate(GROUPS):
        members = [program.name for program in programs if program.group == group]
        if members:
            sections += [
                f"[group:{group}]",
                f"programs={','.join(members)}",
                f"priority={priority}",
                "",
            ]
    for program in programs:
        sections += _program(folder, program)
    return "\n".join(sections)


def _program(folder: RunDir, program: Program) -> list[str]:
    command = " ".join(f'"{part}"' for part in program.command)
    return [
        f"[program:{program.name}]",
        f"command={_value(command)}",
        f"environment={_environment(program.environment)}",
        f"autostart={'true' if program.group == _FIRST_GROUP else 'false'}",
        "autorestart=true",
        # Each failed start waits a second longer than the one before; none is the last.
        "startsecs=1",
        "startretries=1000000",
        f"stopsignal={program.stop_signal}",
        f"stopwaitsecs={GROUPS[program.group]}",
        "killasgroup=true",
        "redirect_stderr=true",
        # This one supervisord reads twice over.
        f"stdout_logfile={_value(_value(str(folder.log(program.name))))}",
        "stdout_logfile_maxbytes=10MB",
        "stdout_logfile_backups=2",
        "",
    ]


def _environment(variables: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_value(value)}"' for name, value in variables.items())


def _value(text: str) -> str:
    return text.replace("%", "%%")


@dataclass
class Supervisor:
    """The supervisord of one run.

    Attributes:
        config: its configuration file.
        socket: where it listens.
        environment: of itself and all its processes.
    """

    folder: RunDir
    config: Path
    socket: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start supervisord, and with it PostgreSQL and NATS.

        Raises:
            RunError: it does not answer in half a minute.
        """
        log = self.folder.log("supervisord-start")
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.config)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                tied(command, "TERM"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=ROOT,
                # Ctrl-C is for the launcher, which then ends things in order.
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.is_running() or time.monotonic() > deadline:
                raise RunError(f"supervisord does not start: {last_lines(log)}")
            time.sleep(0.05)

    def start_groups(self) -> None:
        """Start all processes that need the servers, without waiting for them."""
        for group in GROUPS:
            if group != _FIRST_GROUP:
                self._rpc().supervisor.startProcessGroup(group, False)

    def is_running(self) -> bool:
        """Return whether supervisord itself lives."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End supervisord and all its processes in order, within nine seconds, else at once."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self._rpc().supervisor.getState())
        except (OSError, HTTPException, xmlrpc.client.Error):
            return False

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://localhost", transport=transport)
