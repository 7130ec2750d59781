import numpy as np
import pytest

from services.analytics.domain.codes import Code, Warning
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Ledger
from services.analytics.domain.remarks import remarks
from services.analytics.domain.series import EMPTY
from services.analytics.domain.valuation import Books, Quotes, Valuation, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import dated, day, entry, ledger, series, usd

NO_RATES = Rates({})
T = EntryType


def books(book: Ledger, *quotes: Quotes, rates: Rates = NO_RATES) -> Books:
    """Books in dollars; the first quotes are asset 1, the next asset 2, …"""
    return Books(book, dict(enumerate(quotes, start=1)), rates, "USD")


def value(book: Ledger, *quotes: Quotes, rates: Rates = NO_RATES) -> Valuation:
    return value_portfolio(books(book, *quotes, rates=rates))


def warnings(book: Ledger, *quotes: Quotes, rates: Rates = NO_RATES) -> list[Warning]:
    valuation = value(book, *quotes, rates=rates)
    days = valuation.days
    return remarks(valuation, books(book, *quotes, rates=rates), days[0], days[-1])


def codes(book: Ledger, *quotes: Quotes, rates: Rates = NO_RATES) -> list[Code]:
    return [warning.code for warning in warnings(book, *quotes, rates=rates)]


def test_without_cash_a_purchase_is_money_from_outside() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1001.0),
        entry("2024-01-02", T.DIVIDEND, asset=1, cash=5.0),
        entry("2024-01-03", T.SELL, asset=1, quantity=4, cash=439.0),
        entry("2024-01-03", T.FEE, cash=-2.0),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 105.0, 110.0)))
    np.testing.assert_array_equal(valued.values, [1000.0, 1050.0, 660.0])
    np.testing.assert_array_equal(valued.inflows, [1001.0, 0.0, 2.0])
    np.testing.assert_array_equal(valued.outflows, [0.0, 5.0, 439.0])
    np.testing.assert_array_equal(valued.cash, [0.0, 0.0, 0.0])


def test_with_cash_only_deposits_and_withdrawals_cross_the_border() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=2000.0),
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1001.0),
        entry("2024-01-02", T.DIVIDEND, asset=1, cash=5.0),
        entry("2024-01-03", T.SELL, asset=1, quantity=4, cash=439.0),
        entry("2024-01-03", T.WITHDRAWAL, cash=-500.0),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 105.0, 110.0)))
    np.testing.assert_array_equal(valued.cash, [999.0, 1004.0, 943.0])
    np.testing.assert_array_equal(valued.values, [1999.0, 2054.0, 1603.0])
    np.testing.assert_array_equal(valued.inflows, [2000.0, 0.0, 0.0])
    np.testing.assert_array_equal(valued.outflows, [0.0, 0.0, 500.0])


def test_cash_begins_on_the_day_of_the_first_deposit_whatever_came_first_that_day() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=1, cash=-100.0),
        entry("2024-01-02", T.BUY, asset=1, quantity=1, cash=-100.0),
        entry("2024-01-02", T.DEPOSIT, cash=300.0),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 100.0)))
    np.testing.assert_array_equal(valued.cash, [0.0, 200.0])
    np.testing.assert_array_equal(valued.inflows, [100.0, 300.0])


def test_a_split_comes_first_on_its_day_and_moves_no_money() -> None:
    # 10 at 100; 4:1 on Tuesday, when 4 of the new shares are sold at 26.
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1000.0),
        entry("2024-01-02", T.SELL, asset=1, quantity=4, cash=104.0),
        entry("2024-01-02", T.SPLIT, asset=1, ratio=4.0),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 26.0)))
    np.testing.assert_array_equal(valued.lines[1].quantities, [10.0, 36.0])
    np.testing.assert_array_equal(valued.values, [1000.0, 936.0])


def test_the_value_before_two_reverse_splits_is_what_it_was() -> None:
    # finance.md: 100 at 10 in 2008, then reverse 1:5 and 1:4; the value in 2008 stays 1,000.
    book = ledger(
        entry("2008-01-02", T.BUY, asset=1, quantity=100, cash=-1000.0),
        entry("2009-06-01", T.SPLIT, asset=1, ratio=0.2),
        entry("2011-06-01", T.SPLIT, asset=1, ratio=0.25),
    )
    closes = dated(d20080102=10.0, d20090601=50.0, d20110601=200.0)
    np.testing.assert_array_equal(value(book, usd(closes)).values, [1000.0, 1000.0, 1000.0])


