"""Every setting that anything reads stands in a table of README.md or docs/operations.md."""

import re
from pathlib import Path

from deploy.local import settings
from shared.settings import SERVICES, environment

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    *(ROOT / "services").glob("*/settings.py"),
    ROOT / "shared" / "settings.py",
    ROOT / "shared" / "http" / "gunicorn_settings.py",
    ROOT / "gateway" / "portal" / "settings.py",
    ROOT / "deploy" / "local" / "settings.py",
)
_READ = re.compile(r'(?:\benv\.\w+|environ\.get)\(\s*"([A-Z_]+)"')
_FIRST_CELL = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)


def names_read() -> set[str]:
    """Return the name of every setting that anything reads."""
    read = {name for file in READERS for name in _READ.findall(file.read_text())}
    env = environment()
    for read_chosen in settings.READ_BY_SERVICES:
        read_chosen(env)
    return read | {*env.dump(), *(f"{service.upper()}_URL" for service in SERVICES)}


def test_every_setting_stands_in_a_table() -> None:
    pages = [ROOT / "README.md", ROOT / "docs" / "operations.md"]
    cells = [cell for page in pages for cell in _FIRST_CELL.findall(page.read_text())]
    told = {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}
    read = names_read()
    assert len(read) > 40
    assert read - told == set()
