"""Our figures beside those of other libraries, of every demo asset.

Metrics beside empyrical-reloaded and ffn, over twenty windows; indicators beside TA-Lib, on every
day that both have a value, in parts of the close, of 100 or of all the volume.

    make bench    # or, in an environment with requirements/compare.txt:
    python -m tests.analytics.compare_with_libraries

A line of the table says how far apart a figure of ours and of a library were at most. Under
`SAME` they are one definition and may differ by rounding only; elsewhere the line gives the reason.
Where a library's definition is ours but for a parameter, it is passed and named.
"""

import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

import empyrical
import ffn
import numpy as np
import pandas as pd
import pyxirr
import talib

from deploy.demo import files
from services.analytics.domain import returns
from services.analytics.domain.indicators.bars import Bars
from services.analytics.domain.indicators.names import parse
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import measure
from services.analytics.domain.series import Floats, Series
from services.analytics.domain.track import Request, Track
from services.analytics.domain.valuation import Quotes

WINDOWS: Final = 20
BENCHMARK: Final = "SP500"
SAME: Final = 1e-9  # of the figure as a fraction, or of a ratio
SEED: Final = 20240102
_YEAR_OF_DAYS: Final = "it takes 252 returns for a year, we take 365 days"
_JULIAN_YEAR: Final = "its year has 365.25 days, ours 365"
_LATER_START: Final = "its fast average starts as late as the slow one, ours with its own SMA"

Prices = pd.Series


class Row(NamedTuple):
    """One figure of ours beside a library's; without a reason both are one definition."""

    metric: str
    ours: float | None
    function: str
    theirs: float
    reason: str = ""


def closes() -> dict[str, Series]:
    """Return the closes of every asset of the demo."""
    return {
        symbol: Series.of((bar.date, float(bar.close)) for bar in bars)
        for symbol, bars in files.prices().items()
    }


def windows(known: Series) -> Iterator[tuple[np.datetime64, np.datetime64]]:
    """Yield twenty windows of market days, from a year's length to all there is."""
    random = np.random.default_rng(SEED)
    last = len(known.days) - 1
    yield known.days[0], known.days[-1]
    for _ in range(WINDOWS - 1):
        length = int(random.integers(260, last))
        start = int(random.integers(0, last - length + 1))
        yield known.days[start], known.days[start + length]


def within(known: Series, start: np.datetime64, end: np.datetime64) -> Prices:
    """Return the closes of a window as the libraries take them."""
    part = known.between(start, end)
    return Prices(part.values, index=pd.DatetimeIndex(part.days))


def growth_rows(metrics: Metrics, prices: Prices) -> Iterator[Row]:
    """Compare returns and drawdown."""
    growth, fall = metrics.growth, metrics.drawdown
    daily = prices.pct_change().dropna()
    total, annual = growth.total_return, growth.annualized_return
    # As many returns a year as the window has for 365 of its days: the year of our definition.
    yearly = len(daily) / (metrics.window.days_analyzed / 365)
    deepest = empyrical.max_drawdown(daily)
    cagr = empyrical.cagr(daily, annualization=yearly)
    yield Row(
        "total_return", total, "empyrical.cum_returns_final", empyrical.cum_returns_final(daily)
    )
    yield Row("total_return", total, "ffn.calc_total_return", ffn.calc_total_return(prices))
    yield Row("annualized_return", annual, "empyrical.cagr, returns in 365 days", cagr)
    yield Row("annualized_return", annual, "empyrical.cagr", empyrical.cagr(daily), _YEAR_OF_DAYS)
    yield Row("annualized_return", annual, "ffn.calc_cagr", ffn.calc_cagr(prices), _JULIAN_YEAR)
    yield Row("max_drawdown", fall.max_drawdown, "empyrical.max_drawdown", deepest)
    yield Row(
        "max_drawdown", fall.max_drawdown, "ffn.calc_max_drawdown", ffn.calc_max_drawdown(prices)
    )
    calmar = fall.calmar_ratio
    yield Row(
        "calmar_ratio", calmar, "empyrical.cagr, returns in 365 days, / drawdown", cagr / -deepest
    )
    yield Row(
        "calmar_ratio",
        calmar,
        "empyrical.calmar_ratio",
        empyrical.calmar_ratio(daily),
        _YEAR_OF_DAYS,
    )
    yield Row(
        "calmar_ratio", calmar, "ffn.calc_calmar_ratio", ffn.calc_calmar_ratio(prices), _JULIAN_YEAR
    )


