"""Technical indicators."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from marshmallow import fields

from services.analytics.domain.indicators.formulas import Lines
from services.analytics.domain.printing import printed
from services.analytics.schemas.figures import MarketDay, described
from shared.http.schemas import StrictSchema
from shared.http.warnings import Warnings


class IndicatorLines(fields.Field[Mapping[str, Lines | None]]):
    """Indicator → its values by day, of one with several lines name → values; null without."""

    def __init__(self, text: str, example: Any, **kwargs: Any) -> None:
        metadata = {"type": "object", **described(text, example)}
        super().__init__(dump_only=True, metadata=metadata, **kwargs)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        return {name: lines and _shown(lines) for name, lines in value.items()}


class LatestValues(IndicatorLines):
    """The same of the last day alone."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        return {name: lines and _last(lines) for name, lines in value.items()}


def _shown(lines: Lines) -> Any:
    texts = {name: printed(line) for name, line in lines.items()}
    return texts["value"] if list(texts) == ["value"] else texts


def _last(lines: Mapping[str, float]) -> Any:
    texts = dict(zip(lines, printed(np.array(list(lines.values()))), strict=True))
    return texts["value"] if list(texts) == ["value"] else texts


class DayList(fields.List[Any]):
    """Days of the arithmetic."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        return list(value.astype(str).tolist())


class SignalSchema(StrictSchema):
    """What one indicator says on the last day, by rules that everybody knows; no advice."""

    indicator = fields.String(metadata=described("Its name as asked.", "rsi_14"))
    signal = fields.String(
        metadata=described(
            "`overbought`, `oversold`, `bullish`, `bearish`, `bullish_crossover`,"
            " `bearish_crossover`, `breakout_up` or `breakout_down`.",
            "overbought",
        )
    )
    description = fields.String(
        metadata=described("The rule that holds.", "rsi_14 is 74.10, over 70.")
    )


class IndicatorsSchema(StrictSchema):
    """Indicators of an asset over a window, from split-adjusted prices of its whole history."""

    asset = fields.Integer(attribute="asset.id", metadata=described("Id of the asset.", 1))
    symbol = fields.String(attribute="asset.symbol", metadata=described("Its symbol.", "AAPL"))
    start_date = MarketDay("start_date", "First day of the window with a price.", "2024-01-02")
    end_date = MarketDay("end_date", "Last day of the window with a price.", "2024-12-31")
    indicators = IndicatorLines(
        "Indicator → a value for each of `dates`, four decimals, null while it warms up; one with"
        " several lines: name → values. Prices in the asset's currency, oscillators 0 to 100,"
        " `roc` and `volatility` in percent.",
        {"sma_20": ["175.5000"]},
        attribute="chart.indicators",
    )
    dates = DayList(
        fields.Date(),
        attribute="chart.days",
        dump_only=True,
        metadata=described("The days of the values, oldest first.", ["2024-12-31"]),
    )
    latest = LatestValues(
        "Indicator → its value on the last day.", {"sma_20": "175.5000"}, attribute="chart.latest"
    )
    signals = fields.List(
        fields.Nested(SignalSchema),
        attribute="chart.signals",
        metadata={"description": "What the last day says."},
    )
    warnings = Warnings()
