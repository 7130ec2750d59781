from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.scenarios.historical import historical
from services.analytics.domain.scenarios.outcome import Shock, Source, settle, worst
from services.analytics.domain.series import decimal
from shared.finance.money import round_money
from tests.analytics.domain.build import dated
from tests.analytics.domain.scenarios.build import CRASH, exposure, holdings

D = Decimal
cents = st.integers(1, 10**9).map(lambda n: n / 1000)
moves = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)


def test_each_position_moves_by_its_shock_and_cash_by_nothing() -> None:
    found = settle(
        holdings(
            exposure("A", 600.0, sector="Energy"),
            exposure("BB", 300.0, sector="Health"),
            cash=100.0,
        ),
        [Shock(-0.5, Source.HISTORY), Shock(0.1, Source.BETA_PROXY)],
    )
    assert found.portfolio_value == D("1000.00")
    assert found.pnl == D("-270.00")
    assert found.value_after == D("730.00")
    assert found.portfolio_return is not None
    assert round(found.portfolio_return, 12) == -0.27
    assert [position.pnl for position in found.positions] == [D("-300.00"), D("30.00")]
    assert [p.contribution for p in found.positions] == [D("-0.300000"), D("0.030000")]
    assert [(s.sector, s.pnl) for s in found.by_sector] == [
        ("Energy", D("-300.00")),
        ("Health", D("30.00")),
    ]
    assert found.coverage == {Source.HISTORY: 600 / 900, Source.BETA_PROXY: 300 / 900}


@given(st.lists(st.tuples(cents, moves), min_size=1, max_size=20), cents)
def test_profits_sum_to_the_portfolios_to_the_cent(
    parts: list[tuple[float, float]], cash: float
) -> None:
    held = holdings(*(exposure(str(i), value) for i, (value, _) in enumerate(parts)), cash=cash)
    found = settle(held, [Shock(move, Source.HISTORY) for _, move in parts])
    assert found.pnl == sum(position.pnl or 0 for position in found.positions)
    exact = sum(decimal(value) * decimal(move) for value, move in parts)
    assert found.pnl == round_money(D(exact), "USD")
    assert sum(sector.pnl or 0 for sector in found.by_sector) == found.pnl


@given(st.lists(cents, min_size=1, max_size=20))
def test_no_shock_is_exactly_nothing(values: list[float]) -> None:
    held = holdings(*(exposure(str(i), value) for i, value in enumerate(values)))
    found = settle(held, [Shock(0.0, Source.NONE)] * len(values))
    assert found.pnl == 0
    assert found.portfolio_return == 0.0
    assert all(position.pnl == 0 for position in found.positions)


def test_what_is_not_modelled_has_no_profit_and_is_counted() -> None:
    held = holdings(exposure("A", 100.0), exposure("BB", 300.0))
    found = settle(held, [Shock(-0.5, Source.HISTORY), Shock(None, Source.UNMODELLED)])
    assert found.pnl == D("-50.00")
    assert (found.positions[1].shock, found.positions[1].pnl) == (None, None)
    assert found.coverage[Source.UNMODELLED] == 0.75


def test_a_sector_of_which_nothing_is_known_has_no_profit() -> None:
    held = holdings(
        *(exposure("A", 100.0, sector="Energy"), exposure("BB", 300.0, sector="Energy")),
        exposure("C", 50.0, sector="Health"),
    )
    unknown = Shock(None, Source.UNMODELLED)
    energy, health = settle(held, [Shock(0.1, Source.HISTORY), unknown, unknown]).by_sector
    assert (energy.sector, energy.pnl) == ("Energy", D("10.00"))
    assert (health.value, health.pnl, health.contribution) == (D("50.00"), None, None)


def test_where_nothing_is_modelled_there_is_no_result() -> None:
    found = settle(holdings(exposure("A", 100.0)), [Shock(None, Source.UNMODELLED)])
    assert (found.pnl, found.portfolio_return, found.value_after) == (None, None, None)


def test_cash_alone_loses_nothing() -> None:
    found = settle(holdings(cash=50.0), [])
    assert (found.pnl, found.portfolio_return, found.value_after) == (D(0), 0.0, D("50.00"))


def test_money_has_the_decimals_of_the_currency() -> None:
    found = settle(holdings(exposure("A", 1000.4), currency="JPY"), [Shock(-0.1, Source.HISTORY)])
    assert (str(found.portfolio_value), str(found.pnl)) == ("1000", "-100")


def test_the_worst_scenario_is_the_one_that_loses_most() -> None:
    down = exposure("A", 100.0, levels=dated(d20240102=10.0, d20240103=4.0, d20240104=5.0))
    lost = historical(holdings(down), CRASH, None)
    unknown = historical(holdings(exposure("A", 100.0)), CRASH, None)
    assert worst([unknown, lost]) is lost
    assert worst([unknown]) is None
