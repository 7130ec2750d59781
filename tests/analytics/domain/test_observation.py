import numpy as np
import pytest

from services.analytics.domain.ledger import Held
from services.analytics.domain.observation import Calendar, Frequency, Holding, choose, frequency
from services.analytics.domain.series import ALWAYS, Days, Series, Spans
from services.analytics.domain.valuation import Quotes
from shared.finance.entries import EntryType
from tests.analytics.domain.build import calendar, day, entry, ledger, weekdays

BASE, LAST = day("2024-01-01"), day("2024-03-29")  # 88 days, 64 weekdays after the first


def priced(days: Days, kind: str = "STOCK", trades: Days | None = None) -> Quotes:
    closes = Series(days, np.ones(len(days)))
    if trades is None:
        return Quotes("ACME", "USD", closes, asset_type=kind)
    return Quotes("ACME", "USD", closes, asset_type=kind, trade_days=trades)


def always(quotes: Quotes) -> Holding:
    return Holding(quotes, ALWAYS)


def held(quotes: Quotes, first: str, until: str) -> Holding:
    return Holding(quotes, Spans(np.array([day(first)]), np.array([day(until)])))


def chosen(*holdings: Holding) -> Calendar:
    return choose(holdings, BASE, LAST)


STOCK = priced(weekdays(64)[weekdays(64) != day("2024-02-19")])  # a holiday
COIN = priced(calendar(89), "CRYPTO")
HOUSE = priced(np.array([day("2023-06-03"), day("2024-02-03")]), "REAL_ESTATE")


def test_days_are_those_of_what_is_traded_and_not_of_crypto_or_a_house() -> None:
    found = chosen(always(COIN), always(STOCK), always(HOUSE))
    np.testing.assert_array_equal(found.days, STOCK.closes.days[1:])
    assert (found.periods, found.closes) == (252, None)


def test_without_stocks_crypto_has_its_days_and_365_of_them() -> None:
    found = chosen(always(COIN), always(HOUSE))
    np.testing.assert_array_equal(found.days, COIN.closes.days[1:])
    assert (found.periods, found.closes) == (365, None)


def test_what_is_valued_now_and_then_has_the_days_of_all_that_is_held() -> None:
    fund = priced(np.array([day("2024-01-31"), day("2024-02-29")]), "MUTUAL_FUND")
    found = chosen(always(HOUSE), always(fund))
    assert [str(each) for each in found.days] == ["2024-01-31", "2024-02-03", "2024-02-29"]
    # 3 in the 59 days to the last of them, counted in a window of 88.
    assert frequency(found, found.days, BASE, LAST) == Frequency(3 * 365 / 59, is_sparse=True)


def test_cash_alone_has_weekdays_to_the_end_of_the_window() -> None:
    found = chosen()
    np.testing.assert_array_equal(found.days, weekdays(65)[1:])
    assert frequency(found, found.days, BASE, LAST) == Frequency(252.0, is_sparse=False)


def test_while_nothing_of_the_chosen_kind_is_held_there_are_weekdays() -> None:
    # Crypto is held all the time; the stock from its holiday's week on for two weeks.
    found = chosen(always(COIN), held(STOCK, "2024-02-16", "2024-03-01"))
    expected = weekdays(65)[1:]
    np.testing.assert_array_equal(found.days, expected[expected != day("2024-02-19")])
    assert found.periods == 252


def test_a_price_of_a_trade_on_a_weekend_makes_no_day() -> None:
    saturday, sunday, tuesday = day("2024-01-06"), day("2024-01-07"), day("2024-01-09")
    traded = np.array([saturday, tuesday])
    fund = priced(np.array([saturday, sunday, tuesday]), "OTHER", traded)
    np.testing.assert_array_equal(chosen(always(fund)).days, [sunday, tuesday])


@pytest.mark.parametrize(
    ("closes", "is_often"),
    [
        (calendar(89)[::2], True),  # 182 a year
        (calendar(89)[::3], False),  # 122 a year
        (calendar(89)[60:], True),  # counted from its first close on
    ],
)
def test_often_is_half_of_all_trading_days(closes: Days, is_often: bool) -> None:
    assert (chosen(always(priced(closes))).closes is None) is is_often


def test_a_window_under_sixty_days_asks_the_year_before_its_end() -> None:
    # Priced on both days of the window, and on four of the year.
    days = np.array(["2023-06-01", "2023-09-01", "2024-03-28", "2024-03-29"], "M8[D]")
    short = choose([always(priced(days))], day("2024-03-27"), LAST)
    assert short.closes is not None
    found = frequency(short, short.days, day("2024-03-27"), LAST)
    assert found == Frequency(2 * 365 / 2, is_sparse=True)


def test_what_is_held_is_held_from_the_end_of_one_day_to_that_of_another() -> None:
    book = ledger(
        entry("2024-01-02", EntryType.BUY, asset=1, quantity=1),
        entry("2024-01-04", EntryType.SELL, asset=1, quantity=1),
        entry("2024-01-05", EntryType.BUY, asset=1, quantity=1),
        entry("2024-01-05", EntryType.SELL, asset=1, quantity=1),
        entry("2024-01-08", EntryType.BUY, asset=1, quantity=2),
    )
    found: Held = book.held[1]
    assert [str(each) for each in found.spans.starts] == ["2024-01-02", "2024-01-08"]
    assert [str(each) for each in found.spans.stops] == ["2024-01-04", "9999-12-31"]
    days = calendar(10)
    np.testing.assert_array_equal(found.spans.part(days), days[[1, 2, 7, 8, 9]])
    np.testing.assert_array_equal(found.spans.cover(days), found.on(days) != 0.0)
