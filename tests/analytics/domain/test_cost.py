from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.cost import cost_basis
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.series import EMPTY, Days
from services.analytics.domain.valuation import Books, Quotes
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from tests.analytics.domain.build import calendar, dated, day, entry, ledger

T = EntryType
M = CostMethod
NO_RATES = Rates({})


def books(book: Ledger, rates: Rates = NO_RATES, own: str = "USD", currency: str = "USD") -> Books:
    """The books of a portfolio in ``currency``, all of whose assets are in ``own``."""
    quotes = {asset: Quotes(f"A{asset}", own, EMPTY) for asset in book.assets}
    return Books(book, quotes, rates, currency)


def costs(held: Books, method: CostMethod, days: Days) -> list[float]:
    return [round(float(cost), 2) for cost in cost_basis(held, method, days)]


def last(held: Books, method: CostMethod) -> float:
    return costs(held, method, calendar(1, "2030-01-01"))[0]


def bought(text: str, quantity: float, paid: float, asset: int = 1) -> Booking:
    return entry(text, T.BUY, asset=asset, quantity=quantity, cash=-paid)


def sold(text: str, quantity: float, got: float = 0.0, asset: int = 1) -> Booking:
    return entry(text, T.SELL, asset=asset, quantity=quantity, cash=got)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Bought for 9,100 in all. IRS Publication 564: FIFO sells for 5,000.00, average 4,660.98.
        (M.FIFO, 4100.00),
        (M.AVERAGE, 4439.02),
        # The last lots first: 10 at 30 and 200 at 20 leave 160 at 25 and 40 at 20.
        (M.LIFO, 4800.00),
        # The dearest first: 10 at 30, 160 at 25 and 40 at 20 leave 200 at 20.
        (M.HIFO, 4000.00),
    ],
)
def test_the_example_of_the_irs(method: CostMethod, expected: float) -> None:
    book = ledger(
        bought("2024-01-01", 160, 4000),
        bought("2024-01-02", 240, 4800),
        bought("2024-01-03", 10, 300),
        sold("2024-01-04", 210, 6720),
    )
    assert last(books(book), method) == expected


@pytest.mark.parametrize(("method", "expected"), [(M.FIFO, 4400.74), (M.AVERAGE, 4383.74)])
def test_the_published_example_of_two_purchases(method: CostMethod, expected: float) -> None:
    book = ledger(
        bought("2024-01-01", 109, 3149.20),
        bought("2024-01-02", 52, 1684.92),
        sold("2024-01-03", 15, 531.50),
    )
    assert last(books(book), method) == expected


def test_a_split_keeps_the_cost() -> None:
    # 10 at 100, 2:1, 5 sold: 15 held for 750.
    book = ledger(
        bought("2024-01-01", 10, 1000),
        entry("2024-01-02", T.SPLIT, asset=1, ratio=2.0),
        sold("2024-01-03", 5, 300),
    )
    assert costs(books(book), M.FIFO, calendar(3)) == [1000.0, 1000.0, 750.0]


def test_the_dearest_lot_is_dearest_in_the_assets_currency() -> None:
    # 10 at 100 dollars, a euro each, and 10 at 101 for 0.8 euros each: the second lot is dearer,
    # though it cost 808 euros.
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1000, exchange_rate=1.0),
        entry("2024-01-02", T.BUY, asset=1, quantity=10, cash=-1010, exchange_rate=0.8),
        sold("2024-01-03", 10),
    )
    assert last(books(book, currency="EUR"), M.HIFO) == 1000.0


def test_a_purchase_in_a_third_currency_is_compared_in_the_assets() -> None:
    # 100 dollars each; then 90 francs each, that are 108 dollars but 81 of the portfolio's euros.
    rates = Rates({"CHFUSD": dated(d20240101=1.2)})
    francs = entry(
        "2024-01-02", T.BUY, asset=1, quantity=1, cash=-90, currency="CHF", exchange_rate=0.9
    )
    dollars = entry("2024-01-01", T.BUY, asset=1, quantity=1, cash=-100, exchange_rate=1.0)
    book = ledger(dollars, francs, sold("2024-01-03", 1))
    assert last(books(book, rates, currency="EUR"), M.HIFO) == 100.0


def test_of_lots_that_cost_the_same_the_older_is_sold_first() -> None:
    # 0.1 dollars each: of the float 0.3 a third would not be 0.1.
    book = ledger(
        entry("2024-01-01", T.BUY, asset=1, quantity=10, cash=-1.0, exchange_rate=1.0),
        entry("2024-01-02", T.BUY, asset=1, quantity=3, cash=Decimal("-0.3"), exchange_rate=100.0),
        sold("2024-01-03", 10),
    )
    assert last(books(book, currency="EUR"), M.HIFO) == 30.0


@pytest.mark.parametrize("method", list(M))
@pytest.mark.parametrize(
    ("quantity", "there", "back", "left"),
    [(7.0, 1 / 3, 3.0, 6.99999999), (1.0, 1 / 30_000, 30_000.0, 0.9999)],
)
def test_the_sale_of_what_splits_left_takes_the_whole_cost(
    method: CostMethod, quantity: float, there: float, back: float, left: float
) -> None:
    book = ledger(
        bought("2024-01-01", quantity, 70_000_000),
        entry("2024-01-02", T.SPLIT, asset=1, ratio=there),
        entry("2024-01-03", T.SPLIT, asset=1, ratio=back),
        sold("2024-01-04", left),
    )
    assert costs(books(book), method, calendar(4))[2:] == [70_000_000.0, 0.0]
    assert book.held[1].quantities.tolist()[2:] == [left, 0.0]


