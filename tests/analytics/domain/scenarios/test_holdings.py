import numpy as np
import pytest

from services.analytics.domain.fx import Rates
from services.analytics.domain.scenarios.holdings import Holdings, beta_of, holdings_on
from services.analytics.domain.series import EMPTY, Series
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import day, entry, ledger, series, weekdays

WAVE = 100 + np.sin(np.arange(60.0))


def books() -> Books:
    rows = ledger(
        entry("2024-01-01", EntryType.DEPOSIT, cash=500.0),
        entry("2024-01-01", EntryType.BUY, asset=1, quantity=2, cash=-200.0),
        entry("2024-01-01", EntryType.BUY, asset=2, quantity=1, cash=-50.0),
        entry("2024-01-02", EntryType.SELL, asset=2, quantity=1, cash=50.0),
    )
    quotes = {
        1: Quotes("ACME", "USD", Series(weekdays(60), WAVE)),
        2: Quotes("SOLD", "USD", series("2024-01-01", 50, 50)),
    }
    return Books(rows, quotes, Rates({}), "USD")


def held_on(**options: Series | np.datetime64) -> Holdings:
    found = holdings_on(value_portfolio(books()), books(), {1: "Tools"}, **options)  # type: ignore[arg-type]  # named as they are
    assert found is not None
    return found


def test_holdings_are_those_of_the_last_day() -> None:
    found = held_on()
    assert found.as_of == weekdays(60)[-1]
    assert found.cash == 300.0
    assert [(each.symbol, each.sector) for each in found.exposures] == [("ACME", "Tools")]
    assert found.value == pytest.approx(300 + 2 * WAVE[-1])


def test_an_earlier_day_holds_what_was_held_then() -> None:
    found = held_on(end=day("2024-01-01"))
    assert [(each.symbol, each.value) for each in found.exposures] == [("ACME", 200), ("SOLD", 50)]


def test_beta_is_measured_against_the_benchmark() -> None:
    benchmark = Series(weekdays(60), WAVE)
    assert held_on(benchmark=benchmark).exposures[0].beta == 1.0
    assert np.isnan(held_on().exposures[0].beta)


def test_beta_needs_thirty_common_returns_of_the_last_three_years() -> None:
    levels = Series(weekdays(60), WAVE)
    assert np.isnan(beta_of(levels, Series(weekdays(30), WAVE[:30]), day("2024-06-03")))
    assert beta_of(levels, Series(weekdays(31), WAVE[:31]), day("2024-06-03")) == 1.0
    assert np.isnan(beta_of(levels, levels, day("2030-06-03")))


def test_a_portfolio_without_a_value_holds_nothing() -> None:
    unpriced = books()._replace(assets={1: Quotes("A", "USD", EMPTY), 2: Quotes("B", "USD", EMPTY)})
    assert holdings_on(value_portfolio(unpriced), unpriced, {}) is None
