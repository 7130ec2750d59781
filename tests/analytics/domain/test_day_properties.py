"""What must hold whatever the days are on which things are priced and booked."""

from dataclasses import asdict
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain import returns
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.performance import measure, measure_portfolio
from services.analytics.domain.risk_report import report
from services.analytics.domain.series import Days, Floats, Series
from services.analytics.domain.track import Request, Track
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from tests.analytics.domain.build import calendar, weekdays

T = EntryType
LENGTH = 120
CALENDAR = calendar(LENGTH)
TINY = 1e-7  # the weight of what is added

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=40)


def walk(seed: int, days: Days, size: float = 0.01) -> Series:
    moves = np.random.default_rng(seed).normal(0.0005, size, len(days))
    return Series(days, 100.0 * np.exp(np.cumsum(moves)))


def some_days(seed: int) -> Days:
    """The first of the calendar, the last, and some between."""
    mask = np.random.default_rng(seed).random(LENGTH) < 0.4
    mask[[0, -1]] = True
    return CALENDAR[mask]


def books(entries: list[Booking], *quotes: Quotes) -> Books:
    return Books(Ledger(entries), dict(enumerate(quotes, start=1)), Rates({}), "USD")


def bought(order: int, when: date, asset: int, quantity: float, price: float) -> Booking:
    return Booking(order, when, T.BUY, asset, quantity, -quantity * price)


def total(known: Books) -> float | None:
    return measure_portfolio(value_portfolio(known), known, Request()).growth.total_return


trades = st.lists(
    st.tuples(
        st.integers(1, LENGTH - 1),
        st.sampled_from([T.SELL, T.BUY, T.TRANSFER_IN, T.TRANSFER_OUT, T.ADJUSTMENT]),
        st.integers(1, 40),
    ),
    max_size=8,
)


@quick
@given(seeds, trades)
def test_a_flow_at_the_close_of_any_calendar_day_leaves_the_return_alone(
    seed: int, moves: list[tuple[int, EntryType, int]]
) -> None:
    # What leaves, leaves at the day's own close; what comes in, at the one before.
    closes = walk(seed, some_days(seed))
    book = [bought(0, CALENDAR[0].item(), 1, 1000.0, closes.values[0])]
    for order, (position, kind, quantity) in enumerate(moves, start=1):
        when = CALENDAR[position]
        at = when if kind is T.SELL else when - 1
        price = float(closes.as_of(np.array([at])).values[0])
        cash = {T.SELL: quantity * price, T.BUY: -quantity * price}.get(kind, 0.0)
        amount = 500.0 + quantity if kind is T.ADJUSTMENT else float(quantity)
        book.append(Booking(order, when.item(), kind, 1, amount, cash))
    expected = closes.values[-1] / closes.values[0] - 1
    assert total(books(book, Quotes("ACME", "USD", closes))) == pytest.approx(expected)


def figures(metrics: Metrics) -> dict[str, float]:
    """All that are no observation counts and no days."""
    groups = (metrics.growth, metrics.dispersion, metrics.drawdown, metrics.relative)
    found = {name: value for group in groups for name, value in asdict(group).items()}
    return {name: value for name, value in found.items() if isinstance(value, float)}


