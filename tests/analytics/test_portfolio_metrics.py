"""GET /api/portfolios/{id}/performance_metrics/: fields, formats, numbers by hand, nulls."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk

# The original's sample, in its order, and what was added after it.
ORIGINAL = [
    *("total_return", "total_return_percentage", "annualized_return", "volatility"),
    *("sharpe_ratio", "max_drawdown", "var_95", "beta", "alpha", "sortino_ratio", "calmar_ratio"),
    *("start_date", "end_date", "days_analyzed"),
]
ADDED = [
    *("benchmark", "currency", "observations", "risk_free_rate", "money_weighted_return"),
    *("cvar_95", "var_95_percentage", "tracking_error", "information_ratio", "r_squared"),
    *("max_drawdown_peak", "max_drawdown_trough", "max_drawdown_recovery", "warnings"),
]
# Daily returns +10 %, −10 %, +10 %; base value 10 × 100.
UP_DOWN_UP = {
    "2024-01-02": "100",
    "2024-01-03": "110",
    "2024-01-04": "99",
    "2024-01-05": "108.9",
}
# Half of each: +5 %, −5 %, +5 %.
HALF = {
    "2024-01-02": "1000",
    "2024-01-03": "1050",
    "2024-01-04": "997.5",
    "2024-01-05": "1047.375",
}


def ten_shares(desk: Desk, prices: dict[str, str] = UP_DOWN_UP, **portfolio: str) -> int:
    """Return a portfolio that bought ten shares on the first day at its close."""
    day = min(prices)
    asset = desk.world.asset("ACME", prices)
    number = desk.world.portfolio(**portfolio)  # type: ignore[arg-type]
    desk.world.record(number, "BUY", day, asset=asset, quantity="10", price=prices[day])
    desk.hear()
    return number


def codes(answer: dict[str, object], name: str) -> list[str]:
    """Return the codes of the warnings on one field."""
    warnings = answer["warnings"]
    assert isinstance(warnings, list)
    return [warning["code"] for warning in warnings if name in warning["fields"]]


def test_the_answer_has_the_fields_of_the_original_and_then_ours_in_order(desk: Desk) -> None:
    answer = desk.portfolio_metrics(ten_shares(desk))
    assert list(answer) == ORIGINAL + ADDED


def test_a_ledger_of_four_days_gives_the_numbers_worked_out_by_hand(desk: Desk) -> None:
    answer = desk.portfolio_metrics(ten_shares(desk))
    figures = {name: value for name, value in answer.items() if name != "warnings"}
    # Mean return 1/30, deviation √(0.08/3/2) = 0.115470, quantile at 0.05·2 between −0.1 and 0.1.
    assert figures == {
        "total_return": "8.9000",  # 1.1 × 0.9 × 1.1 = 1.089
        "total_return_percentage": "8.90",
        "annualized_return": None,
        "volatility": "183.30",  # 0.115470 × √252
        "sharpe_ratio": "4.58",  # 0.033333 / 0.115470 × √252
        "max_drawdown": "-10.00",
        "var_95": "-87.12",  # −0.08 × 1089
        "beta": None,
        "alpha": None,
        "sortino_ratio": "9.17",  # 0.033333 / √(0.01/3) × √252
        "calmar_ratio": None,
        "start_date": "2024-01-02",
        "end_date": "2024-01-05",
        "days_analyzed": 3,
        "benchmark": None,
        "currency": "USD",
        "observations": 3,
        "risk_free_rate": "0.00",
        "money_weighted_return": "3199227.53",  # 1.089^(365/3) − 1
        "cvar_95": "-108.90",  # −0.1 × 1089
        "var_95_percentage": "-8.00",
        "tracking_error": None,
        "information_ratio": None,
        "r_squared": None,
        "max_drawdown_peak": "2024-01-03",
        "max_drawdown_trough": "2024-01-04",
        "max_drawdown_recovery": None,  # 1.089 stays under 1.1
    }


def test_every_null_figure_is_named_by_a_warning(desk: Desk) -> None:
    answer = desk.portfolio_metrics(ten_shares(desk))
    reasons = {name: codes(answer, name) for name, value in answer.items() if value is None}
    assert reasons == {
        "annualized_return": ["period_under_one_year"],
        "calmar_ratio": ["period_under_one_year"],
        "beta": ["no_benchmark"],
        "alpha": ["no_benchmark"],
        "tracking_error": ["no_benchmark"],
        "information_ratio": ["no_benchmark"],
        "r_squared": ["no_benchmark"],
        "max_drawdown_recovery": ["not_recovered"],
        "benchmark": [],  # nothing to compute: it was not asked for
    }


def test_a_reason_is_said_once_for_all_figures(desk: Desk) -> None:
    warnings = desk.portfolio_metrics(ten_shares(desk))["warnings"]
    assert [(warning["field"], warning["fields"], warning["code"]) for warning in warnings] == [
        (
            "annualized_return",
            ["annualized_return", "calmar_ratio"],
            "period_under_one_year",
        ),
        ("max_drawdown_recovery", ["max_drawdown_recovery"], "not_recovered"),
        (
            "beta",
            ["beta", "alpha", "r_squared", "tracking_error", "information_ratio"],
            "no_benchmark",
        ),
    ]


def test_a_whole_year_is_annualised(desk: Desk) -> None:
    # 365 days from 100 over 80 to 120: the year's rate is the return itself.
    prices = {"2023-01-02": "100", "2023-07-03": "80", "2024-01-02": "120"}
    answer = desk.portfolio_metrics(ten_shares(desk, prices))
    assert answer["annualized_return"] == "20.00"
    assert answer["money_weighted_return"] == "20.00"
    assert answer["calmar_ratio"] == "1.00"  # 20 % / 20 %
    assert answer["max_drawdown_recovery"] == "2024-01-02"


def test_the_window_starts_at_the_last_value_on_or_before_its_first_day(desk: Desk) -> None:
    number = ten_shares(desk)
    answer = desk.portfolio_metrics(number, start_date="2024-01-04", end_date="2024-01-07")
    assert (answer["start_date"], answer["end_date"]) == ("2024-01-04", "2024-01-05")
    assert answer["total_return"] == "10.0000"
    assert codes(answer, "volatility") == ["insufficient_observations"]


def test_a_window_before_the_history_begins_is_cut_and_says_so(desk: Desk) -> None:
    answer = desk.portfolio_metrics(ten_shares(desk), start_date="2020-01-01")
    assert answer["start_date"] == "2024-01-02"
    assert codes(answer, "start_date") == ["history_starts_later"]


def test_an_empty_portfolio_has_no_valuation_and_no_figures(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["total_return"], answer["start_date"], answer["days_analyzed"]) == (
        None,
        None,
        0,
    )
    assert codes(answer, "total_return_percentage") == ["no_valuation"]
    assert codes(answer, "var_95") == ["no_valuation"]


def test_money_has_the_minor_unit_of_the_portfolios_currency(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("7203.T", UP_DOWN_UP, currency="JPY")
    number = world.portfolio(currency="JPY")
    world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100", currency="JPY"
    )
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert (answer["currency"], answer["var_95"], answer["cvar_95"]) == ("JPY", "-87", "-109")


def test_the_riskless_rate_is_taken_from_every_return(desk: Desk) -> None:
    answer = desk.portfolio_metrics(ten_shares(desk), risk_free_rate="0.0525")
    # 1.0525^(1/252) − 1 = 0.00020306; (0.0333333 − 0.0002031) / 0.1154701 × √252 = 4.5547
    assert answer["sharpe_ratio"] == "4.55"
    assert answer["risk_free_rate"] == "0.0525"


def test_a_portfolio_of_crypto_alone_has_365_periods_a_year(desk: Desk) -> None:
    asset = desk.world.asset("BTC", UP_DOWN_UP, asset_type="CRYPTO")
    number = desk.world.portfolio()
    desk.world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    desk.hear()
    assert desk.portfolio_metrics(number)["volatility"] == "220.61"  # √(0.04/3 × 365)


def test_cash_counts_and_deposits_are_no_return(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("ACME", UP_DOWN_UP)
    number = world.portfolio()
    world.record(number, "DEPOSIT", "2024-01-02", amount="2000")
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    world.record(number, "DEPOSIT", "2024-01-04", amount="1000")
    world.record(number, "FEE", "2024-01-05", amount="-10")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    # 2000 → 2100; 2100 + 1000 → 990 + 2000; 2990 → 1089 + 1990:
    # 2100/2000 × 2990/3100 × 3079/2990 = 1.0428871
    assert answer["total_return"] == "4.2887"


def test_money_at_the_rate_given_and_values_at_the_rate_of_the_day(desk: Desk) -> None:
    world = desk.world
    world.asset("EURUSD", {"2024-01-02": "1.0", "2024-01-03": "1.1"}, asset_type="CURRENCY")
    asset = world.asset("ACME", {"2024-01-02": "100", "2024-01-03": "121"})
    number = world.portfolio(currency="EUR")
    world.record(number, "DEPOSIT", "2024-01-02", amount="1000", currency="EUR")
    world.record(
        number,
        "BUY",
        "2024-01-02",
        asset=asset,
        quantity="10",
        price="100",
        exchange_rate="0.9",
    )
    desk.hear()
    # Bought at 0.9: 100 in cash and shares of 1000; the next day 1210 dollars are 1100 euros.
    assert desk.portfolio_metrics(number)["total_return"] == "20.0000"  # 1200 / 1000
    later = desk.portfolio_metrics(number, start_date="2024-01-03")
    assert later["start_date"] == "2024-01-03"


def test_a_missing_rate_leaves_no_total_and_names_the_pair(desk: Desk) -> None:
    number = ten_shares(desk, currency="CHF")
    answer = desk.portfolio_metrics(number)
    assert answer["total_return"] is None
    assert "There is no exchange rate from USD to CHF" in str(answer["warnings"])


def test_a_booked_split_changes_no_value_and_an_unbooked_one_is_remarked(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("ACME", {"2024-01-02": "100", "2024-01-03": "25"})
    world.split(asset, "2024-01-03", "4:1")
    booked, unbooked = world.portfolio(), world.portfolio()
    for number in (booked, unbooked):
        world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    world.record(booked, "SPLIT", "2024-01-03", asset=asset, ratio="4:1")
    desk.hear()
    assert desk.portfolio_metrics(booked)["total_return"] == "0.0000"  # 40 × 25
    assert "split_not_booked" in codes(desk.portfolio_metrics(unbooked), "total_return")


def test_a_split_that_was_not_booked_is_remarked_on_every_later_day(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("ACME", {"2024-01-02": "100", "2024-01-03": "25", "2024-01-04": "26"})
    world.split(asset, "2024-01-03", "4:1")
    number = world.portfolio()
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    desk.hear()

    def remarked(path: str, field: str, **query: Any) -> bool:
        return "split_not_booked" in codes(desk.get(path, **query), field)

    later: dict[str, Any] = {"start_date": "2024-01-04"}
    portfolio = f"/api/portfolios/{number}"
    assert remarked(f"{portfolio}/performance_metrics/", "total_return", **later)
    assert remarked(f"{portfolio}/historical_performance/", "series.value", **later)
    later["portfolio_id"] = number
    assert remarked("/api/analytics/risk_metrics/", "total_return", **later)
    allocation, scenario = (
        f"/api/analytics/{name}/" for name in ("asset_allocation_analysis", "scenario_analysis")
    )
    assert remarked(allocation, "total_value", portfolio_id=number)
    assert remarked(scenario, "portfolio_value", portfolio_id=number)
    before = {"portfolio_id": number, "end_date": "2024-01-02"}
    assert not remarked(allocation, "total_value", **before)
    assert not remarked(scenario, "portfolio_value", **before)


def test_an_asset_without_prices_leaves_no_total_and_is_named(desk: Desk) -> None:
    world = desk.world
    number, asset = world.portfolio(), world.asset("HOUSE")
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="100")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    assert answer["total_return"] is None
    assert "HOUSE was held on 2024-01-02 without any price" in str(answer["warnings"])


def test_on_weekdays_between_its_days_a_portfolio_is_worth_what_that_days_rate_makes_it(
    desk: Desk,
) -> None:
    world, number = desk.world, desk.world.portfolio()
    stock = world.asset("ACME", UP_DOWN_UP)
    house = world.asset("HOUSE", {"2024-01-02": "100"}, asset_type="REAL_ESTATE", currency="EUR")
    rates = {"2024-01-02": "1.00", "2024-01-08": "1.10", "2024-01-09": "0.99"}
    world.asset("EURUSD", rates, asset_type="CURRENCY")
    bought = {"quantity": "10", "price": "100", "exchange_rate": "1"}
    world.record(number, "BUY", "2024-01-02", asset=stock, **bought)
    world.record(number, "BUY", "2024-01-02", asset=house, currency="EUR", **bought)
    world.record(number, "SELL", "2024-01-05", asset=stock, quantity="10", price="108.9")
    world.record(number, "DIVIDEND", "2024-01-10", asset=house, amount="1")
    desk.hear()
    answer = desk.portfolio_metrics(number)
    # With the house alone risk is observed Monday to Friday: 1000, 1100 and 990 dollars.
    assert (answer["max_drawdown"], answer["observations"]) == ("-10.00", 6)
    assert answer["max_drawdown_peak"] == "2024-01-08"
    assert answer["max_drawdown_trough"] == "2024-01-09"


def indebted(desk: Desk) -> int:
    """Return a portfolio of cash alone: 100, −200, 100 after 300 more, −300."""
    world, number = desk.world, desk.world.portfolio()
    for day, kind, amount in (
        ("2024-01-02", "DEPOSIT", "100"),
        ("2024-01-03", "FEE", "-300"),
        ("2024-01-04", "DEPOSIT", "300"),
        ("2024-01-05", "FEE", "-400"),
    ):
        world.record(number, kind, day, amount=amount)
    desk.hear()
    return number


def test_what_lost_more_than_everything_links_nothing_and_risks_no_money(desk: Desk) -> None:
    answer = desk.portfolio_metrics(indebted(desk))
    linked = ("total_return", "total_return_percentage", "max_drawdown", "max_drawdown_peak")
    for name in linked:
        assert (answer[name], codes(answer, name)[-1]) == (None, "total_loss"), name
    for name in ("var_95", "cvar_95"):
        assert (answer[name], codes(answer, name)) == (None, ["nothing_to_divide"]), name
    assert answer["observations"] == 0  # there is none from the first loss on


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"start_date": "2024-02-01", "end_date": "2024-01-01"}, "start_date"),
        ({"start_date": "2024-13-01"}, "start_date"),
        ({"end_date": "yesterday"}, "end_date"),
        ({"risk_free_rate": "2"}, "risk_free_rate"),
        ({"risk_free_rate": "NaN"}, "risk_free_rate"),
        ({"benchmark": "NOSUCH"}, "benchmark"),
        ({"interval": "daily"}, "interval"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(desk: Desk, query: dict[str, str], named: str) -> None:
    path = f"/api/portfolios/{ten_shares(desk)}/performance_metrics/"
    answer = desk.stand.client().get(path, query_string=query)
    assert answer.status_code == 400
    assert f"'{named}'" in answer.get_json()["details"]["message"]


def test_anothers_portfolio_answers_as_one_that_does_not_exist(desk: Desk) -> None:
    anothers = ten_shares(desk)
    nobody = desk.stand.client(user=2)
    answers = [
        nobody.get(f"/api/portfolios/{number}/performance_metrics/") for number in (anothers, 999)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [answer.get_json() for answer in answers]
    assert [body["error"] for body in bodies] == ["Portfolio not found"] * 2
    assert bodies[0]["details"]["message"] == bodies[1]["details"]["message"]


def test_nobody_is_401_and_a_token_without_read_403(desk: Desk) -> None:
    path = f"/api/portfolios/{ten_shares(desk)}/performance_metrics/"
    assert desk.stand.client(user=None).get(path).status_code == 401
    assert desk.stand.client(scopes=("write",)).get(path).status_code == 403


def test_a_portfolio_that_no_event_told_of_yet_is_asked_for_once(desk: Desk) -> None:
    world = desk.world
    asset = world.asset("ACME", UP_DOWN_UP)
    number = world.portfolio()
    world.record(number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100")
    assert desk.portfolio_metrics(number)["total_return"] == "8.9000"
    assert desk.portfolio_metrics(number)["total_return"] == "8.9000"
    assert world.asked == [
        f"/internal/v1/portfolios/{number}/",
        f"/internal/v1/assets/{asset}/prices/",
    ]
