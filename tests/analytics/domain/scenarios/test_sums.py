"""What is printed of a scenario's parts sums to what is printed of the whole."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.scenarios.outcome import Shock, Source, settle
from shared.finance.apportionment import exact_sum
from tests.analytics.domain.scenarios.build import exposure, holdings

VALUES = st.decimals("0.01", "99999999", places=4)
SHOCKS = st.floats(-1.0, 2.0)


@given(st.lists(st.tuples(VALUES, SHOCKS), min_size=1, max_size=12), VALUES)
def test_positions_and_sectors_sum_to_the_portfolio(
    rows: list[tuple[Decimal, float]], cash: Decimal
) -> None:
    exposures = [
        exposure(f"A{i}", float(value), sector=f"S{i % 3}") for i, (value, _) in enumerate(rows)
    ]
    found = settle(
        holdings(*exposures, cash=float(cash)), [Shock(shock, Source.HISTORY) for _, shock in rows]
    )
    parts = [position.contribution or Decimal(0) for position in found.positions]
    assert exact_sum(each.pnl or Decimal(0) for each in found.positions) == found.pnl
    assert exact_sum(each.pnl or Decimal(0) for each in found.by_sector) == found.pnl
    assert exact_sum(each.contribution or Decimal(0) for each in found.by_sector) == sum(parts)
    assert found.portfolio_return is not None
    assert abs(float(sum(parts)) - found.portfolio_return) <= 0.5000001e-6
