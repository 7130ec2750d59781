"""GET /api/analytics/risk_metrics/: fields, formats, numbers by hand, nulls."""

from decimal import Decimal
from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import HALF, UP_DOWN_UP, codes, indebted, ten_shares

PATH = "/api/analytics/risk_metrics/"


def risk(desk: Desk, portfolio: int, **query: Any) -> dict[str, Any]:
    return desk.get(PATH, portfolio_id=portfolio, **query)


def test_the_answer_has_the_fields_of_the_contract_and_then_ours_in_order(desk: Desk) -> None:
    answer = risk(desk, ten_shares(desk))
    assert list(answer) == [
        *("portfolio", "value", "volatility", "downside_deviation", "var", "cvar", "var_99"),
        *("cvar_99", "max_drawdown", "drawdowns", "beta", "r_squared", "tracking_error"),
        *("information_ratio", "up_capture", "down_capture", "ulcer_index", "skewness"),
        *("excess_kurtosis", "concentration", "contributions", "diversification_ratio"),
        *("risk_level", "currency", "start_date", "end_date", "observations", "confidence"),
        *("risk_free_rate", "benchmark", "warnings"),
    ]


def test_what_lost_more_than_everything_has_no_falls_and_risks_no_money(desk: Desk) -> None:
    desk.world.asset("SP500", UP_DOWN_UP, asset_type="INDEX")
    answer = risk(desk, indebted(desk), benchmark="SPY")
    assert answer["value"] == "-300.00"
    assert (answer["drawdowns"], codes(answer, "drawdowns")) == ([], ["total_loss"])
    for name in ("max_drawdown", "ulcer_index", "up_capture"):
        assert (answer[name], codes(answer, name)) == (None, ["total_loss"]), name
    assert answer["var"] == dict.fromkeys(("historical", "parametric", "cornish_fisher"))
    assert (answer["cvar"], answer["var_99"], answer["cvar_99"]) == (None,) * 3
    assert codes(answer, "var.historical") == codes(answer, "cvar_99") == ["nothing_to_divide"]


def test_four_days_give_the_numbers_worked_out_by_hand(desk: Desk) -> None:
    number = ten_shares(desk)
    [asset] = desk.world.assets
    answer = risk(desk, number)
    figures = {name: value for name, value in answer.items() if name != "warnings"}
    # Returns 0.1, −0.1, 0.1: mean 1/30, deviation 0.115470; worth 1089 at the end.
    assert figures == {
        "portfolio": number,
        "value": "1089.00",
        "volatility": "183.30",  # 0.115470 × √252
        "downside_deviation": "91.65",  # √(0.01/3) × √252
        "var": {
            "historical": "-87.12",  # −0.08 × 1089
            "parametric": "-170.54",  # (1/30 − 1.644854 × 0.115470) × 1089
            # S −0.707107, K −1.5; z′ −1.644854 − 0.201008 − 0.030307 + 0.009389 = −1.866780
            "cornish_fisher": "-198.44",
        },
        "cvar": "-108.90",  # −0.1 × 1089
        "var_99": "-104.54",  # (−0.1 + 0.02 × 0.2) × 1089
        "cvar_99": "-108.90",
        "max_drawdown": "-10.00",
        "drawdowns": [
            {"depth": "-10.00", "peak": "2024-01-03", "trough": "2024-01-04", "recovery": None}
        ],
        "beta": None,
        "r_squared": None,
        "tracking_error": None,
        "information_ratio": None,
        "up_capture": None,
        "down_capture": None,
        "ulcer_index": "5.02",  # √((0.01 + 0.0001) / 4): 1.089 lies 1 % under 1.1
        "skewness": "-0.71",
        "excess_kurtosis": "-1.50",
        "concentration": {
            "hhi": "1.0000",
            "effective_holdings": "1.0000",
            "top_5_weight": "1.0000",
        },
        "contributions": [
            {
                "asset": asset,
                "symbol": "ACME",
                "weight": "1.0000",
                "risk_contribution": "1.0000",
                "marginal_var": "-0.1899",  # −1.644854 × 0.115470
            }
        ],
        "diversification_ratio": "1.0000",
        "risk_level": "VERY_HIGH",
        "currency": "USD",
        "start_date": "2024-01-02",
        "end_date": "2024-01-05",
        "observations": 3,
        "confidence": "0.95",
        "risk_free_rate": "0.00",
        "benchmark": None,
    }


def test_every_null_figure_has_a_warning(desk: Desk) -> None:
    answer = risk(desk, ten_shares(desk))
    nulls = {name: codes(answer, name) for name, value in answer.items() if value is None}
    assert nulls.pop("benchmark") == []  # it was not asked for
    assert all(nulls.values()), nulls
    assert codes(answer, "drawdowns.recovery") == ["not_recovered"]


