"""A portfolio's value through time."""

from typing import Any

import numpy as np
from marshmallow import fields

from services.analytics.answers.curve import Performance
from services.analytics.domain.printing import printed
from services.analytics.schemas import figures
from services.analytics.schemas.figures import MarketDay, Rows, described
from shared.finance.money import minor_unit
from shared.http.schemas import Money, Percentage, StrictSchema
from shared.http.warnings import Warnings


class PointSchema(StrictSchema):
    """One day of a curve."""

    date = fields.Date(metadata={"description": "A day of an entry or of a price of what is held."})
    value = Money(
        allow_none=True, metadata=described("Worth of all, cash included, that day.", "12500.00")
    )
    cost_basis = Money(
        allow_none=True,
        metadata=described("Cost of what is held, by the portfolio's method.", "10000.00"),
    )
    cash = Money(allow_none=True, metadata=described("Cash in it.", "500.00"))
    net_flow = Money(
        allow_none=True,
        metadata=described("Money that came in less what went out since the point before.", "0.00"),
    )
    return_percentage = Percentage(
        allow_none=True,
        metadata=described(
            "Time-weighted return since the base of the window, in percent.", "4.2500"
        ),
    )
    benchmark_return_percentage = Percentage(
        allow_none=True,
        metadata=described("The benchmark's return since then, in its own column.", "3.1000"),
    )


def _columns(answer: Performance) -> dict[str, list[Any]]:
    curve = answer.curve
    if curve is None:
        return {}
    places = minor_unit(answer.currency)
    theirs = curve.benchmark_returns
    return {
        "date": curve.days.astype(str).tolist(),
        "value": printed(curve.values, places, answer.exact.get("value")),
        "cost_basis": printed(curve.cost_basis, places, answer.exact.get("cost_basis")),
        "cash": printed(curve.cash, places, answer.exact.get("cash")),
        "net_flow": printed(curve.net_flows, places),
        "return_percentage": printed(100.0 * curve.returns),
        "benchmark_return_percentage": printed(
            np.full(len(curve.days), np.nan) if theirs is None else 100.0 * theirs
        ),
    }


class CurveSchema(StrictSchema):
    """The points of a window."""

    portfolio = figures.portfolio()
    currency = figures.currency()
    interval = fields.String(metadata=described("How far apart the points are.", "monthly"))
    start_date = MarketDay(
        "start_date",
        "Day of the first point: the last value on or before the asked day.",
        "2024-01-01",
    )
    end_date = MarketDay("end_date", "Day of the last point.", "2024-12-31")
    benchmark = figures.benchmark()
    series = Rows(PointSchema, _columns, metadata={"description": "The points, oldest first."})
    warnings = Warnings()
