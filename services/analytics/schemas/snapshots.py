"""Snapshots: what is asked and what goes out."""

from marshmallow import fields

from services.analytics import queries
from services.analytics.domain.figures import SNAPSHOT
from services.analytics.schemas.figures import FigureField, count, described, portfolio
from services.analytics.schemas.queries import WindowQuery
from shared.http.schemas import Id, Ordering, PageQuery, StrictSchema, Time


def _figure(name: str, description: str, example: str) -> FigureField:
    return FigureField(SNAPSHOT[name], description, example)


class SnapshotQuery(PageQuery, WindowQuery):
    """Filters of the list of snapshots."""

    portfolio_id = Id(metadata=described("Of this portfolio.", 1))
    ordering = Ordering(*queries.SNAPSHOT_ORDERINGS, load_default=("date", True))


class SnapshotSchema(StrictSchema):
    """A portfolio at the end of one of its days, in its currency; null where a price is missing."""

    id = fields.Integer(metadata=described("Id of the snapshot, the same for ever.", 176912))
    portfolio = portfolio()
    date = fields.Date(metadata=described("The day, of an entry or of a price.", "2022-12-30"))
    total_value = _figure("total_value", "What is held at the day's close, and cash.", "125550.00")
    total_cost_basis = _figure(
        "total_cost_basis",
        "Cost of what is held, by the portfolio's cost basis method.",
        "100000.00",
    )
    cash_balance = _figure("cash_balance", "Cash; 0 where the portfolio keeps none.", "550.00")
    net_flow = _figure(
        "net_flow", "What came in from outside on the day less what went out.", "0.00"
    )
    total_return = _figure("total_return", "Value without cash less cost basis.", "25000.00")
    total_return_percentage = _figure(
        "total_return_percentage", "The same of the cost basis; null where that is 0", "25.0000"
    )
    position_count = count("position_count", "Assets held.", 5)
    created = Time(metadata=described("When the day was first recorded.", "2022-12-30T21:05:00Z"))