def dispersion_rows(metrics: Metrics, prices: Prices) -> Iterator[Row]:
    """Compare volatility, the ratios over it and the value at risk."""
    spread, close = metrics.dispersion, float(prices.iloc[-1])
    daily = prices.pct_change().dropna()
    at_risk = empyrical.value_at_risk(daily, cutoff=0.05)
    money = np.nan if spread.var_95 is None else spread.var_95 / close
    sharpe, sortino = spread.sharpe_ratio, spread.sortino_ratio
    yield Row(
        "volatility",
        spread.volatility,
        "empyrical.annual_volatility",
        empyrical.annual_volatility(daily),
    )
    yield Row("sharpe_ratio", sharpe, "empyrical.sharpe_ratio", empyrical.sharpe_ratio(daily))
    yield Row(
        "sharpe_ratio",
        sharpe,
        "ffn.calc_sharpe, nperiods=252",
        ffn.calc_sharpe(daily, nperiods=252),
    )
    yield Row("sortino_ratio", sortino, "empyrical.sortino_ratio", empyrical.sortino_ratio(daily))
    yield Row(
        "sortino_ratio",
        sortino,
        "ffn.calc_sortino_ratio, nperiods=252",
        ffn.calc_sortino_ratio(daily, nperiods=252),
    )
    yield Row("var_95", spread.var_95_percentage, "empyrical.value_at_risk", at_risk)
    yield Row("var_95", money, "empyrical.value_at_risk × close", at_risk)


def relative_rows(metrics: Metrics, prices: Prices, index: Prices) -> Iterator[Row]:
    """Compare what is measured against the benchmark, where both have the same days."""
    daily, market = prices.pct_change().dropna(), index.pct_change().dropna()
    relative = metrics.relative
    if not daily.index.equals(market.index):
        return
    simple = empyrical.alpha(daily, market, annualization=1)
    yield Row("beta", relative.beta, "empyrical.beta", empyrical.beta(daily, market))
    yield Row("alpha", relative.alpha, "empyrical.alpha, annualization=1, × 252", simple * 252)
    yield Row(
        "alpha",
        relative.alpha,
        "empyrical.alpha",
        empyrical.alpha(daily, market),
        "it compounds a day's alpha, we multiply it by 252",
    )


def money_weighted_rows(prices: Prices) -> Iterator[Row]:
    """Compare the rate of as much bought every tenth day and sold at the end."""
    bought = prices.iloc[:-1:10]
    amounts = np.append(np.full(len(bought), -100.0), (100.0 / bought).sum() * prices.iloc[-1])
    days = np.append(bought.index.values, prices.index.values[-1]).astype("datetime64[D]")
    theirs = pyxirr.xirr(days.tolist(), amounts.tolist())
    yield Row("money_weighted_return", returns.xirr(days, amounts), "pyxirr.xirr", theirs or np.nan)


def bars(known: Series) -> Bars:
    """Return a history with the highs, lows and volumes that the demo's lacks, made from a seed."""
    random = np.random.default_rng(SEED)
    close, count = known.values, len(known.days)
    above, below = random.uniform(0.0, 0.02, (2, count))
    volume = random.integers(1, 1_000_000, count).astype(np.float64)
    return Bars(known.days, close, close * (1.0 + above), close * (1.0 - below), volume)


