"""The systemd unit: systemd takes it, it is shut off, and it starts what is there."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.test_settings_in_tables import names_read

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "systemd" / "finance.service"
_MOST_EXPOSED = 20  # tenths; systemd's own word up to there is OK


def _unit() -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    return unit


def test_it_starts_what_make_run_starts_as_its_own_user() -> None:
    service = _unit()["Service"]
    assert (service["User"], service["Group"]) == ("finance", "finance")
    folder, _, program = service["ExecStart"].partition("/.venv/bin/python ")
    assert (folder, program) == (service["WorkingDirectory"], "-m deploy.local")
    assert service["ExecStart"].split()[-1] in (ROOT / "Makefile").read_text()
    given = dict(it.split("=") for it in service["Environment"].split())
    assert given.keys() <= names_read()
    assert given["RUN_DIR"].startswith(f"/var/lib/{service['StateDirectory']}/")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit with a Python that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NOT TESTED: the unit by systemd, which is not here")
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"/opt/finance/\S+/python", sys.executable, UNIT.read_text()))
    return copy


def test_systemd_understands_it(unit: Path) -> None:
    assert _analyzed("verify", "--man=no", str(unit)) == ""
    unit.write_text(unit.read_text() + "RestartSecs=5\n")
    assert "RestartSecs" in _analyzed("verify", "--man=no", str(unit))


def test_it_is_shut_off(unit: Path) -> None:
    options = ("security", "--offline=true", f"--threshold={_MOST_EXPOSED}", "--no-pager")
    done = subprocess.run(
        ["systemd-analyze", *options, str(unit)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _analyzed(*arguments: str) -> str:
    """Return what systemd complains of in our unit; what it says of the machine's is not ours."""
    done = subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )
    return "\n".join(line for line in done.stderr.splitlines() if UNIT.name in line)
