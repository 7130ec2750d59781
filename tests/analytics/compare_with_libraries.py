"""Our metrics of AAPL beside those of empyrical-reloaded and ffn, to the printed digit.

By hand, with requirements/compare.txt installed: python -m tests.analytics.compare_with_libraries
It reads the demo's prices, or a file of the same form that is given as an argument.
Compared where a library has a function of the same definition. Where its default differs, the
row says what was passed: both annualise over 252 returns or 365.25 days by default, we over 365
calendar days; empyrical compounds alpha, we multiply it by 252.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import empyrical
import ffn
import numpy as np
import pandas as pd

from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import Request, Track, measure
from services.analytics.domain.series import Series

PRICES = Path(__file__).parents[2] / "deploy" / "demo" / "data" / "prices.csv"
START, END = "2018-01-02", "2022-12-28"
PERCENT = 100
PLAIN = 1


class Row(NamedTuple):
    """One figure of ours beside a library's, and what it is multiplied by when printed."""

    metric: str
    ours: float | None
    function: str
    theirs: float
    scale: int = PERCENT


def closes(prices: Path, symbol: str) -> Series:
    """Read the closes of one symbol."""
    with prices.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[symbol]]
    return Series.of((date.fromisoformat(row["date"]), float(row[symbol])) for row in rows)


def in_window(series: Series) -> "pd.Series[float]":
    """Return the window's closes as the libraries take them."""
    return pd.Series(series.values, index=pd.DatetimeIndex(series.days)).loc[START:END]


def measured(asset: Series, benchmark: Series) -> Metrics:
    """Measure the asset as the service does."""
    request = Request(np.datetime64(START, "D"), np.datetime64(END, "D"))
    return measure(Track.of_unit(asset, asset), request, benchmark)


def growth_rows(metrics: Metrics, prices: "pd.Series[float]") -> Iterator[Row]:
    """Compare returns and drawdown."""
    growth, fall = metrics.growth, metrics.drawdown
    daily = prices.pct_change().dropna()
    # As many returns a year as the window has for 365 of its days: the year of our definition.
    yearly = len(daily) / (metrics.window.days_analyzed / 365)
    cagr = empyrical.cagr(daily, annualization=yearly)
    deepest = empyrical.max_drawdown(daily)
    yield Row(
        "total_return",
        growth.total_return,
        "empyrical.cum_returns_final",
        empyrical.cum_returns_final(daily),
    )
    yield Row(
        "total_return", growth.total_return, "ffn.calc_total_return", ffn.calc_total_return(prices)
    )
    yield Row(
        "annualized_return",
        growth.annualized_return,
        "empyrical.cagr, annualization = returns in 365 days",
        cagr,
    )
    yield Row("max_drawdown", fall.max_drawdown, "empyrical.max_drawdown", deepest)
    yield Row(
        "max_drawdown", fall.max_drawdown, "ffn.calc_max_drawdown", ffn.calc_max_drawdown(prices)
    )
    yield Row(
        "calmar_ratio",
        fall.calmar_ratio,
        "empyrical.cagr / |empyrical.max_drawdown|",
        cagr / -deepest,
        PLAIN,
    )


def dispersion_rows(metrics: Metrics, prices: "pd.Series[float]") -> Iterator[Row]:
    """Compare volatility, the ratios over it and the value at risk."""
    spread, close = metrics.dispersion, float(prices.iloc[-1])
    daily = prices.pct_change().dropna()
    at_risk = empyrical.value_at_risk(daily, cutoff=0.05)
    shortfall = empyrical.conditional_value_at_risk(daily, cutoff=0.05)
    yield Row(
        "volatility",
        spread.volatility,
        "empyrical.annual_volatility",
        empyrical.annual_volatility(daily),
    )
    yield Row(
        "sharpe_ratio",
        spread.sharpe_ratio,
        "empyrical.sharpe_ratio",
        empyrical.sharpe_ratio(daily),
        PLAIN,
    )
    yield Row(
        "sharpe_ratio",
        spread.sharpe_ratio,
        "ffn.calc_sharpe, nperiods=252",
        ffn.calc_sharpe(daily, nperiods=252),
        PLAIN,
    )
    yield Row(
        "sortino_ratio",
        spread.sortino_ratio,
        "empyrical.sortino_ratio",
        empyrical.sortino_ratio(daily),
        PLAIN,
    )
    yield Row("var_95_percentage", spread.var_95_percentage, "empyrical.value_at_risk", at_risk)
    yield Row("var_95", spread.var_95, "empyrical.value_at_risk × close", at_risk * close, PLAIN)
    yield Row(
        "cvar_95",
        spread.cvar_95,
        "empyrical.conditional_value_at_risk × close",
        shortfall * close,
        PLAIN,
    )


def relative_rows(
    metrics: Metrics, prices: "pd.Series[float]", index: "pd.Series[float]"
) -> Iterator[Row]:
    """Compare what is measured against the benchmark."""
    relative = metrics.relative
    daily, market = prices.pct_change().dropna(), index.pct_change().dropna()
    yield Row("beta", relative.beta, "empyrical.beta", empyrical.beta(daily, market), PLAIN)
    yield Row(
        "alpha",
        relative.alpha,
        "empyrical.alpha, annualization=1, × 252",
        empyrical.alpha(daily, market, annualization=1) * 252,
    )
    yield Row("r_squared", relative.r_squared, "pandas corr²", daily.corr(market) ** 2, PLAIN)
    yield Row(
        "tracking_error",
        relative.tracking_error,
        "empyrical.annual_volatility of the differences",
        empyrical.annual_volatility(daily - market),
    )
    yield Row(
        "information_ratio",
        relative.information_ratio,
        "empyrical.excess_sharpe × √252",
        empyrical.excess_sharpe(daily, market) * 252**0.5,
        PLAIN,
    )
    yield Row(
        "information_ratio",
        relative.information_ratio,
        "ffn.calc_information_ratio × √252",
        ffn.calc_information_ratio(daily, market) * 252**0.5,
        PLAIN,
    )


def printed(value: float | None, scale: int) -> str:
    """Return a figure as the API prints it: two decimals, half up."""
    if value is None:
        return "null"
    return f"{(Decimal(repr(float(value))) * scale).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def main(prices_file: Path) -> int:
    """Print the table; return 1 where a printed figure differs."""
    asset, benchmark = closes(prices_file, "AAPL"), closes(prices_file, "SP500")
    metrics, prices = measured(asset, benchmark), in_window(asset)
    found = [
        *growth_rows(metrics, prices),
        *dispersion_rows(metrics, prices),
        *relative_rows(metrics, prices, in_window(benchmark)),
    ]
    lines = ["| metric | ours | library function | theirs | equal |", "|---|---|---|---|---|"]
    differences = 0
    for row in found:
        own, other = printed(row.ours, row.scale), printed(row.theirs, row.scale)
        differences += own != other
        equal = "yes" if own == other else "no"
        lines.append(f"| {row.metric} | {own} | {row.function} | {other} | {equal} |")
    sys.stdout.write("\n".join(lines) + f"\n{len(found)} compared, {differences} differ\n")
    return int(differences > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PRICES))
