"""What each process spends on an everyday call through the gateway: CPU milliseconds.

    make bench B=by_process

Needs `wrk` (Debian: apt install wrk), and nothing that runs. The whole product with the rows of
`beside_peer` is asked on eight connections, with quotas of no limit; then purchases are recorded
one by one. What goes on behind the reads (events, valuations) is counted, too: leave it the time to
settle. What follows from the purchases is part of what they cost.
"""

import argparse
import re
import time
from collections import Counter
from typing import Final

import psutil

from tests.load.beside_peer import Side, our_side, recorded, requested, require_wrk

READS: Final = ("list", "detail", "positions", "metrics")
_SHOWN: Final = 14  # processes
# What a process is called here, by its command line.
_NAMES: Final = {
    r"services\.(\w+)\.app": r"\1",
    r"services\.(\w+)\.worker": r"\1's worker",
    "traefik": "gateway",
    r"postgres: \w+ (\w+) ": r"\1's database",
    "postgres": "PostgreSQL",
    "nats-server": "NATS",
}


def main() -> None:
    """Measure and print a line for each call, the dearest process first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=6, help="of each measurement")
    parser.add_argument("--settle", type=int, default=30, help="seconds before the first")
    parser.add_argument("--follow", type=int, default=6, help="seconds after the purchases")
    options = parser.parse_args()
    require_wrk()
    with our_side() as side:
        time.sleep(options.settle)
        for read in READS:
            before = _cpu(side)
            count, _ = requested(side, read, options.seconds)
            _print(read, _cpu(side), before, count)
        before = _cpu(side)
        count, _ = recorded(side, options.seconds)
        time.sleep(options.follow)
        _print("purchase", _cpu(side), before, count)


def _print(call: str, after: Counter[str], before: Counter[str], count: int) -> None:
    spent = Counter(after)
    spent.subtract(before)
    shares = [f"{name} {used / count:.2f}" for name, used in spent.most_common(_SHOWN)]
    print(f"{call:10} {spent.total() / count:5.2f}: {', '.join(shares)}", flush=True)


def _cpu(side: Side) -> Counter[str]:
    """Return the milliseconds of CPU that the living processes have used, by name."""
    used: Counter[str] = Counter()
    for process in side.family():
        try:
            used[_name(process)] += round(sum(process.cpu_times()[:2]) * 1000)
        except psutil.NoSuchProcess:
            continue
    return used


def _name(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    for pattern, name in _NAMES.items():
        if match := re.search(pattern, command):
            return match.expand(name)
    return "others"


if __name__ == "__main__":
    main()
