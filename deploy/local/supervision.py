"""The one supervisor: it starts the processes of a run, starts again what dies, ends all in order.

Each program has a keeper, a thread of the launcher that waits for its end. That is less than a
supervisor of its own would need (`supervisor` was here: a second process with a configuration file,
a socket and XML-RPC, which somebody had to watch, to ask without waiting for ever, and to replace
when its own log found no room on the disk): nothing stands between the launcher and its processes,
so nothing there can hang or die. The launcher itself may be killed: its processes are tied to
the thread that started them, and end with it.

The Python processes, which are forks of one, are tied to that one: if it dies they die, and all of
them are started again.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from queue import SimpleQueue
from typing import Final

from deploy.local import logs
from deploy.local.causes import cause, remedy
from deploy.local.forks import Fork, Zygote
from deploy.local.logs import Log
from deploy.local.privileges import tied
from deploy.local.programs import Program
from deploy.local.rundir import RunDir
from deploy.local.settings import ROOT

# Groups in the order of their start, with the seconds that each has to end. They end one after
# the other, the last one first: together they stay under the ten seconds that are promised.
GROUPS: Final[Mapping[str, int]] = {"zygote": 1, "servers": 2, "services": 3, "edge": 2}
STOP_SECONDS: Final = 9.0

# Seconds before a program is started again, after its first short life in a row, its second, …
# However often it is killed, it is there again in less than five.
_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 3.0)
_SHORT: Final = 10.0  # seconds
_KILLED_WITHIN: Final = 1.0  # seconds
_LOOK: Final = 3.0  # seconds between two looks at what is stuck
_ROOM: Final = 64 * 1024**2  # bytes


Process = subprocess.Popen[bytes] | Fork


class Keeper(threading.Thread):
    """Keeps one program alive until it is told to end it.

    Attributes:
        program: what it keeps.
        log: where the output goes.
        process: the newest process of the program; None before the first.
        deaths: how often the program ended by itself.
    """

    def __init__(
        self,
        program: Program,
        log: Log,
        environment: Mapping[str, str],
        notices: "SimpleQueue[str]",
        zygote: Zygote | None,
    ) -> None:
        super().__init__(name=program.name, daemon=True)
        self.program = program
        self.log = log
        self.process: Process | None = None
        self.deaths = 0
        self._environment = {**environment, **program.environment}
        self._notices = notices
        self._zygote = zygote
        self._last_end = ""
        self._is_over = threading.Event()

    def run(self) -> None:
        """Start the program, again and again."""
        short_lives = 0
        while not self._is_over.is_set():
            start = time.monotonic()
            self._last_end = self._live()
            if self._is_over.is_set():
                return
            self.deaths += 1
            short_lives = short_lives + 1 if time.monotonic() - start < _SHORT else 1
            if short_lives <= len(_PAUSES):  # more would only fill the screen
                self._notices.put(f"{self.complaint()} It is started again.")
            self._is_over.wait(_PAUSES[min(short_lives, len(_PAUSES)) - 1])

    def end(self) -> None:
        """Tell the program to end, and let it be."""
        self._is_over.set()
        self.restart()

    def restart(self) -> None:
        """Tell the newest process to end; another follows."""
        if self.process:
            self.process.send_signal(getattr(signal, f"SIG{self.program.stop_signal}"))

    def is_stuck(self) -> bool:
        """Return whether the process has said that it will not recover by itself."""
        return bool(self.program.stuck_sign) and self.program.stuck_sign in self.log.tail

    def kill(self) -> None:
        """End at once what is left of the program."""
        if self.process:
            _kill_group(self.process)

    def complaint(self) -> str:
        """Return how the program ended last, or what it says while it is not ready."""
        return (
            f"{self.program.name} {self._last_end or _with_cause('is not ready', self.log.tail)}."
        )

    def remedy(self) -> str:
        """Return how to mend that, "" when we don't know."""
        return remedy(f"{self._last_end}\n{self.log.tail}")

    def _live(self) -> str:
        """Start the program and wait for its end; return how that was."""
        self.log.begin()
        self.program.prepare()
        try:
            process = self._launch()
        except OSError as error:
            return f"can't be started: {error}"
        self.process = process
        if self._is_over.is_set():
            # `end` came too early to see this process.
            self.end()
        status = process.wait()
        # What it leaves behind would hold the port that the next one needs.
        _kill_group(process)
        self.log.take()
        return _how(status, self.log.tail)

    def _launch(self) -> Process:
        if self.program.is_forked and self._zygote:
            return self._zygote.fork(self.program.command, self._environment, self.log.entrance)
        return subprocess.Popen(
            tied(self.program.command, self.program.orphan_signal or self.program.stop_signal),
            stdin=self.program.input,
            stdout=self.log.entrance,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=ROOT,
            # Ctrl-C is for the launcher, which then ends things in order.
            start_new_session=True,
        )


