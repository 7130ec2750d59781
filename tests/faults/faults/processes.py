"""Processes of ours that die, hang or are told to end."""

import contextlib
import itertools
import signal
import time
from collections.abc import Sequence

import psutil

from shared.settings import SERVICES
from shared.testing import wait_until
from tests.faults.scene import Scene

# In an order in which they are met by what the clients do.
CRASH_POINTS = (
    "after_commit_before_answer",
    "mid_bulk",
    "after_commit_before_publish",
    "after_confirm_before_mark",
    "mid_batch",
    "after_handler_commit_before_ack",
    "after_snapshots_before_settle",
    "after_http_200_before_mark",
)
_WEB = ("services.portfolio.app", "services.auth.app")
_WORKERS = tuple(f"services.{service}.worker" for service in SERVICES)
_TRAEFIK = "traefik"
_ALL = (*(f"services.{service}.app" for service in SERVICES), *_WORKERS, "gateway.portal", _TRAEFIK)


def kill_web(scene: Scene) -> None:
    """Kill workers of gunicorn, and their master."""
    victims = itertools.product((-1, 0), _WEB)
    for (place, mark), _ in zip(itertools.cycle(victims), scene.rounds(), strict=False):
        _send(scene, mark, signal.SIGKILL, place)


def kill_workers(scene: Scene) -> None:
    """Kill relays and consumers, which are one process in each service."""
    marks = itertools.cycle(("services.portfolio.worker", "services.analytics.worker", *_WORKERS))
    for _ in scene.rounds(5 * scene.scale.rounds):
        _send(scene, next(marks), signal.SIGKILL)


def kill_gateway(scene: Scene) -> None:
    """Kill Traefik."""
    for _ in scene.rounds():
        _send(scene, _TRAEFIK, signal.SIGKILL)


def kill_zygote(scene: Scene) -> None:
    """Kill the process that all Python processes are forks of: they end with it."""
    for _ in scene.rounds():
        _send(scene, "deploy.local.zygote", signal.SIGKILL)


def crash(scene: Scene) -> None:
    """Have one process crash at each point, as soon as it comes there."""
    for number in scene.rounds(len(CRASH_POINTS)):
        file = scene.site.once / CRASH_POINTS[number]
        file.touch()
        wait_until(lambda file=file: not file.exists())  # type: ignore[misc]


def restart_each(scene: Scene) -> None:
    """Tell each process to end; the next one is told when it is back."""
    for number in scene.rounds(len(_ALL)):
        _send(scene, _ALL[number], signal.SIGTERM)


def keep_auth_down(scene: Scene) -> None:
    """Kill auth's master whenever there is one."""
    for _ in scene.rounds(1):
        deadline = time.monotonic() + scene.scale.outage
        while time.monotonic() < deadline:
            for process in scene.site.product.alive("services.auth.app"):
                _signal(process, signal.SIGKILL)
            time.sleep(0.05)


def freeze_auth(scene: Scene) -> None:
    """Stop auth where it stands; nobody is let in meanwhile."""
    for _ in scene.rounds(1):
        processes = scene.site.product.alive("services.auth.app")
        _each(processes, signal.SIGSTOP)
        try:
            # What auth had answered already may pass yet.
            time.sleep(2)
            before = scene.workload.done
            time.sleep(scene.scale.outage)
            scene.notes.append(f"{scene.workload.done - before} passed while auth hung")
        finally:
            _each(processes, signal.SIGCONT)


def _send(scene: Scene, mark: str, number: signal.Signals, place: int = 0) -> None:
    """Send a signal to one of the processes with `mark`, as soon as there is one."""
    processes = wait_until(lambda: scene.site.product.alive(mark))
    _signal(processes[place], number)


def _each(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        _signal(process, number)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):  # it has ended by itself
        process.send_signal(number)
