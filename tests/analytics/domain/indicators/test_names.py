import pytest

from services.analytics.domain.indicators.names import (
    DEFAULT,
    KINDS,
    MOST_INDICATORS,
    Indicator,
    UnknownIndicator,
    parse,
)


@pytest.mark.parametrize(
    ("name", "kind", "parameters"),
    [
        ("sma_20", "sma", (20,)),
        ("rsi", "rsi", (14,)),
        ("macd", "macd", (12, 26, 9)),
        ("macd_5_35_5", "macd", (5, 35, 5)),
        ("bollinger_20_2", "bollinger", (20, 2.0)),
        ("bollinger_10_1.5", "bollinger", (10, 1.5)),
        ("stochastic_5", "stochastic", (5, 3, 3)),
        ("williams_r_10", "williams_r", (10,)),
        ("obv", "obv", ()),
    ],
)
def test_a_name_carries_its_parameters(name: str, kind: str, parameters: tuple[float, ...]) -> None:
    assert parse([name]) == [Indicator(name, kind, parameters)]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("sma_0", "N must be a whole number from 1 to 1000, not 0"),
        ("sma_1001", "from 1 to 1000"),
        ("sma_2.5", "must be a whole number"),
        ("rsi_1", "from 2 to 1000"),
        ("bollinger_20_11", "K must be a number from 0.1 to 10"),
        ("macd_26_12_9", "fast must be shorter than slow"),
        ("sma_20_3", "takes at most 1 parameters"),
        ("obv_5", "takes at most 0 parameters"),
        ("ichimoku", "is not an indicator"),
        ("SMA_20", "is not an indicator"),
        ("sma_٢٠", "is not an indicator"),
        ("sma_-5", "is not an indicator"),
        ("", "is not an indicator"),
        ("sma_" + "9" * 400, "from 1 to 1000"),
    ],
)
def test_what_is_not_known_or_out_of_bounds_is_refused(name: str, complaint: str) -> None:
    with pytest.raises(UnknownIndicator, match=complaint.replace(".", r"\.")):
        parse([name])


def test_an_indicator_asked_twice_is_there_once() -> None:
    assert [indicator.name for indicator in parse(["rsi_14", "obv", "rsi_14"])] == ["rsi_14", "obv"]


def test_too_many_are_refused() -> None:
    with pytest.raises(UnknownIndicator, match="At most 50"):
        parse(f"sma_{n}" for n in range(1, MOST_INDICATORS + 2))


def test_the_default_set_and_every_bare_name_are_known() -> None:
    assert [indicator.name for indicator in parse(DEFAULT)] == list(DEFAULT)
    assert [indicator.kind for indicator in parse(KINDS)] == list(KINDS)