def test_a_third_of_three_hundred_shares_is_a_hundred() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=300, cash=-300.0),
        entry("2024-01-02", T.SPLIT, asset=1, ratio=1 / 3),
    )
    assert value(book, usd(series("2024-01-01", 1.0, 3.0))).lines[1].quantities[-1] == 100.0


def test_transfers_are_flows_at_market_value() -> None:
    # In at the start of the day, so at the close before it; out at its end, so at its close.
    book = ledger(
        entry("2024-01-01", T.TRANSFER_IN, asset=1, quantity=10),
        entry("2024-01-02", T.TRANSFER_IN, asset=1, quantity=2),
        entry("2024-01-03", T.TRANSFER_OUT, asset=1, quantity=4),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 105.0, 110.0)))
    np.testing.assert_array_equal(valued.inflows, [1000.0, 200.0, 0.0])
    np.testing.assert_array_equal(valued.outflows, [0.0, 0.0, 440.0])


def test_a_transfer_on_the_day_of_a_split_comes_in_at_the_new_price() -> None:
    book = ledger(
        entry("2024-01-01", T.TRANSFER_IN, asset=1, quantity=1),
        entry("2024-01-02", T.SPLIT, asset=1, ratio=4.0),
        entry("2024-01-02", T.TRANSFER_IN, asset=1, quantity=8),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 26.0), splits=dated(d20240102=4.0)))
    np.testing.assert_array_equal(valued.inflows, [100.0, 200.0])


def test_a_transfer_before_the_first_price_comes_in_at_that_price() -> None:
    book = ledger(entry("2024-01-01", T.TRANSFER_IN, asset=1, quantity=2))
    valued = value(book, usd(series("2024-01-03", 50.0, 60.0)))
    np.testing.assert_array_equal(valued.inflows, [100.0, 0.0, 0.0])
    np.testing.assert_array_equal(valued.known().inflows, [100.0, 0.0])


def test_what_comes_in_kind_from_abroad_has_the_close_and_rate_of_the_day_before() -> None:
    book = ledger(
        entry("2024-01-04", T.TRANSFER_IN, asset=1, quantity=10),
        entry("2024-01-05", T.TRANSFER_OUT, asset=1, quantity=4),
    )
    sap = Quotes("SAP.DE", "EUR", dated(d20240102=100.0, d20240104=110.0))
    rates = Rates({"EURUSD": dated(d20240102=1.1, d20240103=1.2, d20240104=1.3, d20240105=1.5)})
    valued = value(book, sap, rates=rates)
    np.testing.assert_allclose(valued.inflows, [10 * 100 * 1.2, 0.0])
    np.testing.assert_allclose(valued.outflows, [0.0, 4 * 110 * 1.5])


def test_what_came_and_went_before_the_first_price_has_that_price_in_its_own_shares() -> None:
    # 4:1 in between: the first close of 30 is 120 of the shares of then.
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=5.0),
        entry("2024-01-02", T.TRANSFER_IN, asset=1, quantity=2),
        entry("2024-01-03", T.TRANSFER_OUT, asset=1, quantity=2),
    )
    quotes = usd(dated(d20240108=30.0), splits=dated(d20240105=4.0))
    valued = value(book, quotes)
    np.testing.assert_array_equal(valued.inflows, [5.0, 240.0, 0.0])
    np.testing.assert_array_equal(valued.outflows, [0.0, 0.0, 240.0])
    np.testing.assert_array_equal(valued.values, [5.0, np.nan, 5.0])


def test_what_is_not_held_has_no_priced_days() -> None:
    book = ledger(
        entry("2024-01-02", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry("2024-01-04", T.SELL, asset=1, quantity=1, cash=10.0),
        entry("2024-01-09", T.BUY, asset=1, quantity=1, cash=-10.0),
    )
    days = value(book, usd(series("2024-01-01", *[10.0] * 8))).days
    assert [str(each) for each in days] == [
        *("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-09", "2024-01-10"),
    ]


def test_cash_that_is_all_gone_is_nothing_and_no_rest_of_rounding() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=0.1),
        entry("2024-01-01", T.DEPOSIT, cash=0.2),
        entry("2024-01-02", T.WITHDRAWAL, cash=-0.3),
    )
    assert value(book).values[-1] == 0.0


