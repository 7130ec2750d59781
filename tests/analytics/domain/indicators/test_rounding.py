"""No comparison of prices is decided by what floats make of decimals."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.indicators import formulas
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.chart import draw
from services.analytics.domain.indicators.names import parse
from services.analytics.domain.packing import History, PriceDay
from services.analytics.domain.series import Series
from tests.analytics.domain.build import floats, weekdays
from tests.analytics.domain.indicators.build import bars, closes

CENTS = st.integers(1, 1_000_000)


def split_in_three() -> Series:
    """A split 3:1 on the second of the days of `weekdays`."""
    return Series(weekdays(2)[1:], floats(3.0))


def test_a_typical_price_that_is_yesterdays_is_neither_inflow_nor_outflow() -> None:
    # (9.94 + 9.98 + 10.08) / 3 and (9.96 + 9.98 + 10.06) / 3 are 10; in floats the second is more.
    prices = bars([10.08, 10.06, 9.9], [9.94, 9.96, 9.6], [9.98, 9.98, 9.75], [100.0] * 3)
    assert prices.typical[0] < prices.typical[1]
    # Only the third day flows, and it flows out.
    assert formulas.mfi(prices, 2)[-1] == 0.0


def test_a_close_that_a_split_leaves_where_it_was_moves_no_volume() -> None:
    # 99.9 before a split 3:1 is 33.3 after it; in floats the quotient is more.
    history = History.of(
        [
            PriceDay(date, price, price, price, price, volume)
            for date, price, volume in zip(
                weekdays(2).tolist(), (99.9, 33.3), (10.0, 40.0), strict=True
            )
        ]
    )
    prices = Bars.of(history, split_in_three())
    assert prices.close[0] != prices.close[1]
    assert formulas.obv(prices).tolist() == [0.0, 0.0]
    assert np.isnan(formulas.williams_r(prices, 2)).all()


def test_equal_moves_up_and_down_in_cents_have_no_direction() -> None:
    # Up 10.05 − 10 and down 9.28 − 9.23 are 0.05 each; in floats the first is more.
    found = formulas.adx(bars([10.0, 10.05, 10.1], [9.28, 9.23, 9.18], [9.5] * 3), 2)
    assert (found["plus_di"][-1], found["minus_di"][-1]) == (0.0, 0.0)


def test_an_oscillator_on_its_level_says_nothing() -> None:
    # Seven rises of 0.10 and three falls of 0.10: RSI 70.
    moves = [1, 1, 1, -1, 1, 1, -1, 1, 1, -1]
    prices = closes(*(round(5.3 + sum(moves[:n]) / 10, 1) for n in range(11)))
    chart = draw(prices, parse(["rsi_10"]))
    latest = chart.latest["rsi_10"]
    assert latest is not None
    np.testing.assert_allclose(latest["value"], 70.0, rtol=1e-12)
    assert chart.signals == ()


@settings(max_examples=200)
@given(st.lists(st.tuples(CENTS, CENTS, CENTS), min_size=2, max_size=30))
def test_directions_are_those_of_whole_cents(days: list[tuple[int, int, int]]) -> None:
    rows = [sorted(cents) for cents in days]
    columns = [[cents / 100 for cents in column] for column in zip(*rows, strict=True)]
    prices = bars(columns[2], columns[0], columns[1], [1.0] * len(rows))
    closed = np.array([row[1] for row in rows])
    np.testing.assert_array_equal(np.diff(formulas.obv(prices)), np.sign(np.diff(closed)))
    typical = np.array([sum(row) for row in rows])
    rises = np.diff(typical) > 0
    moved = np.diff(typical) != 0
    flows = (typical[1:] * rises).sum(), (typical[1:] * moved).sum()
    found = formulas.mfi(prices, len(rows) - 1)[-1]
    np.testing.assert_allclose(found, 100 * flows[0] / flows[1] if flows[1] else np.nan)


@settings(max_examples=200)
@given(
    st.decimals("0.01", "99999", places=2), st.integers(2, 30), st.sampled_from([1, 10, 100, 1000])
)
def test_a_price_that_is_the_same_after_a_split_is_the_same(
    price: Decimal, ratio: int, scale: int
) -> None:
    before, after = float(price * ratio * scale), float(price * scale)
    history = History.of(
        [
            PriceDay(weekdays(2)[0].item(), before, before, before, before, 1.0),
            PriceDay(weekdays(2)[1].item(), after, after, after, after, 1.0),
        ]
    )
    prices = Bars.of(history, Series(weekdays(2)[1:], floats(ratio)))
    assert formulas.obv(prices)[-1] == 0.0
    assert np.isnan(formulas.true_range(prices)[0])
    assert formulas.true_range(prices)[1] == 0.0
