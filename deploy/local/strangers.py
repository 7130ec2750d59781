"""A setting that nobody would read is said before anything starts: `make run WORKER=3`."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final

# The Makefile's own.
_OF_MAKE: Final = frozenset({"B", "BIN", "FROM", "MEND", "OUT", "PYTHON", "T", "TO", "VENV"})
# A blank within a value stands behind a backslash.
_GIVEN_TO_MAKE: Final = re.compile(r"(?<!\S)(?<!\\\s)([A-Za-z_]\w*)=")
# A short name, PORTS or HOSTS, may be any program's.
_SHORTEST: Final = 5
_LIKE: Final = 0.9
# Of sources that may be switched off for now.
_ADDRESSES: Final = "DATA_SOURCE_"


def mistakes(environment: Mapping[str, str], known: Collection[str]) -> dict[str, list[str]]:
    """Return name → what is wrong, of what was given to make and of what looks misspelt.

    Args:
        known: what is read.
    """
    given = set(_GIVEN_TO_MAKE.findall(environment.get("MAKEFLAGS", ""))) - _OF_MAKE
    found = {name: _unknown(name, known) for name in sorted(given.difference(known))}
    for name in sorted(environment.keys() - given.union(known)):
        if len(name) >= _SHORTEST and not name.startswith(_ADDRESSES):
            for like in get_close_matches(name, known, 1, _LIKE):
                found[name] = [f"Nothing reads it: is {like} meant? If it is not ours, unset it."]
    return found


def _unknown(name: str, known: Collection[str]) -> list[str]:
    like = get_close_matches(name, known, 1)
    return [f"There is no such setting{f': is {like[0]} meant?' if like else '.'}"]
