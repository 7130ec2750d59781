"""The page of imports names everything that a file may have."""

from pathlib import Path

import pytest

from services.portfolio.domain.ledger_files import LAYOUTS, generic
from shared.files import DELIMITERS, ENCODINGS
from shared.finance.entries import EntryType
from shared.finance.money import MINOR_CURRENCIES

PAGE = (Path(__file__).parents[2] / "docs" / "import-export.md").read_text(encoding="utf-8")
NAMES: dict[str, list[str]] = {
    "columns": [column.name for column in generic.LAYOUT.columns],
    "formats": [layout.name for layout in LAYOUTS],
    "types": list(EntryType),
    "encodings": list(ENCODINGS),
    "delimiters": [name for name in DELIMITERS if len(name) > 1],
    "minor currencies": list(MINOR_CURRENCIES),
}


@pytest.mark.parametrize("what", NAMES)
def test_the_page_of_imports_names_all(what: str) -> None:
    absent = [name for name in NAMES[what] if f"`{name}`" not in PAGE and f"={name}`" not in PAGE]
    assert absent == []
