"""What is doubtful of a value, and how it is said."""

from collections.abc import Mapping
from datetime import date

import pytest

from shared.finance.doubts import OF_HISTORY, OF_NOW, Doubt, doubts_of_price


@pytest.mark.parametrize(
    ("day", "of_trade", "doubts"),
    [
        (None, False, [Doubt.PRICE_MISSING]),
        (date(2024, 1, 4), False, [Doubt.STALE_PRICE]),
        (date(2024, 1, 5), False, []),
        (date(2024, 1, 5), True, [Doubt.TRADE_PRICE]),
        (date(2024, 1, 4), True, [Doubt.STALE_PRICE, Doubt.TRADE_PRICE]),
    ],
)
def test_a_price_is_missing_stale_a_trades_or_in_order(
    day: date | None, of_trade: bool, doubts: list[Doubt]
) -> None:
    assert doubts_of_price(day, date(2024, 1, 5), of_trade=of_trade) == doubts


@pytest.mark.parametrize("messages", [OF_NOW, OF_HISTORY])
def test_every_doubt_has_its_words_of_now_and_of_history(messages: Mapping[Doubt, str]) -> None:
    assert set(messages) == set(Doubt)


def test_both_speak_alike_of_a_split() -> None:
    assert OF_NOW[Doubt.SPLIT_NOT_BOOKED] == OF_HISTORY[Doubt.SPLIT_NOT_BOOKED]
