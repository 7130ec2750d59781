from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.codes import Code
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.chart import Chart, draw
from services.analytics.domain.indicators.formulas import Lines
from services.analytics.domain.indicators.names import DEFAULT, KINDS, parse
from services.analytics.domain.packing import History, PriceDay
from services.analytics.domain.series import EMPTY, Series
from tests.analytics.domain.build import day, floats
from tests.analytics.domain.indicators.build import bars, closes, walk

ALL = parse(KINDS)


def lines(chart: Chart, name: str) -> Lines:
    found = chart.indicators[name]
    assert found is not None
    return found


@settings(max_examples=20)
@given(st.integers(0, 119), st.integers(0, 119))
def test_no_value_depends_on_the_window(first: int, last: int) -> None:
    prices = walk(120)
    whole = draw(prices, ALL)
    part = draw(prices, ALL, prices.days[first], prices.days[last])
    np.testing.assert_array_equal(part.days, prices.days[first : last + 1])
    for name in KINDS:
        for line, values in lines(part, name).items():
            np.testing.assert_array_equal(values, lines(whole, name)[line][first : last + 1])


def test_no_value_depends_on_later_days() -> None:
    prices = walk(120)
    early = draw(prices.only(np.arange(120) < 70), ALL)
    whole = draw(prices, ALL)
    for name in KINDS:
        for line, values in lines(early, name).items():
            np.testing.assert_allclose(values, lines(whole, name)[line][:70], rtol=1e-12)


def test_no_price_is_changed() -> None:
    prices = walk(120)
    kept = [column.copy() for column in (prices.close, prices.high, prices.low, prices.volume)]
    draw(prices, ALL)
    for column, before in zip(
        (prices.close, prices.high, prices.low, prices.volume), kept, strict=True
    ):
        np.testing.assert_array_equal(column, before)


def test_the_default_set_has_its_lines_on_every_day() -> None:
    chart = draw(walk(300), parse(DEFAULT))
    assert list(chart.indicators) == list(DEFAULT)
    assert list(lines(chart, "macd")) == ["macd", "signal", "histogram"]
    assert list(lines(chart, "bollinger_20_2")) == ["upper", "middle", "lower"]
    assert all(len(line) == 300 for name in DEFAULT for line in lines(chart, name).values())
    assert chart.warnings == ()


@pytest.mark.parametrize(
    ("name", "needed"),
    [("atr_14", "high and low"), ("obv", "volume"), ("mfi", "high and low, volume")],
)
def test_without_what_it_reads_an_indicator_is_not_there_and_says_so(
    name: str, needed: str
) -> None:
    chart = draw(closes(*range(1, 60)), parse([name, "sma_5"]))
    assert chart.indicators[name] is None
    assert chart.latest[name] is None
    [warning] = chart.warnings
    assert (warning.field, warning.code) == (f"indicators.{name}", Code.INPUT_MISSING)
    assert warning.message.endswith(f"needed: {needed}.")


def test_a_day_without_a_high_is_passed_over() -> None:
    full = walk(60)
    gap = np.arange(60) == 30
    high = np.where(gap, np.nan, full.high)
    [found] = lines(draw(replace(full, high=high), parse(["atr_14"])), "atr_14").values()
    [alone] = lines(draw(full.only(~gap), parse(["atr_14"])), "atr_14").values()
    assert np.isnan(found[30])
    np.testing.assert_array_equal(found[~gap], alone)


def test_a_history_too_short_is_remarked() -> None:
    chart = draw(closes(1, 2, 3), parse(["sma_5", "sma_2"]))
    assert [(w.field, w.code) for w in chart.warnings] == [
        ("indicators.sma_5", Code.NO_INDICATOR_VALUE)
    ]


def test_without_prices_there_is_nothing_and_no_error() -> None:
    chart = draw(closes(), ALL)
    assert len(chart.days) == 0
    assert chart.signals == ()


def test_the_latest_values_are_those_of_the_last_day_of_the_window() -> None:
    prices = closes(1, 2, 6, 4)
    chart = draw(prices, parse(["sma_2"]), end=prices.days[2])
    assert chart.latest == {"sma_2": {"value": 4.0}}


def test_a_window_before_the_history_is_empty() -> None:
    chart = draw(closes(1, 2, 3), parse(["sma_2"]), day("2000-01-01"), day("2000-02-01"))
    assert len(chart.days) == 0
    assert np.isnan(chart.latest["sma_2"]["value"])  # type: ignore[index]  # it is there


def test_prices_and_volumes_are_in_shares_of_after_all_splits() -> None:
    history = History.of(
        [
            PriceDay(date(2024, 1, 1), 100.0, high=104.0, low=96.0, volume=10.0),
            PriceDay(date(2024, 1, 2), 26.0, high=27.0, low=25.0, volume=40.0),
        ]
    )
    splits = Series(np.array(["2024-01-02"], dtype="datetime64[D]"), floats(4.0))
    found = Bars.of(history, splits)
    np.testing.assert_array_equal(found.close, [25.0, 26.0])
    np.testing.assert_array_equal(found.high, [26.0, 27.0])
    np.testing.assert_array_equal(found.low, [24.0, 25.0])
    np.testing.assert_array_equal(found.volume, [40.0, 40.0])
    np.testing.assert_array_equal(Bars.of(history, EMPTY).close, [100.0, 26.0])


def said(prices: Bars, *names: str) -> dict[str, str]:
    return {s.indicator: s.signal for s in draw(prices, parse(names)).signals}


def test_an_oscillator_over_its_level_is_overbought_and_under_it_oversold() -> None:
    up, down = [float(n) for n in range(1, 40)], [float(n) for n in range(40, 1, -1)]
    names = ("rsi_14", "mfi_14", "stochastic", "williams_r", "cci")
    assert set(said(bars(up, up, up, up), *names).values()) == {"overbought"}
    assert set(said(bars(down, down, down, up), *names).values()) == {"oversold"}
    assert len(said(bars(up, up, up, up), *names)) == 5


def test_a_close_above_its_average_is_bullish() -> None:
    assert said(closes(1, 2, 3), "sma_2") == {"sma_2": "bullish"}
    assert said(closes(3, 2, 1), "sma_2") == {"sma_2": "bearish"}
    assert said(closes(0.1, 0.1, 0.1, 0.1), "sma_3", "wma_3", "ema_3") == {}


def test_signals_are_those_of_the_last_day_of_the_window() -> None:
    prices = closes(1, 2, 3, 4, 3, 2, 1)
    [signal] = draw(prices, parse(["rsi_2"]), end=prices.days[3]).signals
    assert signal.signal == "overbought"


def test_macd_speaks_on_the_day_its_histogram_changes_sign() -> None:
    turn = [100.0 - n * n / 50 for n in range(40)] + [90.0]
    assert said(closes(*turn), "macd") == {"macd": "bullish_crossover"}
    assert said(closes(*turn, 91.0), "macd") == {}
    assert said(closes(*[200.0 - value for value in turn]), "macd") == {"macd": "bearish_crossover"}


def test_a_close_out_of_its_bands_breaks_out() -> None:
    assert said(closes(*[10.0, 11.0] * 10, 20.0), "bollinger") == {"bollinger": "breakout_up"}
    assert said(closes(*[10.0, 11.0] * 10, 1.0), "bollinger") == {"bollinger": "breakout_down"}
    assert said(closes(*[10.0, 11.0] * 10), "bollinger") == {}
