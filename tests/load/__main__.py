"""All measurements that need nothing that runs, one after the other; `make bench`.

    make bench                     # all: some forty minutes
    make bench B="reads idle"      # some of them

What is compared side by side comes first. A figure in brackets is what the owner wants.
"""

import argparse
import os
import subprocess
import sys
from typing import Final

# By what they compare with or load, in the order in which they are run.
MEASUREMENTS: Final = {
    "beside_peer": "the everyday calls beside a plain Django build of the same",
    "by_process": "what each process spends on an everyday call",
    "compare_with_libraries": "figures beside empyrical, ffn, pyxirr and TA-Lib",
    "analytics_arithmetic": "arithmetic beside the same in other libraries",
    "bulk_rows": "bulks of transactions beside COPY",
    "bulk_prices": "bulks of prices beside COPY",
    "reads": "CPU of the everyday reads, in process",
    "writes": "CPU of a recorded transaction, in process",
    "authorize": "CPU of the gateway's question to auth, in process",
    "gateway": "CPU of the way in",
    "page": "what the web page weighs and costs the browser",
    "idle": "start, rest and memory of everything",
    "overload": "ten times as many requests as it can answer, for a minute",
    "starvation": "what one user's dearest requests do to another",
    "long_import": "a job of 20,000 rows, and who waits for it",
    "events": "events through relay, broker and consumer",
    "growth": "reads by the length of ledgers and the number of portfolios",
    "asset_search": "search over many assets",
    "alert_rules": "prices by many alert rules",
    "revaluation": "revaluation of many portfolios by one price",
    "webhook_endpoints": "deliveries to many endpoints",
}
_ELSEWHERE: Final = {"compare_with_libraries": "tests.analytics"}
# Those that import what we compare with; it has a virtual environment of its own.
_BESIDE_LIBRARIES: Final = {"compare_with_libraries", "analytics_arithmetic"}


def main() -> None:
    """Run the chosen ones; one that fails is said at the end, and the others go on."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("chosen", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    chosen = parser.parse_args().chosen or list(MEASUREMENTS)
    if unknown := set(chosen) - MEASUREMENTS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}, but {', '.join(MEASUREMENTS)}")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    failed = []
    for name in chosen:
        print(f"\n== {name}: {MEASUREMENTS[name]}; load {os.getloadavg()[0]:.1f}", flush=True)
        module = f"{_ELSEWHERE.get(name, 'tests.load')}.{name}"
        python = os.environ["OTHERS"] if name in _BESIDE_LIBRARIES else sys.executable
        if subprocess.run([python, "-m", module], env=environment, check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"error: these ended with an error, printed above: {', '.join(failed)}")


if __name__ == "__main__":
    main()
