"""Why a process does not come up: one line out of all that it wrote, and the remedy we know."""

import json
import re
from collections.abc import Iterator
from typing import Final

_LONGEST: Final = 300  # characters
_TRACEBACK: Final = "Traceback (most recent call last):"
# PostgreSQL, NATS ("[FTL]"), Traefik ("ERR") and gunicorn ("[ERROR]"), then anybody.
_GRAVE: Final = (
    re.compile(r"\b(?:PANIC|FATAL|FTL|CRITICAL)\b[\]:]*\s*(.+)"),
    re.compile(r"\b(?:ERROR|ERR)\b[\]:]*\s*(.+)"),
    re.compile(r"((?:\S* )?(?:error|panic): .+)"),
)
_HARMLESS: Final = ("debug", "info")
_REMEDIES: Final = {
    r"No space left on device|ENOSPC": "Make room on the disk.",
    r"[Aa]ddress already in use": "Another program has its port: start again, and it has another.",
    r"No module named": "Install the packages: make run.",
    r"Too many open files": "Allow more open files: ulimit -n 4096.",
    r"MemoryError|Cannot allocate memory|SIGKILL": "The memory may be used up.",
    r"too many clients|remaining connection slots": (
        "Raise max_connections of that server, or lower WORKERS."
    ),
    r"database files are incompatible": (
        "RUN_DIR was made by another version of PostgreSQL: start that, or choose another RUN_DIR."
    ),
    r"Can't locate revision": (
        "The databases were made by a newer version of this program: start that."
    ),
}


def cause(output: str) -> str:
    """Return the line of `output` that says most about its end, "" for one that says nothing.

    That is the last exception, else the last line that calls itself an error, else the last one.
    """
    lines = [line for text in output.splitlines() for line in _spoken(text) if line.strip()]
    exceptions = list(_exceptions(lines))
    graves = (
        match[1] for grave in _GRAVE for line in reversed(lines) if (match := grave.search(line))
    )
    reason = exceptions[-1] if exceptions else next(graves, lines[-1] if lines else "")
    return reason.strip()[:_LONGEST]


def remedy(output: str) -> str:
    """Return how to mend what `output` complains of, "" when we don't know."""
    return next((words for sign, words in _REMEDIES.items() if re.search(sign, output)), "")


def _spoken(line: str) -> Iterator[str]:
    """Yield what a line of our JSON logs complains of, an exception line by line."""
    try:
        entry = json.loads(line)
        level, event = entry["level"], entry["event"]
    except (ValueError, TypeError, KeyError):
        yield line
        return
    if level not in _HARMLESS:
        yield f"{level.upper()}: {event}"
        yield from entry.get("exception", "").splitlines()


def _exceptions(lines: list[str]) -> Iterator[str]:
    """Yield the line after each traceback: the exception itself."""
    is_inside = False
    for line in lines:
        if line.strip() == _TRACEBACK:
            is_inside = True
        elif is_inside and not line.startswith(" "):
            is_inside = False
            yield line
