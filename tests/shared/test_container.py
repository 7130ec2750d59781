"""A container's first process heeds SIGTERM from its start on."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Says what it was told, and who handles SIGTERM now.
SLOW = """
import signal, sys, time
print(__name__, sys.argv[1:], signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, flush=True)
time.sleep(60)
"""
HANDLED = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n" + SLOW


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Return variables with which two modules are found."""
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "handled.py").write_text(HANDLED)
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize(("module", "status"), [("slow", 128 + signal.SIGTERM), ("handled", 0)])
def test_sigterm_ends_a_module_that_has_no_handler_yet_and_then_as_the_module_says(
    environment: Mapping[str, str], module: str, status: int
) -> None:
    command = [sys.executable, "-m", "shared.container", module, "migrate", "--all"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "__main__ ['migrate', '--all'] False\n"
        process.terminate()
        assert process.wait(timeout=30) == status


def test_a_module_ends_as_it_would_by_itself(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "shared.container", "shared.no_such_module"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"No module named shared.no_such_module" in done.stderr
