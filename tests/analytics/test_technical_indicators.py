"""GET /api/assets/{id}/technical_indicators/: lines, warm-up, signals, what is missing."""

from typing import Any

import pytest

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP, codes

DAYS = list(UP_DOWN_UP)


def indicators(desk: Desk, asset: int, **query: Any) -> dict[str, Any]:
    return desk.get(f"/api/assets/{asset}/technical_indicators/", **query)


def acme(desk: Desk) -> int:
    """Return an asset of closes alone: 100, 110, 99, 108.9."""
    asset = desk.world.asset("ACME", UP_DOWN_UP)
    desk.hear()
    return asset


def traded(desk: Desk) -> int:
    """Return an asset with high, low and volume on each day."""
    asset = desk.world.asset("ACME")
    for i, (day, close) in enumerate(UP_DOWN_UP.items()):
        desk.world.price(asset, day, close, high=str(120 + i), low="80", volume=1000)
    desk.hear()
    return asset


def test_the_answer_has_the_fields_of_the_contract_in_its_order(desk: Desk) -> None:
    answer = indicators(desk, acme(desk))
    assert list(answer) == [
        *("asset", "symbol", "start_date", "end_date", "indicators", "dates", "latest", "signals"),
        "warnings",
    ]


def test_values_stand_beside_their_days_and_warm_up_is_null(desk: Desk) -> None:
    asset = acme(desk)
    answer = indicators(desk, asset, indicators="sma_2,roc_1")
    assert (answer["asset"], answer["symbol"], answer["dates"]) == (asset, "ACME", DAYS)
    assert answer["indicators"] == {
        "sma_2": [None, "105.0000", "104.5000", "103.9500"],
        "roc_1": [None, "10.0000", "-10.0000", "10.0000"],
    }
    assert answer["latest"] == {"sma_2": "103.9500", "roc_1": "10.0000"}
    assert answer["signals"] == [
        {
            "indicator": "sma_2",
            "signal": "bullish",
            "description": "The close is above sma_2.",
        }
    ]


def test_the_start_of_the_window_changes_no_value(desk: Desk) -> None:
    answer = indicators(
        desk, acme(desk), indicators="sma_2", start_date="2024-01-04", end_date="2024-01-04"
    )
    assert (answer["dates"], answer["indicators"]) == (["2024-01-04"], {"sma_2": ["104.5000"]})
    assert (answer["start_date"], answer["end_date"]) == ("2024-01-04", "2024-01-04")


def test_an_indicator_of_several_lines_is_an_object_of_them(desk: Desk) -> None:
    answer = indicators(desk, acme(desk), indicators="bollinger_2_2,macd_2_3_2")
    # 110 and 99: mean 104.5, population deviation 5.5.
    bollinger = answer["indicators"]["bollinger_2_2"]
    assert {name: line[2] for name, line in bollinger.items()} == {
        "upper": "115.5000",
        "middle": "104.5000",
        "lower": "93.5000",
    }
    assert set(answer["latest"]["macd_2_3_2"]) == {"macd", "signal", "histogram"}


def test_the_usual_ones_are_computed_where_none_is_asked(desk: Desk) -> None:
    answer = indicators(desk, acme(desk))
    assert list(answer["indicators"]) == [
        *("sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "rsi_14", "macd", "bollinger_20_2"),
    ]
    assert answer["latest"]["macd"] == {"macd": None, "signal": None, "histogram": None}
    assert codes(answer, "indicators.sma_20") == ["no_indicator_value"]


def test_what_needs_high_low_or_volume_is_null_where_only_closes_are(desk: Desk) -> None:
    answer = indicators(desk, acme(desk), indicators="sma_2,atr_2,obv")
    assert answer["indicators"]["atr_2"] is None
    assert (answer["latest"]["obv"], answer["latest"]["sma_2"]) == (None, "103.9500")
    assert codes(answer, "indicators.atr_2") == codes(answer, "indicators.obv") == ["input_missing"]


def test_highs_lows_and_volumes_are_read_where_they_are(desk: Desk) -> None:
    answer = indicators(desk, traded(desk), indicators="obv,atr_2")
    assert answer["indicators"]["obv"] == ["0.0000", "1000.0000", "0.0000", "1000.0000"]
    # Ranges 41, 42, 43 from the second day on: mean of two, then (before + today's) / 2.
    assert answer["indicators"]["atr_2"] == [None, None, "41.5000", "42.2500"]


def test_prices_before_a_split_count_in_the_shares_of_after_it(desk: Desk) -> None:
    asset = desk.world.asset("ACME", {"2024-01-02": "100", "2024-01-03": "30"})
    desk.world.split(asset, "2024-01-03", "4:1")
    desk.hear()
    assert indicators(desk, asset, indicators="sma_2")["latest"] == {"sma_2": "27.5000"}


def test_crypto_trades_all_year(desk: Desk) -> None:
    # Returns 0.1, −0.1, 0.1: deviation 0.115470 × √365, percent.
    asset = desk.world.asset("BTC", UP_DOWN_UP, asset_type="CRYPTO")
    desk.hear()
    answer = indicators(desk, asset, indicators="volatility_3")
    assert answer["latest"] == {"volatility_3": "220.6052"}


def test_a_window_without_prices_has_no_values_and_says_so(desk: Desk) -> None:
    empty = desk.world.asset("HOUSE")
    answers = [
        indicators(desk, acme(desk), indicators="sma_2", start_date="2025-01-01"),
        indicators(desk, empty, indicators="sma_2"),
    ]
    for answer in answers:
        assert (answer["dates"], answer["start_date"], answer["signals"]) == ([], None, [])
        assert codes(answer, "start_date") == ["no_valuation"]
        assert answer["latest"]["sma_2"] is None


@pytest.mark.parametrize("asked", ["nosuch_3", "sma_0", "sma_2,,rsi", "macd_26_12_9", "sma_1.5"])
def test_an_unknown_indicator_is_400_and_named(desk: Desk, asked: str) -> None:
    path = f"/api/assets/{acme(desk)}/technical_indicators/"
    answer = desk.stand.client().get(path, query_string={"indicators": asked})
    assert answer.status_code == 400
    assert "'indicators'" in answer.get_json()["details"]["message"]
