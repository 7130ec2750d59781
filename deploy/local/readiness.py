"""Waiting until processes do their work: as long as something moves, and no longer."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import psutil

from deploy.local.errors import RunError
from deploy.local.supervision import Keeper

_POLL: Final = 0.1  # seconds
# What ends so often does not do so for something that passes, as a port that is not free yet.
_DEATHS: Final = 5
_LOOK: Final = 10.0  # seconds between two looks at what moves
_STILL_LOOKS: Final = 6  # in which nothing moved: more would change nothing


def wait_for(keepers: Sequence[Keeper], say: Callable[[str], None], *, look: float = _LOOK) -> None:
    """Wait until the program of each of `keepers` answers, however slow the machine is.

    Args:
        say: is told of each as it becomes ready, and now and then what is waited for.
        look: seconds between two looks at whether something moves.

    Raises:
        RunError: one ends again and again, or none of them does anything any more; with the cause.
    """
    waiting = list(keepers)
    work, still, next_look = 0.0, 0, time.monotonic() + look
    while waiting:
        for keeper in [keeper for keeper in waiting if keeper.program.answers()]:
            waiting.remove(keeper)
            say(f"  {keeper.program.name} is ready")
        for keeper in waiting:
            if keeper.deaths >= _DEATHS:
                raise RunError(_reason(keeper))
        if waiting and time.monotonic() > next_look:
            names = ", ".join(keeper.program.name for keeper in waiting)
            next_look, before, work = time.monotonic() + look, work, _work(waiting)
            still = still + 1 if work == before else 0
            if still == _STILL_LOOKS:
                raise RunError(f"Nothing moves any more. {_reason(waiting[0])}")
            say(f"  waiting for {names}")
        time.sleep(_POLL if waiting else 0)


def _reason(keeper: Keeper) -> str:
    return f"{keeper.complaint()} {keeper.remedy()}".rstrip() + f" More in {keeper.log.path}"


def _work(keepers: Sequence[Keeper]) -> float:
    """Return a number that grows with all that the processes do: CPU seconds, and bytes written."""
    return sum(keeper.log.size + _cpu_seconds(keeper) for keeper in keepers)


def _cpu_seconds(keeper: Keeper) -> float:
    if keeper.process is None:
        return 0.0
    try:
        process = psutil.Process(keeper.process.pid)
        family = [process, *process.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in family)
    except psutil.Error:
        # One of them ended at this moment, which is a move, too.
        return time.monotonic()