def test_an_adjustment_sets_the_quantity_and_is_a_flow_at_market_value() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1000.0),
        entry("2024-01-02", T.ADJUSTMENT, asset=1, quantity=12),
        entry("2024-01-03", T.ADJUSTMENT, asset=1, quantity=5),
    )
    valued = value(book, usd(series("2024-01-01", 100.0, 105.0, 110.0)))
    np.testing.assert_array_equal(valued.lines[1].quantities, [10.0, 12.0, 5.0])
    np.testing.assert_array_equal(valued.inflows, [1000.0, 200.0, 0.0])
    np.testing.assert_array_equal(valued.outflows, [0.0, 0.0, 770.0])


def test_what_is_sold_to_the_last_share_is_worth_nothing() -> None:
    # 0.1 + 0.2 − 0.3 is 5.6e-17 in floating point.
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=0.1, cash=-1.0),
        entry("2024-01-01", T.BUY, asset=1, quantity=0.2, cash=-2.0),
        entry("2024-01-02", T.SELL, asset=1, quantity=0.3, cash=3.0),
    )
    assert value(book, usd(series("2024-01-01", 10.0, 10.0))).values[-1] == 0.0


def test_values_stand_on_the_priced_days_of_all_that_is_held() -> None:
    book = ledger(
        entry("2024-01-02", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry("2024-01-02", T.BUY, asset=2, quantity=1, cash=-20.0),
    )
    valued = value(
        book,
        usd(dated(d20240101=9.0, d20240102=10.0, d20240104=12.0)),
        usd(dated(d20240102=20.0, d20240103=21.0)),
    )
    assert [str(text) for text in valued.days] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    np.testing.assert_array_equal(valued.values, [30.0, 31.0, 33.0])


def test_a_flow_between_two_market_days_keeps_its_own_day() -> None:
    # 6 and 7 January 2024 are a weekend.
    book = ledger(
        entry("2024-01-05", T.DEPOSIT, cash=100.0),
        entry("2024-01-05", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry("2024-01-06", T.DEPOSIT, cash=50.0),
    )
    valued = value(book, usd(dated(d20240105=10.0, d20240108=11.0)))
    np.testing.assert_array_equal(valued.inflows, [100.0, 50.0, 0.0])
    np.testing.assert_array_equal(valued.values, [100.0, 150.0, 151.0])


def test_entries_after_the_last_market_day_are_valued_on_their_own_day() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry("2024-01-03", T.DEPOSIT, cash=50.0),
    )
    valued = value(book, usd(dated(d20240101=10.0, d20240102=11.0)))
    assert valued.days[-1] == day("2024-01-03")
    assert valued.values[-1] == 61.0


def test_cash_alone_has_values_too() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=100.0), entry("2024-02-01", T.INTEREST, cash=1.0)
    )
    np.testing.assert_array_equal(value(book).values, [100.0, 101.0])


def test_an_empty_ledger_has_no_days() -> None:
    assert not len(value(ledger()).days)


def test_a_foreign_holding_is_worth_its_close_at_the_rate_of_the_day() -> None:
    book = ledger(entry("2024-01-02", T.BUY, asset=1, quantity=10, cash=-1100.0))
    sap = Quotes("SAP.DE", "EUR", series("2024-01-02", 100.0, 100.0, 110.0))
    rates = Rates({"EURUSD": dated(d20240102=1.1, d20240104=1.2)})
    np.testing.assert_allclose(value(book, sap, rates=rates).values, [1100.0, 1100.0, 1320.0])


def test_without_a_rate_the_value_is_unknown_and_the_pair_is_named() -> None:
    book = ledger(entry("2024-01-02", T.BUY, asset=1, quantity=10, cash=-1100.0))
    sap = Quotes("SAP.DE", "EUR", series("2024-01-02", 100.0))
    valued = value(book, sap)
    assert np.isnan(valued.values).all()
    [warning] = warnings(book, sap)
    assert warning.code == Code.RATE_MISSING
    assert "EUR to USD" in warning.message


