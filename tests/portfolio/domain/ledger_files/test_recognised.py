"""A file that is sent as another program's is told whose it is."""

from pathlib import Path

import pytest

from services.portfolio.domain import ledger_files
from services.portfolio.domain.ledger_files import Said, formats
from shared.files import FileRefused

EXAMPLES = Path(__file__).parents[2] / "examples"
# Everything in it has its usual name.
READ_AS_IT_IS = "trade_republic"


def hint(format: str, content: bytes, said: Said) -> str:
    """Return what is said of another format; nothing is nothing."""
    try:
        notes = ledger_files.read(format, content, said).notes
    except FileRefused as refused:
        return refused.message
    return "".join(note.message for note in notes if note.code == "other_format")


NAMES = sorted(
    layout.name for layout in formats.LAYOUTS if (EXAMPLES / f"{layout.name}.csv").exists()
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_preview", [True, False])
def test_a_file_of_a_program_is_recognised(name: str, is_preview: bool) -> None:
    content, said = (EXAMPLES / f"{name}.csv").read_bytes(), Said(is_preview=is_preview)
    other = "revolut" if name == "schwab" else "schwab"
    if name == READ_AS_IT_IS:
        assert hint("generic", content, said) == ""
        assert hint(other, content, said).endswith(" format=generic reads it.")
    else:
        assert hint("generic", content, said).endswith(f" format={name} reads it.")
        assert hint(other, content, said).endswith(f" format={name} reads it.")
    assert hint(name, content, said) == ""


def test_a_table_of_nobody_is_not() -> None:
    content = b"date,type,symbol,quantity,price,Broker\n2024-01-02,BUY,NINE,1,2,x\n"
    assert hint("generic", content, Said()) == ""
    assert "format=" not in hint("degiro", content, Said())