def test_against_its_half_the_portfolio_captures_twice_as_much(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", HALF, asset_type="INDEX")
    desk.hear()
    answer = risk(desk, number, benchmark="SPY")
    assert answer["benchmark"] == {"requested": "SPY", "symbol": "SP500"}
    assert (answer["beta"], answer["r_squared"]) == ("2.00", "1.00")
    assert answer["up_capture"] == "2.05"  # (1.1² − 1) / (1.05² − 1) = 0.21 / 0.1025
    assert answer["down_capture"] == "2.00"  # 0.1 / 0.05


def test_the_confidence_moves_var_and_cvar_and_not_those_at_99(desk: Desk) -> None:
    answer = risk(desk, ten_shares(desk), confidence="0.75")
    assert answer["var"]["historical"] == "0.00"  # halfway from −0.1 to 0.1
    assert (answer["var_99"], answer["confidence"]) == ("-104.54", "0.75")


def test_the_parts_of_the_risk_sum_to_one_and_follow_the_weights(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio()
    for symbol, closes, quantity in (("A", UP_DOWN_UP, "10"), ("B", HALF, "2")):
        asset = world.asset(symbol, closes)
        world.record(number, "BUY", "2024-01-02", asset=asset, quantity=quantity, price="1")
    desk.hear()
    answer = risk(desk, number)
    # Worth 1089 and 2094.75; B moves half as much: 0.342050 × 2 to 0.657950 × 1.
    parts = {row["symbol"]: row for row in answer["contributions"]}
    assert list(parts) == ["B", "A"]
    assert [row["weight"] for row in parts.values()] == ["0.6580", "0.3420"]
    assert [row["risk_contribution"] for row in parts.values()] == ["0.4903", "0.5097"]
    assert answer["diversification_ratio"] == "1.0000"
    assert answer["concentration"]["hhi"] == "0.5499"  # 0.657950² + 0.342050²


def test_what_is_seldom_priced_has_its_part_of_the_risk_beside_a_stock(desk: Desk) -> None:
    number = ten_shares(desk)
    house = desk.world.asset("HOUSE", {"2024-01-02": "100"}, asset_type="REAL_ESTATE")
    desk.world.record(number, "BUY", "2024-01-02", asset=house, quantity="10", price="100")
    desk.hear()
    parts = {row["symbol"]: row["risk_contribution"] for row in risk(desk, number)["contributions"]}
    assert parts == {"ACME": "1.0000", "HOUSE": "0.0000"}  # it stood still on all three days


def test_days_on_which_nothing_was_invested_are_no_part_of_a_fall(desk: Desk) -> None:
    number = ten_shares(desk, UP_DOWN_UP | {"2024-01-08": "108.9"})
    [asset] = desk.world.assets
    desk.world.record(number, "SELL", "2024-01-04", asset=asset, quantity="10", price="99")
    desk.world.record(number, "BUY", "2024-01-08", asset=asset, quantity="10", price="108.9")
    desk.hear()
    # Levels 1, 1.1, 0.99 and, the fifth being skipped, 0.99: √((0.1² + 0.1²) / 4).
    assert risk(desk, number)["ulcer_index"] == "7.07"


def test_money_has_the_minor_unit_of_the_currency(desk: Desk) -> None:
    world, number = desk.world, desk.world.portfolio(currency="JPY")
    asset = world.asset("7203.T", UP_DOWN_UP, currency="JPY")
    world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="10", price="100", currency="JPY"
    )
    desk.hear()
    answer = risk(desk, number)
    assert (answer["value"], answer["var"]["historical"], answer["cvar"]) == ("1089", "-87", "-109")


def test_an_empty_portfolio_has_no_risk_and_says_so(desk: Desk) -> None:
    number = desk.world.portfolio()
    desk.hear()
    answer = risk(desk, number)
    assert (answer["value"], answer["risk_level"], answer["drawdowns"]) == (None, None, [])
    assert answer["var"] == {"historical": None, "parametric": None, "cornish_fisher": None}
    assert codes(answer, "var.historical") == ["no_valuation"]
    assert codes(answer, "concentration.hhi") == ["no_valuation"]
    assert codes(answer, "start_date") == codes(answer, "end_date") == ["no_valuation"]


def test_one_day_has_no_risk_level_because_it_has_no_volatility(desk: Desk) -> None:
    answer = risk(desk, ten_shares(desk, {"2024-01-02": "100"}))
    assert (answer["volatility"], answer["risk_level"]) == (None, None)
    assert codes(answer, "volatility") == codes(answer, "risk_level") == ["no_returns"]


def test_a_new_price_is_in_the_next_answer(desk: Desk) -> None:
    number = ten_shares(desk)
    assert risk(desk, number)["value"] == "1089.00"
    [asset] = desk.world.assets
    desk.world.price(asset, "2024-01-05", "121")
    desk.hear()
    assert risk(desk, number)["value"] == "1210.00"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "portfolio_id"),
        ({"portfolio_id": "x"}, "portfolio_id"),
        ({"portfolio_id": "1", "confidence": "95"}, "confidence"),
        ({"portfolio_id": "1", "confidence": "0.4"}, "confidence"),
        ({"portfolio_id": "1", "risk_free_rate": "2"}, "risk_free_rate"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(desk: Desk, query: dict[str, str], named: str) -> None:
    answer = desk.stand.client().get(PATH, query_string=query)
    assert answer.status_code == 400
    assert f"'{named}'" in answer.get_json()["details"]["message"]


def test_printed_weights_and_contributions_sum_to_one(desk: Desk) -> None:
    number = desk.world.portfolio()
    for symbol, prices in (("A", ("3", "4", "3")), ("B", ("3", "5", "3")), ("C", ("3", "7", "3"))):
        days = dict(zip(("2024-01-02", "2024-01-03", "2024-01-04"), prices, strict=True))
        asset = desk.world.asset(symbol, days)
        desk.world.record(number, "BUY", "2024-01-02", asset=asset, quantity="1", price="3")
    desk.hear()
    rows = risk(desk, number)["contributions"]
    assert [row["weight"] for row in rows] == ["0.3334", "0.3333", "0.3333"]  # a third each
    assert sum(Decimal(row["risk_contribution"]) for row in rows) == 1