def test_money_is_converted_at_the_rate_of_its_row_or_of_its_day() -> None:
    book = ledger(
        entry("2024-01-02", T.DEPOSIT, cash=100.0, currency="EUR", exchange_rate=1.5),
        entry("2024-01-03", T.DEPOSIT, cash=100.0, currency="EUR", exchange_rate=np.nan),
        entry("2024-01-04", T.DEPOSIT, cash=100.0, currency="USD", exchange_rate=np.nan),
    )
    rates = Rates({"EURUSD": dated(d20240102=1.1)})
    np.testing.assert_allclose(value(book, rates=rates).inflows, [150.0, 110.0, 100.0])


def test_from_money_without_a_rate_on_no_value_is_known() -> None:
    book = ledger(
        entry("2024-01-02", T.DEPOSIT, cash=100.0),
        entry("2024-01-03", T.DEPOSIT, cash=100.0, currency="EUR", exchange_rate=np.nan),
        entry("2024-01-04", T.DEPOSIT, cash=100.0),
    )
    np.testing.assert_array_equal(value(book).values, [100.0, np.nan, np.nan])
    [warning] = warnings(book)
    assert warning.code == Code.RATE_MISSING
    assert "EUR to USD" in warning.message


def test_without_a_price_the_value_is_unknown_until_there_is_one() -> None:
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry("2024-01-02", T.BUY, asset=2, quantity=1, cash=-20.0),
        entry("2024-01-03", T.BUY, asset=1, quantity=1, cash=-12.0),
    )
    quotes = (usd(series("2024-01-01", 10.0, 11.0, 12.0, 13.0)), usd(dated(d20240104=21.0), "LATE"))
    valued = value(book, *quotes)
    np.testing.assert_array_equal(valued.values, [10.0, np.nan, np.nan, 47.0])
    known = valued.known()
    np.testing.assert_array_equal(known.values, [10.0, 47.0])
    np.testing.assert_array_equal(known.inflows, [10.0, 32.0])
    assert codes(book, *quotes) == [Code.PRICE_MISSING]


def test_an_asset_that_is_not_held_needs_no_price() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=10.0), entry("2024-01-01", T.DIVIDEND, asset=1, cash=5)
    )
    np.testing.assert_array_equal(value(book, usd(EMPTY)).values, [15.0])


@pytest.mark.parametrize(("last", "stale"), [("2024-01-12", False), ("2024-01-15", True)])
def test_a_price_more_than_five_weekdays_old_is_named(last: str, stale: bool) -> None:
    # From Friday 5 January, the fifth weekday is Friday 12, the sixth Monday 15.
    book = ledger(
        entry("2024-01-05", T.DEPOSIT, cash=10.0),
        entry("2024-01-05", T.BUY, asset=1, quantity=1, cash=-10.0),
        entry(last, T.DEPOSIT, cash=5.0),
    )
    assert (Code.STALE_PRICE in codes(book, usd(dated(d20240105=10.0)))) is stale


def test_a_split_that_the_ledger_does_not_know_is_named() -> None:
    bought = entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1000.0)
    booked = entry("2024-01-02", T.SPLIT, asset=1, ratio=4.0)
    quotes = usd(series("2024-01-01", 100.0, 25.0), splits=dated(d20240102=4.0))
    assert codes(ledger(bought), quotes) == [Code.SPLIT_NOT_BOOKED]
    assert codes(ledger(bought, booked), quotes) == []


def test_a_split_before_the_purchase_concerns_nobody() -> None:
    bought = entry("2024-01-02", T.BUY, asset=1, quantity=10, cash=-250.0)
    quotes = usd(series("2024-01-01", 100.0, 25.0), splits=dated(d20240102=4.0))
    assert codes(ledger(bought), quotes) == []


def test_negative_cash_is_allowed_and_named() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=5.0),
        entry("2024-01-01", T.BUY, asset=1, quantity=1, cash=-10.0),
    )
    quotes = usd(series("2024-01-01", 10.0))
    assert value(book, quotes).values[0] == 5.0
    assert codes(book, quotes) == [Code.NEGATIVE_CASH]
