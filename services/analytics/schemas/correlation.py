"""How assets move together."""

from typing import Any, Final

import numpy as np
from marshmallow import fields

from services.analytics.domain.printing import printed
from services.analytics.schemas.figures import MarketDay, described, fraction
from shared.http.schemas import StrictSchema
from shared.http.warnings import Warnings

# All correlations that can be printed, from −1 to 1: a matrix of 500 assets has 250,000.
_UNIT: Final = 10_000
_PRINTED: Final = (*printed(np.arange(-_UNIT, _UNIT + 1) / _UNIT), None)


class Matrix(fields.List[Any]):
    """Rows of correlations."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        # Half up, away from zero, as all figures are rounded.
        units = np.copysign(np.floor(np.abs(value) * _UNIT + 0.5), value)
        places = np.where(np.isnan(value), -1, np.nan_to_num(units) + _UNIT).astype(np.intp)
        return [[_PRINTED[place] for place in row] for row in places.tolist()]


class Counts(fields.List[Any]):
    """Rows of counts."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        return list(value.tolist())


class PairSchema(StrictSchema):
    """Two assets and their correlation."""

    pair = fields.List(fields.String(), metadata=described("Their symbols.", ["AAPL", "MSFT"]))
    value = fraction("value", "Their correlation.", "0.7421")


class CorrelationSchema(StrictSchema):
    """Correlations of daily returns, each pair over those between the same days."""

    symbols = fields.List(
        fields.String(), metadata=described("Symbols of rows and columns.", ["AAPL", "MSFT"])
    )
    assets = fields.List(fields.Integer(), metadata=described("Ids of rows and columns.", [1, 2]))
    matrix = Matrix(
        fields.List(fields.String(allow_none=True)),
        attribute="correlation.matrix",
        metadata=described(
            "Correlations, −1 to 1; null with too few common returns or where one stands still.",
            [["1.0000", "0.7421"], ["0.7421", "1.0000"]],
        ),
    )
    observations = Counts(
        fields.List(fields.Integer()),
        attribute="correlation.observations",
        metadata=described(
            "Returns of each pair that begin and end on the same days.", [[251, 250], [250, 251]]
        ),
    )
    average_correlation = fraction("average", "Mean over all pairs.", "0.7421")
    highest = fields.Nested(
        PairSchema, allow_none=True, metadata={"description": "The pair that moves together most."}
    )
    lowest = fields.Nested(
        PairSchema, allow_none=True, metadata={"description": "The pair that does least."}
    )
    start_date = MarketDay("start_date", "First day of the prices.", "2024-01-01")
    end_date = MarketDay("end_date", "Last day of the prices.", "2024-12-31")
    warnings = Warnings()
