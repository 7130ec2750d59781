"""What everything costs while nobody asks: a second start, CPU and memory of all processes.

    .venv/bin/python -m tests.load.idle

Needs nothing that runs: it starts the whole product twice in one folder. Memory is proportional:
what several processes share is counted once.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from tests.e2e.conftest import Product, started

MIB = 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=int, default=15, help="seconds left to come to rest")
    parser.add_argument("--seconds", type=int, default=60, help="of rest that are measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with started(Path(folder)):
            pass
        began = time.monotonic()
        with started(Path(folder)) as product:
            print(f"second start, until Ready: {time.monotonic() - began:.1f} s (10)")
            time.sleep(options.settle)
            before = _cpu(product)
            time.sleep(options.seconds)
            after = _cpu(product)
            used = sum(after[process] - before[process] for process in after if process in before)
            print(f"idle: {used / options.seconds:.1%} of a core (2 %)")
            _print_memory(product)


def _cpu(product: Product) -> dict[psutil.Process, float]:
    return {process: sum(process.cpu_times()[:2]) for process in _processes(product)}


def _print_memory(product: Product) -> None:
    by_name: dict[str, list[float]] = defaultdict(list)
    for process in _processes(product):
        by_name[process.name()].append(process.memory_full_info().pss / MIB)
    total, count = sum(map(sum, by_name.values())), sum(map(len, by_name.values()))
    print(f"memory: {total:.0f} MiB of {count} processes (800)")
    for name, each in sorted(by_name.items(), key=lambda item: -sum(item[1])):
        print(f"  {sum(each):4.0f} MiB  {len(each):2} × {name}")


def _processes(product: Product) -> list[psutil.Process]:
    return [product.launcher, *product.launcher.children(recursive=True)]


if __name__ == "__main__":
    main()
