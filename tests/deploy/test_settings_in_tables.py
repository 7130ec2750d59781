"""Every setting that anything reads stands in a table of README.md or docs/operating.md."""

import re
from pathlib import Path

from deploy.local import settings
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    *(ROOT / "services").glob("*/settings.py"),
    ROOT / "shared" / "settings.py",
    ROOT / "shared" / "http" / "gunicorn_settings.py",
    ROOT / "gateway" / "portal" / "settings.py",
    ROOT / "deploy" / "local" / "settings.py",
)
_READ = re.compile(r'(?:\benv\.\w+|environ\.get)\(\s*"([A-Z_]+)"')
_OF_THE_SYSTEM = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_ALL|TZ|.*_PROXY|SSL_.*|REQUESTS_CA_BUNDLE")
_FIRST_CELL = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
# A device of the tests of crashes.
_OF_TESTS = {"FAULT_AT"}


def test_every_setting_stands_in_a_table() -> None:
    read = {name for file in READERS for name in _READ.findall(file.read_text())}
    read |= {name for name in settings.PASSED_ON if not _OF_THE_SYSTEM.fullmatch(name.upper())}
    read |= {f"{service.upper()}_URL" for service in SERVICES}
    pages = [ROOT / "README.md", ROOT / "docs" / "operating.md"]
    cells = [cell for page in pages for cell in _FIRST_CELL.findall(page.read_text())]
    told = {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert len(read) > 35
    assert read - told == _OF_TESTS
