"""Money of a day is what decimals add up to, to the minor unit, however large it is."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.cost import cost_on
from services.analytics.domain.exact import Statement
from services.analytics.domain.fx import Rates
from services.analytics.domain.printing import printed
from services.analytics.domain.series import EMPTY, Series
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from shared.finance.money import EXACT, plain, round_money, round_to
from tests.analytics.domain.build import entry, floats, ledger, weekdays

T = EntryType
FIRST, SECOND, THIRD = (str(day) for day in weekdays(3))


def values(books: Books) -> list[str | None]:
    """What is printed of each day's value, as a curve does it."""
    valuation = value_portfolio(books)
    statement, positions = Statement(valuation, books), np.arange(len(valuation.days))
    unsaid = np.flatnonzero(statement.unsaid(positions, 2))
    exact = dict(zip(unsaid.tolist(), statement.worth(unsaid), strict=True))
    return printed(valuation.values, 2, exact)


def test_a_value_of_fourteen_digits_is_printed_to_the_cent() -> None:
    # 99,999,999.99 units at 999,999.99: no float has its cents.
    quantity, price = Decimal("99999999.99"), Decimal("999999.99")
    book = ledger(entry(FIRST, T.BUY, asset=1, quantity=quantity, cash=-quantity * price))
    quotes = Quotes("HUGE", "USD", Series(weekdays(1), floats(float(price))))
    books = Books(book, {1: quotes}, Rates({}), "USD")
    assert values(books) == ["99999998990000.00"]  # 99,999,998,990,000.0001
    assert cost_on(books, CostMethod.FIFO, weekdays(1)) == [Decimal("99999998990000.0001")]


def test_half_a_cent_is_rounded_up_whatever_the_float_says() -> None:
    # 1,000,000,001 at 1.005 is 1,005,000,001.005.
    book = ledger(entry(FIRST, T.BUY, asset=1, quantity=Decimal(1_000_000_001), cash=Decimal(-1)))
    quotes = Quotes("HALF", "USD", Series(weekdays(1), floats(1.005)))
    assert values(Books(book, {1: quotes}, Rates({}), "USD")) == ["1005000001.01"]


def test_cash_of_many_cents_is_exact() -> None:
    rows = [entry(FIRST, T.DEPOSIT, cash=Decimal("99999999999999.99"))]
    rows += [entry(SECOND, T.WITHDRAWAL, cash=Decimal("-0.01")) for _ in range(99)]
    books = Books(ledger(*rows), {}, Rates({}), "USD")
    valuation = value_portfolio(books)
    cash = Statement(valuation, books).cash(np.arange(len(valuation.days)))
    assert cash == [Decimal("99999999999999.99"), Decimal("99999999999999.00")]


def test_a_rate_has_the_twelve_decimals_that_portfolios_use() -> None:
    # A dollar is 1/1.07 euros, 0.934579439252; of 10¹² dollars the cents depend on its end.
    book = ledger(
        entry(FIRST, T.BUY, asset=1, quantity=Decimal(10**9), cash=Decimal(-1), exchange_rate=1.0)
    )
    quotes = Quotes("ACME", "USD", Series(weekdays(1), floats(1000.0)))
    pair = {"EURUSD": Series(weekdays(1), floats(1.07))}
    assert values(Books(book, {1: quotes}, Rates(pair), "EUR")) == ["934579439252.00"]


def test_without_a_price_or_a_rate_nothing_is_known() -> None:
    book = ledger(entry(FIRST, T.BUY, asset=1, quantity=Decimal(1), cash=Decimal(-1)))
    for own, closes in (("USD", EMPTY), ("CHF", Series(weekdays(1), floats(5.0)))):
        books = Books(book, {1: Quotes("A", own, closes)}, Rates({}), "USD")
        valuation = value_portfolio(books)
        assert Statement(valuation, books).worth(np.array([0])) == [None]
        assert values(books) == [None]


NUMBERS = st.decimals("0.00000001", "9999999", places=8)
PRICES = st.decimals("0.01", "99999999", places=4)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(NUMBERS, PRICES, PRICES), min_size=1, max_size=5),
    st.decimals("-99999999999", "99999999999", places=2),
)
def test_what_is_printed_is_what_decimals_add_up_to(
    holdings: list[tuple[Decimal, Decimal, Decimal]], cash: Decimal
) -> None:
    rows = [entry(FIRST, T.DEPOSIT if cash >= 0 else T.WITHDRAWAL, cash=cash)]
    rows += [
        entry(FIRST, T.TRANSFER_IN, asset=asset, quantity=quantity)
        for asset, (quantity, _, _) in enumerate(holdings)
    ]
    quotes = {
        asset: Quotes(f"A{asset}", "USD", Series(weekdays(2), floats(float(one), float(two))))
        for asset, (_, one, two) in enumerate(holdings)
    }
    books = Books(ledger(*rows), quotes, Rates({}), "USD")
    totals = [
        sum((EXACT.multiply(row[0], row[day]) for row in holdings), start=cash) for day in (1, 2)
    ]
    assert values(books) == [plain(round_money(total, "USD")) for total in totals]


@pytest.mark.parametrize("places", [0, 2, 3])
def test_a_day_is_left_to_its_float_where_that_cannot_err(places: int) -> None:
    random = np.random.default_rng(1)
    closes = np.round(random.uniform(1.0, 500.0, 1000), 2)
    book = ledger(
        *(
            entry(FIRST, T.BUY, asset=asset, quantity=Decimal(f"{asset}.37"), cash=Decimal("-1"))
            for asset in range(1, 6)
        )
    )
    quotes = {asset: Quotes("A", "USD", Series(weekdays(1000), closes)) for asset in range(1, 6)}
    books = Books(book, quotes, Rates({}), "USD")
    valuation = value_portfolio(books)
    unsaid = Statement(valuation, books).unsaid(np.arange(1000), places)
    halves = [round_to(Decimal(str(close)) * Decimal("16.85"), 6) for close in closes.tolist()]
    middle = [half * 10**places % 1 == Decimal("0.5") for half in halves]
    assert unsaid.tolist() == middle