class Supervisor:
    """The processes of one run.

    Attributes:
        notices: a line for each death of a process.
    """

    def __init__(
        self, folder: RunDir, programs: Sequence[Program], environment: Mapping[str, str]
    ) -> None:
        """Prepare for `programs`; `environment` is what all of them see besides their own."""
        self.notices: SimpleQueue[str] = SimpleQueue()
        self._zygote = _zygote(programs)
        if self._zygote:
            programs = [_program(self._zygote), *programs]
        self._keepers = [
            Keeper(program, Log(folder.log(program.name)), environment, self.notices, self._zygote)
            for program in programs
        ]
        output = [keeper.log for keeper in self._keepers]
        self._folder = folder
        self._is_over = threading.Event()
        threading.Thread(target=logs.read, args=[output], name="logs", daemon=True).start()
        threading.Thread(target=self._mend, name="mending", daemon=True).start()

    def start(self, *groups: str) -> list[Keeper]:
        """Start the programs of `groups`, without waiting for them; return their keepers."""
        keepers = [keeper for keeper in self._keepers if keeper.program.group in groups]
        for keeper in keepers:
            keeper.start()
        return keepers

    def process_id(self, name: str) -> int | None:
        """Return the process id of the program `name`, None before its first start."""
        [keeper] = [keeper for keeper in self._keepers if keeper.program.name == name]
        return keeper.process.pid if keeper.process else None

    def stop(self) -> None:
        """End all processes in order, within the seconds of each group, else at once."""
        self._is_over.set()
        for group, seconds in reversed(list(GROUPS.items())):
            members = [keeper for keeper in self._keepers if keeper.program.group == group]
            _end([keeper for keeper in members if keeper.is_alive()], seconds)
        for keeper in self._keepers:
            keeper.log.close()
        if self._zygote:
            self._zygote.close()

    def _mend(self) -> None:
        """Start again what a full disk has left stuck, once there is room."""
        while not self._is_over.wait(_LOOK):
            stuck = [keeper for keeper in self._keepers if keeper.is_stuck()]
            if stuck and shutil.disk_usage(self._folder.path).free > _ROOM:
                for keeper in stuck:
                    keeper.restart()


def _zygote(programs: Sequence[Program]) -> Zygote | None:
    """Return where those of `programs` that can be forked come from, if there are any.

    On macOS what a fork may do is bounded by libraries of the system: there they start singly.
    """
    is_needed = any(program.is_forked for program in programs)
    return Zygote() if is_needed and sys.platform == "linux" else None


def _program(zygote: Zygote) -> Program:
    return Program("zygote", "zygote", zygote.command, {}, lambda: True, input=zygote.input)


def _how(status: int, output: str) -> str:
    """Return how a process ended that wrote `output`."""
    if status == -signal.SIGKILL:
        # Somebody else's doing, of which it could say nothing.
        return "was killed (SIGKILL)"
    return _with_cause(
        f"was ended by signal {-status}" if status < 0 else f"ended with status {status}", output
    )


def _with_cause(what: str, output: str) -> str:
    words = cause(output)
    return f"{what}: {words}" if words else what


def _end(keepers: Sequence[Keeper], seconds: float) -> None:
    for keeper in keepers:
        keeper.end()
    _join(keepers, seconds)
    for keeper in keepers:
        if keeper.is_alive():
            keeper.kill()
    _join(keepers, _KILLED_WITHIN)


def _join(keepers: Sequence[Keeper], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for keeper in keepers:
        keeper.join(max(0.0, deadline - time.monotonic()))


def _kill_group(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