def assert_near(one: dict[str, float], other: dict[str, float]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert other[name] == pytest.approx(value, rel=1e4 * TINY, abs=1e4 * TINY), name


@quick
@given(seeds, st.sampled_from(["CRYPTO", "STOCK"]))
def test_a_tiny_part_changes_every_figure_by_a_tiny_part(seed: int, kind: str) -> None:
    days = weekdays(80)[np.random.default_rng(seed).random(80) > 0.05]
    first, second = (Quotes(name, "USD", walk(seed + 1 + k, days)) for k, name in enumerate("AB"))
    market = walk(seed + 3, days)
    start = max(days[0], CALENDAR[0])
    own = start + np.arange(LENGTH) if kind == "CRYPTO" else days
    tiny = Quotes("TINY", "USD", walk(seed + 4, own, 0.05), asset_type=kind)
    book = [
        bought(asset, start.item(), asset, quantity, quotes.closes.values[0])
        for asset, quantity, quotes in ((1, 10.0, first), (2, 5.0, second))
    ]
    more = bought(3, start.item(), 3, 1500.0 * TINY / 100.0, tiny.closes.values[0])
    window = Request(end=days[-1])
    one, other = books(book, first, second), books([*book, more], first, second, tiny)
    reports = [report(value_portfolio(each), each, window, market) for each in (one, other)]
    before, after = (figures(each.metrics) for each in reports)
    assert_near(before, after)
    for name in ("value", "ulcer_index", "up_capture", "down_capture"):
        one_way, other_way = (getattr(each, name) for each in reports)
        assert other_way == pytest.approx(one_way, rel=1e4 * TINY, abs=1e3 * TINY)
    tails = [asdict(each.tails) for each in reports]
    assert_near(*tails)
    parts = [
        {row.symbol: row.risk_contribution for row in each.holdings.contributions}
        for each in reports
    ]
    for symbol, part in parts[0].items():
        assert parts[1][symbol] == pytest.approx(part, abs=1e-3)


@quick
@given(seeds, seeds, trades)
def test_linking_over_fewer_days_gives_the_same_total(
    seed: int, other: int, moves: list[tuple[int, EntryType, int]]
) -> None:
    stock, coin = walk(seed, weekdays(80)), walk(other, CALENDAR, 0.05)
    quotes = [Quotes("ACME", "USD", stock), Quotes("COIN", "USD", coin, asset_type="CRYPTO")]
    book = [
        bought(0, CALENDAR[0].item(), 1, 100.0, 101.0),
        bought(1, CALENDAR[0].item(), 2, 500.0, 99.0),
    ]
    for order, (position, kind, quantity) in enumerate(moves, start=2):
        cash = {T.SELL: quantity * 90.0, T.BUY: -quantity * 110.0}.get(kind, 0.0)
        book.append(Booking(order, CALENDAR[position].item(), kind, 2, float(quantity), cash))
    known = books(book, *quotes)
    part = Track.of_portfolio(value_portfolio(known), known).cut(Request())
    assert part is not None
    assert len(part.observations) <= len(part.daily)
    if part.is_lost:
        assert not len(part.observations)
    else:
        assert returns.total(part.observed.returns) == pytest.approx(returns.total(part.daily))


@quick
@given(seeds, st.sampled_from(["STOCK", "CRYPTO"]), st.booleans())
def test_a_portfolio_of_one_asset_has_the_figures_of_the_asset(
    seed: int, kind: str, is_sparse: bool
) -> None:
    days = some_days(seed)[::5] if is_sparse else weekdays(80)
    closes, market = walk(seed, days), walk(seed + 1, weekdays(80))
    quotes = Quotes("ACME", "USD", closes, asset_type=kind)
    known = books([bought(0, days[0].item(), 1, 1.0, closes.values[0])], quotes)
    own = measure(Track.of_unit(quotes), Request(risk_free_rate=0.02), market)
    portfolio = measure_portfolio(
        value_portfolio(known), known, Request(risk_free_rate=0.02), market
    )
    assert portfolio.window == own.window
    assert figures(portfolio) == pytest.approx(figures(own), rel=1e-9, abs=1e-9)
    reasons = [{(w.field, w.code) for w in each.warnings} for each in (own, portfolio)]
    assert {each for each in reasons[1] if each[1] != "stale_price"} == reasons[0]


@quick
@given(seeds, st.integers(20, 60), st.integers(61, 100), st.integers(90, 110))
def test_the_returns_of_before_and_after_it_was_emptied_are_linked(
    seed: int, sold: int, again: int, price: int
) -> None:
    closes = walk(seed, CALENDAR)
    quotes = Quotes("ACME", "USD", closes)
    first = [
        bought(0, CALENDAR[0].item(), 1, 10.0, float(price)),
        Booking(1, CALENDAR[sold].item(), T.SELL, 1, 10.0, 10.0 * closes.values[sold]),
    ]
    second = [bought(2, CALENDAR[again].item(), 1, 7.0, float(price))]
    found = [total(books(each, quotes)) for each in (first, second, [*first, *second])]
    values: Floats = np.array(found, dtype=np.float64)
    assert (1 + values[0]) * (1 + values[1]) - 1 == pytest.approx(values[2])
