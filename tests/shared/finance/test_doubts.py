"""What is doubtful of a value, and how it is said."""

from collections.abc import Mapping
from datetime import date

import pytest

from shared.finance.doubts import OF_HISTORY, OF_NOW, Doubt, doubt_of_price


@pytest.mark.parametrize(
    ("day", "doubt"),
    [(None, Doubt.PRICE_MISSING), (date(2024, 1, 4), Doubt.STALE_PRICE), (date(2024, 1, 5), None)],
)
def test_a_price_is_missing_stale_or_in_order(day: date | None, doubt: Doubt | None) -> None:
    assert doubt_of_price(day, oldest_fresh=date(2024, 1, 5)) == doubt


@pytest.mark.parametrize("messages", [OF_NOW, OF_HISTORY])
def test_every_doubt_has_its_words_of_now_and_of_history(messages: Mapping[Doubt, str]) -> None:
    assert set(messages) == set(Doubt)


def test_both_speak_alike_of_a_split() -> None:
    assert OF_NOW[Doubt.SPLIT_NOT_BOOKED] == OF_HISTORY[Doubt.SPLIT_NOT_BOOKED]
