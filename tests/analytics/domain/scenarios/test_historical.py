from decimal import Decimal

import pytest

from services.analytics.domain.codes import Code
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.domain.scenarios.historical import Method, historical, return_over
from services.analytics.domain.scenarios.outcome import Scenario, Source
from tests.analytics.domain.build import dated, day
from tests.analytics.domain.scenarios.build import CRASH, exposure, holdings

D = Decimal
MARKET = dated(d20240102=100.0, d20240103=90.0, d20240104=80.0)
HALVED = dated(d20240101=12.0, d20240102=10.0, d20240104=5.0, d20240105=9.0)


def sources(scenario: Scenario) -> list[Source]:
    return [position.source for position in scenario.outcome.positions]


def codes(scenario: Scenario) -> list[Code]:
    return [warning.code for warning in scenario.warnings]


def test_a_holding_replays_its_own_return() -> None:
    found = historical(holdings(exposure("A", 100.0, levels=HALVED, beta=1.0)), CRASH, MARKET)
    assert found.outcome.pnl == D("-50.00")
    assert sources(found) == [Source.HISTORY]
    assert found.benchmark_return == pytest.approx(-0.2)
    assert found.warnings == ()


def test_without_history_beta_stands_in_and_is_named() -> None:
    young = exposure("IPO", 100.0, beta=1.5, levels=dated(d20240103=7.0, d20240104=8.0))
    found = historical(holdings(young), CRASH, MARKET)
    assert found.outcome.pnl == D("-30.00")
    assert sources(found) == [Source.BETA_PROXY]
    assert codes(found) == [Code.BETA_PROXY]
    assert "IPO" in found.warnings[0].message


def test_a_high_beta_loses_no_more_than_everything() -> None:
    found = historical(holdings(exposure("X", 100.0, beta=9.0)), CRASH, MARKET)
    assert found.outcome.pnl == D("-100.00")


def test_without_history_and_beta_nothing_is_said() -> None:
    house = exposure("HOUSE", 300.0)
    found = historical(holdings(house, exposure("A", 100.0, levels=HALVED)), CRASH, MARKET)
    assert sources(found) == [Source.UNMODELLED, Source.HISTORY]
    assert found.outcome.coverage == {Source.UNMODELLED: 0.75, Source.HISTORY: 0.25}
    assert codes(found) == [Code.UNMODELLED]


def test_by_beta_no_history_is_asked() -> None:
    held = holdings(exposure("A", 100.0, levels=HALVED, beta=0.5))
    found = historical(held, CRASH, MARKET, Method.BETA)
    assert found.outcome.pnl == D("-10.00")
    assert sources(found) == [Source.BETA]


def test_a_benchmark_without_the_window_is_not_invented() -> None:
    held = holdings(exposure("A", 100.0, levels=HALVED), exposure("BB", 100.0, beta=1.0))
    found = historical(held, CRASH, dated(d20240501=100.0, d20240502=90.0))
    assert found.benchmark_return is None
    assert sources(found) == [Source.HISTORY, Source.UNMODELLED]
    assert Code.BENCHMARK_MISSING in codes(found)
    assert historical(held, CRASH, None).benchmark_return is None


def test_the_window_starts_and_ends_at_the_last_close_on_or_before() -> None:
    assert return_over(dated(d20231229=10.0, d20240103=8.0), CRASH) == pytest.approx(-0.2)


def test_a_close_of_more_than_five_weekdays_before_is_no_history() -> None:
    assert return_over(dated(d20231225=10.0, d20240103=8.0), CRASH) is None
    assert return_over(dated(d20231226=10.0, d20240103=8.0), CRASH) == pytest.approx(-0.2)


def test_the_catalogue_has_its_windows() -> None:
    assert len(CATALOGUE) == 10
    crisis = CATALOGUE["gfc_2007_2009"]
    assert (crisis.start, crisis.end) == (day("2007-10-09"), day("2009-03-09"))
    assert all(key == window.id and window.start < window.end for key, window in CATALOGUE.items())