def talib_lines(prices: Bars) -> Iterator[tuple[str, str, Floats, Floats, str]]:
    """Yield name, line, TA-Lib's values, their size, and the reason why ours are others."""
    high, low, close, volume = prices.high, prices.low, prices.close, prices.volume
    hundred, traded = np.full(len(close), 100.0), np.full(len(close), volume.sum())
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    # It leaves out the %K before the first %D, of which one that smooths nothing has none.
    slow_k, _ = talib.STOCH(high, low, close, 14, 3, 0, 1, 0)
    _, slow_d = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    yield "sma_20", "value", talib.SMA(close, 20), close, ""
    yield "ema_26", "value", talib.EMA(close, 26), close, ""
    yield "wma_20", "value", talib.WMA(close, 20), close, ""
    yield "rsi_14", "value", talib.RSI(close, 14), hundred, ""
    yield "macd", "macd", talib.EMA(close, 12) - talib.EMA(close, 26), close, ""
    yield "macd", "macd", talib.MACD(close, 12, 26, 9)[0], close, _LATER_START
    for line, theirs in (("upper", upper), ("middle", middle), ("lower", lower)):
        yield "bollinger_20_2", line, theirs, close, ""
    yield "atr_14", "value", talib.ATR(high, low, close, 14), close, ""
    yield "adx_14", "adx", talib.ADX(high, low, close, 14), hundred, ""
    yield "adx_14", "plus_di", talib.PLUS_DI(high, low, close, 14), hundred, ""
    yield "adx_14", "minus_di", talib.MINUS_DI(high, low, close, 14), hundred, ""
    yield "stochastic", "k", slow_k, hundred, ""
    yield "stochastic", "d", slow_d, hundred, ""
    yield "cci_20", "value", talib.CCI(high, low, close, 20), hundred, ""
    yield "mfi_14", "value", talib.MFI(high, low, close, volume, 14), hundred, ""
    yield "williams_r_14", "value", talib.WILLR(high, low, close, 14), hundred, ""
    yield "roc_12", "value", talib.ROC(close, 12), hundred, ""
    yield "obv", "value", talib.OBV(close, volume) - volume[0], traded, ""


def indicator_rows(prices: Bars) -> Iterator[Row]:
    """Compare indicators, each by the day on which both are furthest apart."""
    for name, line, theirs, size, reason in talib_lines(prices):
        [indicator] = parse([name])
        ours = indicator.lines(prices)[line]
        furthest = float(np.nanmax(np.abs(ours - theirs) / size))
        # Where both begin on the same day they have the same warm-up.
        if not reason and np.isfinite(ours).argmax() != np.isfinite(theirs).argmax():
            furthest = np.inf
        yield Row(f"{name} {line}".removesuffix(" value"), furthest, "TA-Lib", 0.0, reason)


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    known = closes()
    for symbol, asset in known.items():
        yield from indicator_rows(bars(asset))
        track = Track.of_unit(Quotes(symbol, "USD", asset))
        for start, end in windows(asset):
            metrics = measure(track, Request(start, end), known[BENCHMARK])
            prices = within(asset, start, end)
            yield from growth_rows(metrics, prices)
            yield from money_weighted_rows(prices)
            yield from dispersion_rows(metrics, prices)
            yield from relative_rows(metrics, prices, within(known[BENCHMARK], start, end))


def main() -> int:
    """Print the largest difference of each comparison; return 1 where one has no reason."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in rows():
        ours = np.nan if row.ours is None else row.ours
        same = np.isnan(ours) and np.isnan(row.theirs)
        key = row.metric, row.function, row.reason
        found.setdefault(key, []).append(0.0 if same else abs(ours - row.theirs))
    print("| metric | library | compared | largest difference | reason |\n|---|---|---|---|---|")
    for (metric, function, reason), apart in found.items():
        print(
            f"| {metric} | {function} | {len(apart)} | {max(apart):.1e} | {reason or 'rounding'} |"
        )
    return int(any(not max(d) <= SAME for (_, _, reason), d in found.items() if not reason))


if __name__ == "__main__":
    sys.exit(main())
