"""GET /api/analytics/scenario_analysis/: every type, sums to the cent, what is not known."""

from decimal import Decimal
from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import codes, ten_shares

PATH = "/api/analytics/scenario_analysis/"
# Forty weekdays of returns that differ, the market's and those of twice the market.
_MOVES = [0.01, -0.02, 0.015, -0.005] * 10


def prices(times: float) -> dict[str, str]:
    """Return closes from the first days of 2024 on, that move `times` the market."""
    level, found = 100.0, {}
    for i, move in enumerate([0.0, *_MOVES]):
        level *= 1 + times * move
        day = 1 + 7 * (i // 5) + i % 5  # Monday, 1 January 2024, to Friday of each week
        found[f"2024-0{1 + (day > 31) + (day > 60)}-{_of_month(day):02d}"] = f"{level:.8f}"
    return found


def _of_month(day: int) -> int:
    return day - 31 * (day > 31) - 29 * (day > 60)


def scenarios(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(PATH, portfolio_id=portfolio, **query)


def hedged(desk: Desk) -> int:
    """Return a portfolio of twice the market (600), an unknown house (300) and cash (100)."""
    world, number = desk.world, desk.world.portfolio()
    double, last = world.asset("DOUBLE", prices(2.0)), max(prices(2.0))
    house = world.asset("HOUSE", {last: "300"}, sector=None)
    world.asset("SP500", prices(1.0), asset_type="INDEX")
    world.price(double, last, "60")
    world.record(number, "DEPOSIT", last, amount="1000")
    world.record(number, "BUY", last, asset=double, quantity="10", price="60")
    world.record(number, "BUY", last, asset=house, quantity="1", price="300")
    desk.hear()
    return number


def covid(desk: Desk) -> int:
    """Return a portfolio that has prices of 2020 in one of two holdings, and cash."""
    world, number = desk.world, desk.world.portfolio()
    fall = {"2020-02-19": "100", "2020-03-23": "60", "2020-06-01": "100"}
    old = world.asset("OLD", fall)
    young = world.asset("YOUNG", {"2020-06-01": "50"}, sector="Energy")
    world.record(number, "DEPOSIT", "2020-06-01", amount="2000")
    world.record(number, "BUY", "2020-06-01", asset=old, quantity="10", price="100")
    world.record(number, "BUY", "2020-06-01", asset=young, quantity="10", price="50")
    desk.hear()
    return number


def test_a_foreign_holding_is_replayed_at_the_rates_of_the_windows_own_days(desk: Desk) -> None:
    # The last close before the window's end is of Friday; the rate moves on its last day, a Monday.
    world, number = desk.world, desk.world.portfolio()
    fall = {"2020-02-18": "100", "2020-03-20": "60"}
    asset = world.asset("SAP", fall, currency="EUR")
    world.asset("DAX", fall, asset_type="INDEX", currency="EUR")
    rates = {"2020-02-18": "2", "2020-02-19": "1", "2020-03-20": "1", "2020-03-23": "1.5"}
    world.asset("EURUSD", rates, asset_type="CURRENCY")
    row = {"quantity": "10", "price": "60", "currency": "EUR", "exchange_rate": "1"}
    world.record(number, "BUY", "2020-03-20", asset=asset, **row)
    desk.hear()
    answer = scenarios(desk, number, scenario="covid_2020", benchmark="DAX")
    [crash] = answer["scenarios"]
    assert answer["portfolio_value"] == "600.00"
    # 60 × 1.5 / (100 × 1) − 1.
    assert (crash["pnl"], crash["positions"][0]["source"]) == ("-60.00", "history")
    assert crash["benchmark_return"] == "-10.00"


def test_without_a_rate_of_then_a_foreign_holding_has_no_history(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    closes = {"2020-02-19": "100", "2020-03-23": "60", "2020-06-01": "60"}
    asset = world.asset("SAP", closes, currency="EUR")
    # More than five weekdays before the first day of the window.
    world.asset("EURUSD", {"2020-02-11": "1", "2020-03-23": "1"}, asset_type="CURRENCY")
    row = {"quantity": "10", "price": "60", "currency": "EUR", "exchange_rate": "1"}
    world.record(number, "BUY", "2020-06-01", asset=asset, **row)
    desk.hear()
    [crash] = scenarios(desk, number, scenario="covid_2020")["scenarios"]
    assert crash["positions"][0]["source"] == "unmodelled"


def test_the_answer_has_the_fields_of_the_contract_in_its_order(desk: Desk) -> None:
    answer = scenarios(desk, covid(desk), scenario="covid_2020")
    assert list(answer) == [
        *("portfolio", "as_of", "currency", "portfolio_value", "scenarios", "worst"),
        *("benchmark", "warnings"),
    ]
    assert list(answer["scenarios"][0]) == [
        *("id", "name", "type", "method", "window", "benchmark_return", "portfolio_return", "pnl"),
        *("value_after", "positions", "by_sector", "coverage", "simulation", "warnings"),
    ]


def test_each_holding_moves_as_it_did_then(desk: Desk) -> None:
    number = covid(desk)
    [old, young] = desk.world.assets
    answer = scenarios(desk, number, scenario="covid_2020")
    assert (answer["as_of"], answer["portfolio_value"]) == ("2020-06-01", "2000.00")
    [crash] = answer["scenarios"]
    assert (crash["id"], crash["type"], crash["method"]) == ("covid_2020", "historical", "replay")
    assert crash["window"] == {"start": "2020-02-19", "end": "2020-03-23"}
    assert crash["positions"] == [
        {
            "asset": old,
            "symbol": "OLD",
            "value": "1000.00",
            "shock": "-40.00",
            "source": "history",
            "pnl": "-400.00",
            "contribution": "-20.0000",
        },
        {
            "asset": young,
            "symbol": "YOUNG",
            "value": "500.00",
            "shock": None,
            "source": "unmodelled",
            "pnl": None,
            "contribution": None,
        },
    ]
    assert (crash["pnl"], crash["value_after"]) == ("-400.00", "1600.00")
    assert crash["portfolio_return"] == "-20.00"  # 400 of 2000, cash included
    assert crash["by_sector"][0] == {
        "sector": "Technology",
        "value": "1000.00",
        "pnl": "-400.00",
        "contribution": "-20.0000",
    }
    assert crash["by_sector"][1] == {
        "sector": "Energy",
        "value": "500.00",
        "pnl": None,
        "contribution": None,
    }
    assert crash["coverage"]["history"] == "0.6667"
    assert crash["coverage"]["unmodelled"] == "0.3333"
    assert crash["benchmark_return"] is None
    assert codes(crash, "benchmark_return") == ["benchmark_missing"]
    assert codes(crash, "positions") == ["unmodelled"]
    assert answer["benchmark"] is None  # there is no SPY and nothing that stands for it


def test_without_a_type_all_of_the_catalogue_is_answered_and_the_worst_named(desk: Desk) -> None:
    answer = scenarios(desk, covid(desk))
    assert len(answer["scenarios"]) == 10
    assert answer["worst"] == {
        "id": "covid_2020",
        "name": "COVID-19 crash",
        "portfolio_return": "-20.00",
        "pnl": "-400.00",
    }
    unknown = answer["scenarios"][0]
    assert (unknown["id"], unknown["pnl"]) == ("asia_russia_1998", None)
    assert codes(unknown, "pnl") == codes(unknown, "portfolio_return") == ["unmodelled"]


def test_the_catalogue_says_when_each_was(desk: Desk) -> None:
    rows = desk.get("/api/analytics/scenario_analysis/scenarios/")["scenarios"]
    assert len(rows) == 10
    assert rows[2] == {
        "id": "gfc_2007_2009",
        "name": "Global financial crisis",
        "start": "2007-10-09",
        "end": "2009-03-09",
    }


def test_a_market_shock_moves_by_beta_and_names_what_has_none(desk: Desk) -> None:
    number = hedged(desk)
    answer = scenarios(
        desk, number, type="hypothetical", market_shock="-0.2", asset_shock="HOUSE:-0.1"
    )
    [shock] = answer["scenarios"]
    by_symbol = {row["symbol"]: row for row in shock["positions"]}
    assert by_symbol["HOUSE"]["source"] == "asset_shock"
    assert by_symbol["HOUSE"]["pnl"] == "-30.00"
    assert by_symbol["DOUBLE"]["source"] == "beta"
    assert shock["benchmark_return"] == "-20.00"
    total = sum(Decimal(row["pnl"]) for row in shock["positions"])
    assert (Decimal(shock["pnl"]), Decimal(shock["value_after"])) == (total, 1000 + total)
    assert answer["benchmark"] == {"requested": "SPY", "symbol": "SP500"}


def test_a_sector_shock_counts_before_the_markets(desk: Desk) -> None:
    [shock] = scenarios(
        desk, hedged(desk), type="hypothetical", sector_shock="Technology:-0.3", market_shock="0"
    )["scenarios"]
    assert (shock["pnl"], shock["portfolio_return"]) == ("-180.00", "-18.00")  # 30 % of 600
    assert shock["coverage"]["sector_shock"] == "0.6667"


def test_a_currency_shock_compounds_with_that_of_the_price(desk: Desk) -> None:
    world = desk.world
    world.asset("EURUSD", {"2024-01-02": "1.0"}, asset_type="CURRENCY")
    asset, number = world.asset("SAP.DE", {"2024-01-02": "100"}, currency="EUR"), world.portfolio()
    world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="1", price="100", currency="EUR"
    )
    desk.hear()
    [shock] = scenarios(
        desk, number, type="hypothetical", asset_shock="SAP.DE:-0.2", fx_shock="EUR:-0.1"
    )["scenarios"]
    assert shock["pnl"] == "-28.00"  # 0.8 × 0.9


def test_no_shock_at_all_is_exactly_nothing(desk: Desk) -> None:
    [shock] = scenarios(desk, hedged(desk), type="hypothetical")["scenarios"]
    assert (shock["pnl"], shock["portfolio_return"], shock["value_after"]) == (
        *("0.00", "0.00"),
        "1000.00",
    )
    assert {row["pnl"] for row in shock["by_sector"]} == {"0.00"}


def test_cash_alone_loses_nothing_in_the_currencys_decimals(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.world.record(number, "DEPOSIT", "2024-01-02", amount="1000")
    desk.hear()
    [shock] = scenarios(desk, number, type="hypothetical", market_shock="-0.2")["scenarios"]
    assert (shock["pnl"], shock["value_after"]) == ("0.00", "1000.00")


def test_a_shock_on_nothing_that_is_held_is_remarked(desk: Desk) -> None:
    [shock] = scenarios(desk, hedged(desk), type="hypothetical", asset_shock="AAPL:-0.5")[
        "scenarios"
    ]
    assert codes(shock, "asset_shock") == ["shock_unused"]


def test_the_reverse_finds_the_move_that_makes_the_loss(desk: Desk) -> None:
    [found] = scenarios(desk, hedged(desk), type="reverse", target_loss="-0.1")["scenarios"]
    assert (found["type"], found["portfolio_return"]) == ("reverse", "-10.00")
    assert Decimal(found["pnl"]) == -100
    assert Decimal(found["benchmark_return"]) < 0


def test_one_seed_gives_one_future(desk: Desk) -> None:
    number = hedged(desk)
    asked = {"type": "monte_carlo", "horizon_days": "20", "simulations": "500"}
    first, again = (scenarios(desk, number, seed="7", **asked) for _ in range(2))
    other = scenarios(desk, number, seed="8", **asked)
    assert first == again
    assert first["scenarios"][0]["pnl"] != other["scenarios"][0]["pnl"]


def test_a_simulation_says_what_it_is_made_of_and_how_it_may_end(desk: Desk) -> None:
    asked = {"type": "monte_carlo", "horizon_days": "20", "simulations": "500", "model": "gbm"}
    answer = scenarios(desk, hedged(desk), **asked)
    [found] = answer["scenarios"]
    simulation = found["simulation"]
    assert (found["method"], found["positions"], found["coverage"]) == ("gbm", [], None)
    assert (simulation["horizon_days"], simulation["simulations"], simulation["seed"]) == (
        *(20, 500),
        42,
    )
    assert simulation["observations"] == 40
    assert list(simulation["percentiles"]) == ["1", "5", "10", "25", "50", "75", "90", "95", "99"]
    ordered = [Decimal(worth) for worth in simulation["percentiles"].values()]
    assert ordered == sorted(ordered)
    assert Decimal(simulation["cvar_95"]) <= Decimal(simulation["var_95"])
    assert found["value_after"] == simulation["mean"]
    assert codes(found, "simulation") == ["left_out"]  # the house


def test_too_little_history_makes_no_simulation_and_says_so(desk: Desk) -> None:
    answer = scenarios(desk, ten_shares(desk), type="monte_carlo")
    [found] = answer["scenarios"]
    assert (found["simulation"], found["pnl"], answer["worst"]) == (None, None, None)
    assert "no_simulation" in codes(found, "simulation")
    assert codes(found, "pnl") == ["no_simulation"]
    assert codes(answer, "worst") == ["no_result"]


def test_no_days_are_simulated_of_what_has_a_price_now_and_then(desk: Desk) -> None:
    answer = scenarios(desk, covid(desk), type="monte_carlo")
    [found] = answer["scenarios"]
    assert (found["simulation"], found["pnl"]) == (None, None)
    assert codes(found, "simulation") == codes(found, "pnl") == ["sparse_prices"]


@pytest.mark.parametrize("model", ["block_bootstrap", "gbm"])
def test_futures_beyond_every_figure_are_null_and_remarked(desk: Desk, model: str) -> None:
    # Ten percent a day for five years are 10^52 times as much.
    world, number, level = desk.world, desk.world.portfolio(), Decimal(100)
    days, closes = [f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}" for n in range(41)], {}
    for day in days:
        closes[day], level = f"{level:.8f}", level * Decimal("1.1")
    coin = world.asset("COIN", closes, asset_type="CRYPTO")
    world.record(number, "BUY", days[0], asset=coin, quantity="1", price="100")
    desk.hear()
    asked = {"type": "monte_carlo", "horizon_days": "1260", "simulations": "200", "model": model}
    answer = scenarios(desk, number, **asked)
    [found] = answer["scenarios"]
    simulation = found["simulation"]
    assert set(simulation["percentiles"].values()) == {None}
    assert (simulation["mean"], simulation["var_95"], simulation["cvar_95"]) == (None,) * 3
    assert simulation["probability_of_loss"] == "0.0000"
    assert (found["pnl"], found["value_after"], found["portfolio_return"]) == (None,) * 3
    assert codes(found, "simulation") == codes(found, "pnl") == ["too_large"]
    assert (answer["worst"], codes(answer, "worst")) == (None, ["no_result"])


def test_half_a_cent_is_rounded_up_in_every_answer(desk: Desk) -> None:
    # 0.005 + 1.2 is 1.205, and as floats 1.2049999999999998.
    world, number, day = desk.world, desk.world.portfolio(), "2024-01-02"
    for symbol, price in (("A", "0.005"), ("B", "1.2")):
        asset = world.asset(symbol, {day: price})
        world.record(number, "BUY", day, asset=asset, quantity="1", price=price)
    desk.hear()
    [shock] = (answer := scenarios(desk, number, type="hypothetical"))["scenarios"]
    assert (answer["portfolio_value"], shock["value_after"]) == ("1.21", "1.21")
    assert desk.get("/api/analytics/risk_metrics/", portfolio_id=number)["value"] == "1.21"
    [point] = desk.get(f"/api/portfolios/{number}/historical_performance/")["series"]
    assert point["value"] == "1.21"


def test_the_end_of_the_window_is_the_day_of_the_holdings(desk: Desk) -> None:
    number = covid(desk)
    [old, _] = desk.world.assets
    desk.world.price(old, "2020-07-01", "200")
    desk.hear()
    later = scenarios(desk, number, scenario="covid_2020")
    before = scenarios(desk, number, scenario="covid_2020", end_date="2020-06-30")
    assert (later["as_of"], later["scenarios"][0]["pnl"]) == ("2020-07-01", "-800.00")
    assert (before["as_of"], before["scenarios"][0]["pnl"]) == ("2020-06-01", "-400.00")


def test_a_portfolio_without_a_value_has_no_scenarios_and_says_so(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.hear()
    answer = scenarios(desk, number)
    assert (answer["as_of"], answer["portfolio_value"], answer["scenarios"]) == (None, None, [])
    assert codes(answer, "portfolio_value") == ["no_valuation"]
    assert codes(answer, "worst") == ["no_result"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"type": "astrology"}, "type"),
        ({"scenario": "covid_2020,nosuch"}, "scenario"),
        ({"method": "guess"}, "method"),
        ({"market_shock": "-0.2"}, "market_shock"),  # without its type
        ({"type": "hypothetical", "market_shock": "-20"}, "market_shock"),
        ({"type": "hypothetical", "sector_shock": "Technology"}, "sector_shock"),
        ({"type": "hypothetical", "asset_shock": "A:-0.1,A:-0.2"}, "asset_shock"),
        ({"type": "hypothetical", "scenario": "covid_2020"}, "scenario"),
        ({"type": "reverse"}, "target_loss"),
        ({"type": "reverse", "target_loss": "0.2"}, "target_loss"),
        ({"type": "monte_carlo", "simulations": "1000000"}, "simulations"),
        ({"type": "monte_carlo", "horizon_days": "0"}, "horizon_days"),
        ({"benchmark": "NOSUCH"}, "benchmark"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(desk: Desk, query: dict[str, str], named: str) -> None:
    number = covid(desk)
    answer = desk.stand.client().get(PATH, query_string={"portfolio_id": number, **query})
    assert answer.status_code == 400
    assert f"'{named}'" in answer.get_json()["details"]["message"]
