"""Texts that a spreadsheet would run."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.files import bare, defused

BEGINNINGS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\u200b\ufeff\u00a0\u2060\u3164\u00ad"


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_what_might_begin_a_formula_stands_behind_an_apostrophe(beginning: str) -> None:
    assert defused(f"{beginning}1+1") == f"'{beginning}1+1"


@pytest.mark.parametrize("text", ["", "1+1", "-12.5", "a=b", "Ölwerke AG"])
def test_other_texts_and_numbers_stay(text: str) -> None:
    assert defused(text) == text


@given(st.text())
@example("'")
@example("''=1")
@example("'tis")
@example("-5")
@example("'-5")
def test_every_text_comes_back(text: str) -> None:
    assert bare(defused(text)) == text
