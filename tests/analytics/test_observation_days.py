"""On which days risk is observed, and how many of them are a year."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import codes

RISK = "/api/analytics/risk_metrics/"


def weekdays(first: str, count: int) -> list[str]:
    days = np.busday_offset(np.datetime64(first), np.arange(count), roll="forward")
    return [str(day) for day in days]


def every_day(first: str, count: int) -> list[str]:
    return [str(np.datetime64(first) + number) for number in range(count)]


def swinging(days: list[str], size: float = 0.01, level: float = 100.0) -> dict[str, str]:
    """Closes that rise and fall by turns of three."""
    moves = [size, -size, size / 2]
    return {day: f"{level * (1 + moves[number % 3]):.6f}" for number, day in enumerate(days)}


STOCK = swinging(weekdays("2023-01-02", 300))


def risk(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(RISK, portfolio_id=portfolio, **query)


def holding(desk: Desk, *assets: tuple[str, Mapping[str, str], str, str], cash: str = "") -> int:
    """Return a portfolio that bought on 2023-01-02 at the close: symbol, closes, type, quantity."""
    world, number = desk.world, desk.world.portfolio()
    if cash:
        world.record(number, "DEPOSIT", "2023-01-02", amount=cash)
    for symbol, closes, kind, quantity in assets:
        asset = world.asset(symbol, closes, asset_type=kind)
        traded = {"asset": asset, "quantity": quantity, "price": closes["2023-01-02"]}
        world.record(number, "BUY", "2023-01-02", **traded)  # type: ignore[arg-type]  # mixed
    desk.hear()
    return number


# Valued every half year: +10 %, −5 %, +10 %, −5 %.
HOUSE = {
    "2023-01-02": "100",
    "2023-07-03": "110",
    "2024-01-02": "104.5",
    "2024-07-01": "114.95",
    "2025-01-01": "109.2025",
}
ONE_DAY = ("var_95", "cvar_95", "var_95_percentage")


def test_a_house_is_measured_by_the_frequency_of_its_valuations(desk: Desk) -> None:
    number = holding(desk, ("HOUSE", HOUSE, "REAL_ESTATE", "1"))
    answer = desk.portfolio_metrics(number)
    # p = 4 × 365 / 730 = 2; the deviation of ±7.5 % around 2.5 % is 7.5 % × √(4/3) = 8.6603 %.
    assert answer["observations"] == 4
    assert answer["volatility"] == "12.25"  # 8.6603 % × √2
    assert answer["sharpe_ratio"] == "0.41"  # 2.5 / 8.6603 × √2
    for name in ONE_DAY:
        assert (answer[name], codes(answer, name)) == (None, ["sparse_prices"]), name
    assert "There are 2.00 observations a year only" in str(answer["warnings"])
    found = risk(desk, number)
    assert (found["volatility"], found["risk_level"]) == ("12.25", "MODERATE")
    assert found["var"] == dict.fromkeys(("historical", "parametric", "cornish_fisher"))
    assert (found["cvar"], found["var_99"], found["cvar_99"]) == (None, None, None)
    [contribution] = found["contributions"]
    assert (contribution["risk_contribution"], contribution["marginal_var"]) == ("1.0000", None)
    for name in ("var.historical", "cvar", "var_99", "cvar_99", "contributions.marginal_var"):
        assert codes(found, name) == ["sparse_prices"], name


def test_one_unit_of_a_house_has_the_figures_of_a_portfolio_that_bought_it(desk: Desk) -> None:
    number = holding(desk, ("HOUSE", HOUSE, "REAL_ESTATE", "1"))
    [asset] = desk.world.assets
    assert desk.asset_metrics(asset) == desk.portfolio_metrics(number)


def test_a_short_window_counts_the_closes_of_the_year_to_its_end(desk: Desk) -> None:
    number = holding(desk, ("HOUSE", HOUSE, "REAL_ESTATE", "1"))
    desk.world.record(number, "DEPOSIT", "2024-07-04", amount="1")
    desk.hear()
    # Two days with one valuation: 182.5 a year, but in the year before there were two.
    answer = desk.portfolio_metrics(number, start_date="2024-06-30", end_date="2024-07-02")
    assert codes(answer, "var_95") == ["sparse_prices"]


def test_cash_alone_is_observed_from_monday_to_friday(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    world.record(number, "DEPOSIT", "2024-01-01", amount="1000")
    for day in ("2024-04-01", "2024-07-01", "2024-10-01", "2024-12-30"):
        world.record(number, "INTEREST", day, amount="10")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    # 260 weekdays from 2 January to 30 December, four of them with 10 over 1000, 1010, 1020, 1030.
    moves = np.zeros(260)
    moves[:4] = 10 / 1000, 10 / 1010, 10 / 1020, 10 / 1030
    assert answer["observations"] == 260
    sharpe = moves.mean() / moves.std(ddof=1) * math.sqrt(252)
    assert answer["sharpe_ratio"] == f"{sharpe:.2f}" == "1.98"
    assert (answer["volatility"], answer["var_95"]) == ("1.93", "0.00")


def test_a_dollar_of_flat_crypto_changes_the_risk_by_what_a_dollar_can(desk: Desk) -> None:
    stock = ("ACME", STOCK, "STOCK", "1000")
    coin = ("COIN", dict.fromkeys(every_day("2023-01-02", 420), "1"), "CRYPTO", "1")
    alone, both = holding(desk, stock), holding(desk, stock, coin)
    desk.world.asset("INDEX", swinging(list(STOCK), 0.02), asset_type="INDEX")
    desk.hear()
    one, other = (desk.portfolio_metrics(number, benchmark="INDEX") for number in (alone, both))
    for name in ("observations", "volatility", "sharpe_ratio", "beta", "tracking_error"):
        assert other[name] == one[name], name
    assert float(other["var_95"]) == pytest.approx(float(one["var_95"]), abs=0.02)
    one, other = (risk(desk, number, benchmark="INDEX") for number in (alone, both))
    for name in ("observations", "volatility", "up_capture", "down_capture", "ulcer_index"):
        assert other[name] == one[name], name
    parts = {row["symbol"]: row["risk_contribution"] for row in other["contributions"]}
    assert parts == {"ACME": "1.0000", "COIN": "0.0000"}


def test_a_dollar_of_a_house_does_not_make_a_portfolio_of_stocks_sparse(desk: Desk) -> None:
    stock = ("ACME", STOCK, "STOCK", "1000")
    alone, both = (
        holding(desk, stock),
        holding(desk, stock, ("HOUSE", {"2023-01-02": "1", "2023-09-03": "1"}, "OTHER", "1")),
    )
    one, other = desk.portfolio_metrics(alone), desk.portfolio_metrics(both)
    assert other["volatility"] == one["volatility"]
    assert other["observations"] == one["observations"] == 299
    assert float(other["var_95"]) == pytest.approx(float(one["var_95"]), abs=0.02)


def test_crypto_alone_has_365_days_and_keeps_its_weekends(desk: Desk) -> None:
    days = every_day("2023-01-02", 100)
    number = holding(desk, ("COIN", swinging(days), "CRYPTO", "1"))
    answer = desk.portfolio_metrics(number)
    levels = np.array([float(close) for close in swinging(days).values()])
    deviation = (levels[1:] / levels[:-1] - 1).std(ddof=1)
    assert answer["observations"] == 99
    assert answer["volatility"] == f"{100 * deviation * math.sqrt(365):.2f}"


def test_after_a_stock_is_sold_its_cash_is_observed_from_monday_to_friday(desk: Desk) -> None:
    number = holding(desk, ("ACME", STOCK, "STOCK", "1"), cash="1000")
    [asset] = desk.world.assets
    days = list(STOCK)
    desk.world.record(number, "SELL", days[100], asset=asset, quantity="1", price="100")
    desk.world.record(number, "INTEREST", "2024-02-24", amount="1")  # a Saturday
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["end_date"], answer["observations"]) == ("2024-02-24", 299)


def test_an_alert_watches_figures_of_the_same_days(desk: Desk) -> None:
    holding(desk, ("HOUSE", HOUSE, "REAL_ESTATE", "1"))
    desk.appraise()
    told = [event for event in desk.stand.events() if event.type == "risk-computed"]
    metrics = told[-1].data["metrics"]
    assert (metrics["volatility"], metrics["var_95"], metrics["cvar"]) == ("12.25", None, None)


def test_the_price_of_a_trade_on_a_saturday_is_a_day_of_the_curve_alone(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    fund = world.asset("FUND", {"2024-01-05": "100", "2024-01-08": "104"}, owner=1)
    world.trade_prices(fund, {"2024-01-06": "102"})
    bought = {"asset": fund, "quantity": "1"}
    world.record(number, "BUY", "2024-01-05", price="100", **bought)  # type: ignore[arg-type]  # mixed
    world.record(number, "BUY", "2024-01-06", price="102", **bought)  # type: ignore[arg-type]  # mixed
    desk.hear()
    points = desk.get(f"/api/portfolios/{number}/historical_performance/")["series"]
    assert [point["date"] for point in points] == ["2024-01-05", "2024-01-06", "2024-01-08"]
    answer = desk.portfolio_metrics(number)
    # 204 / (100 + 102), then 208 / 204: one observation, on Monday.
    assert (answer["total_return"], answer["observations"]) == ("2.9703", 1)
