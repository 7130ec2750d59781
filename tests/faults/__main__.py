"""All faults under load, on both brokers; `make faults`.

make faults                                   # 5,000 operations for each: hours
make faults FAULTS="kill_web broker_stopped"  # some of them
make faults BUS=nats OPERATIONS=500 SEED=7
"""

import argparse
import os
import random
import signal
import sys

from tests.faults import runs, table
from tests.faults.faults import FAULTS
from tests.faults.scene import Scale

_BUSES = {"nats": ["nats"], "rabbitmq": ["rabbitmq"], "both": ["nats", "rabbitmq"]}
_SAID = ("MAKEFLAGS", "FAULTS", "BUS", "OPERATIONS", "ROUNDS", "OUTAGE", "SEED")
_HEARTBEAT = 20  # seconds, as `make run` has it


def main() -> None:
    """Play the chosen faults, print a line for each, and keep the lines in the page."""
    options = _options()
    # What make passes on is said to us, and not to what is started here.
    for name in _SAID:
        os.environ.pop(name, None)
    # Whoever ends this ends what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scale = Scale(options.operations, options.rounds, options.outage)
    print(f"seed {options.seed}, {scale}, load {os.getloadavg()[0]:.1f}\n", flush=True)
    print(table.markdown([]), end="", flush=True)
    lines = []
    for bus in _BUSES[options.bus]:
        for line in runs.lines(bus, options.faults, scale, options.seed, _HEARTBEAT):
            print(f"| {' | '.join(line)} |", flush=True)
            lines.append(line)
            table.keep([line])
    sys.exit(any(line[table.HEAD.index("kept")] == "no" for line in lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--bus", choices=_BUSES, default="both")
    parser.add_argument("--operations", type=int, default=5000, help="of each fault, at least")
    parser.add_argument("--rounds", type=int, default=10, help="how often each fault happens")
    parser.add_argument("--outage", type=float, default=60, help="seconds that a broker is away")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    options.faults = options.faults or list(FAULTS)
    if unknown := set(options.faults) - FAULTS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}, but {', '.join(FAULTS)}")
    return options


if __name__ == "__main__":
    main()