def test_a_lot_too_small_for_a_split_gives_its_cost_to_its_neighbour() -> None:
    # Of 0.00000001 nothing is left after 1:10, and its dollar stays with the ten.
    book = ledger(
        bought("2024-01-01", 100, 1000),
        bought("2024-01-02", 1e-8, 1),
        entry("2024-01-03", T.SPLIT, asset=1, ratio=0.1),
        sold("2024-01-04", 5),
    )
    assert costs(books(book), M.FIFO, calendar(4))[2:] == [1001.0, 500.5]


def test_half_of_a_last_decimal_is_rounded_up_by_a_split() -> None:
    # As floats 0.00000003 / 2 is less than 0.000000015.
    book = ledger(bought("2024-01-01", 3e-8, 1), entry("2024-01-02", T.SPLIT, asset=1, ratio=0.5))
    assert book.held[1].quantities.tolist() == [3e-8, 2e-8]


def test_the_cost_of_a_day_is_that_after_its_last_entry() -> None:
    book = ledger(
        bought("2024-01-02", 1, 10), bought("2024-01-02", 1, 20, asset=2), sold("2024-01-04", 1)
    )
    assert costs(books(book), M.AVERAGE, calendar(5)) == [0.0, 30.0, 30.0, 20.0, 20.0]


def test_what_is_transferred_in_or_adjusted_costs_its_stated_price() -> None:
    def stated(text: str, kind: EntryType, quantity: float, price: float) -> Booking:
        when = date.fromisoformat(text)
        return Booking(0, when, kind, 1, quantity, currency="USD", price=price)

    book = ledger(
        stated("2024-01-01", T.TRANSFER_IN, 10, 7.0),
        entry("2024-01-02", T.TRANSFER_OUT, asset=1, quantity=5),
        stated("2024-01-03", T.ADJUSTMENT, 4, 9.0),
        stated("2024-01-04", T.ADJUSTMENT, 0, 9.0),
    )
    assert costs(books(book), M.FIFO, calendar(4)) == [70.0, 35.0, 36.0, 0.0]


def test_income_and_charges_are_no_cost() -> None:
    book = ledger(
        entry("2024-01-01", T.DEPOSIT, cash=100.0),
        bought("2024-01-01", 1, 10),
        entry("2024-01-02", T.DIVIDEND, asset=1, cash=3.0),
        entry("2024-01-02", T.FEE, asset=1, cash=-3.0),
    )
    assert last(books(book), M.AVERAGE) == 10.0


def test_each_purchase_costs_at_the_rate_of_its_day() -> None:
    rates = Rates({"EURUSD": dated(d20240101=1.1, d20240102=1.2)})
    rows = [
        entry(
            text,
            T.BUY,
            asset=1,
            quantity=1,
            cash=-100.0,
            currency="EUR",
            exchange_rate=float("nan"),
        )
        for text in ("2024-01-01", "2024-01-02")
    ]
    assert last(books(ledger(*rows), rates), M.FIFO) == 230.0


def test_a_cost_without_a_rate_is_unknown_until_it_is_sold() -> None:
    unrated = entry(
        "2024-01-01",
        T.BUY,
        asset=1,
        quantity=1,
        cash=-5.0,
        currency="XAU",
        exchange_rate=float("nan"),
    )
    book = ledger(unrated, bought("2024-01-02", 1, 10), sold("2024-01-03", 1))
    found = cost_basis(books(book), M.FIFO, calendar(3))
    np.testing.assert_array_equal(found, [np.nan, np.nan, 10.0])


trades = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 10**6)), min_size=1, max_size=12)


@given(trades, st.sampled_from(list(M)), st.data())
def test_no_method_keeps_more_than_was_paid_or_anything_of_nothing(
    purchases: list[tuple[int, int]], method: CostMethod, data: st.DataObject
) -> None:
    held = sum(quantity for quantity, _ in purchases) / 8
    first = data.draw(st.integers(0, int(held * 1000))) / 1000
    rows = [bought("2024-01-01", quantity / 8, paid / 100) for quantity, paid in purchases]
    paid = sum(paid for _, paid in purchases) / 100
    some = ledger(*rows, sold("2024-01-02", first))
    assert -1e-6 <= last(books(some), method) <= paid + 1e-6
    everything = ledger(*rows, sold("2024-01-02", first), sold("2024-01-03", held - first))
    found = cost_basis(books(everything), method, np.array([day("2024-01-03")]))
    assert found[0] == 0.0


def test_what_moves_no_money_needs_no_rate() -> None:
    unrated = entry(
        "2024-01-01", T.SPLIT, asset=1, ratio=2.0, currency="XAU", exchange_rate=float("nan")
    )
    assert ledger(unrated).money(NO_RATES, "USD").tolist() == [0.0]
    assert last(books(ledger(bought("2024-01-01", 1, 10), unrated)), M.FIFO) == 10.0
