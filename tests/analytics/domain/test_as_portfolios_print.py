"""One ledger is worth, has cost and leaves in cash what portfolios say of it, to the last digit."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.cost import cost_on
from services.analytics.domain.exact import Statement
from services.analytics.domain.fx import Rates
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.series import Series
from services.analytics.domain.valuation import Books, Quotes, value_portfolio
from services.portfolio.domain.cash import account_of
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.holding import Holding, replay
from services.portfolio.domain.totals import Sums, Totals, totals
from shared.finance.entries import EntryType
from shared.finance.lots import CostMethod
from shared.finance.money import EXACT, ZERO
from shared.finance.rates import find_rate
from tests.analytics.domain.build import floats, weekdays
from tests.portfolio.domain.build import done, in_order

T = EntryType
DAYS = [str(day) for day in weekdays(20)]
# What one asks for a euro each day; assets are in euros, the portfolio in dollars.
RATES = [Decimal(f"1.{n:02d}37") for n in range(20)]
QUANTITIES = st.decimals("0.00000001", "99999", places=8)
PRICES = st.decimals("0.0001", "99999999", places=4)
FEES = st.decimals("0", "9.99", places=2)

Trade = tuple[int, int, Decimal, Decimal, Decimal, str]


def entries(trades: list[Trade], deposit: Decimal) -> list[Entry]:
    """A ledger: money paid in, then trades in euros, each at the rate of its day."""
    ledger = [done(T.DEPOSIT, DAYS[0], amount=str(deposit), asset_rate="1")]
    held: dict[int, Decimal] = {}
    for day, asset, quantity, price, fees, kind in sorted(trades):
        rate = str(RATES[day])
        common = {"asset": asset, "currency": "EUR", "exchange_rate": rate}
        if kind == "BUY":
            held[asset] = held.get(asset, ZERO) + quantity
            ledger.append(
                done(
                    T.BUY, DAYS[day], quantity=str(quantity), price=str(price), fees=str(fees),
                    **common,
                )
            )  # fmt: skip
        elif quantity <= held.get(asset, ZERO):
            held[asset] -= quantity
            ledger.append(
                done(T.SELL, DAYS[day], quantity=str(quantity), price=str(price), **common)
            )
    return in_order(ledger)


def in_portfolios(ledger: list[Entry], closes: dict[int, Decimal], method: CostMethod) -> Totals:
    """What portfolios say of the last day."""
    sums = []
    for asset, close in closes.items():
        held = replay([row for row in ledger if row.asset == asset], Holding.nothing(method))
        value = EXACT.multiply(held.quantity, close)
        sums.append(
            Sums(
                currency="EUR", held=int(held.quantity > 0), value=value, cost=held.base_cost,
                realized=ZERO, income=ZERO,
            )
        )  # fmt: skip
    day = weekdays(20)[-1].item()
    rate = find_rate("EUR", "USD", lambda name: (RATES[-1], day) if name == "EURUSD" else None)
    assert rate is not None
    return totals(sums, account_of(ledger), lambda _: rate.value)


def in_analytics(ledger: list[Entry], closes: dict[int, Decimal]) -> Books:
    rows = [
        Booking(
            order=row.id,
            date=row.date,
            type=row.type,
            asset=row.asset,
            quantity=row.quantity or ZERO,
            cash=row.cash,
            currency=row.currency,
            exchange_rate=row.exchange_rate or ZERO,
            price=row.price or ZERO,
        )
        for row in ledger
    ]
    quotes = {
        asset: Quotes(f"A{asset}", "EUR", Series(weekdays(20), np.full(20, float(close))))
        for asset, close in closes.items()
    }
    rates = Series(weekdays(20), floats(*map(float, RATES)))
    return Books(Ledger(rows), quotes, Rates({"EURUSD": rates}), "USD")


TRADES = st.tuples(
    st.integers(0, 19),
    st.integers(1, 3),
    QUANTITIES,
    PRICES,
    FEES,
    st.sampled_from(["BUY", "SELL"]),
)


@settings(max_examples=60)
@given(
    st.lists(TRADES, min_size=1, max_size=20),
    st.tuples(PRICES, PRICES, PRICES),
    st.decimals("0.01", "99999999999", places=2),
    st.sampled_from(CostMethod),
)
def test_both_say_the_same(
    trades: list[Trade],
    prices: tuple[Decimal, Decimal, Decimal],
    deposit: Decimal,
    method: CostMethod,
) -> None:
    closes = dict(enumerate(prices, start=1))
    ledger = entries(trades, deposit)
    theirs = in_portfolios(ledger, closes, method)
    books = in_analytics(ledger, closes)
    valuation = value_portfolio(books)
    statement, last = Statement(valuation, books), np.array([len(valuation.days) - 1])
    [worth], [cash] = statement.worth(last), statement.cash(last)
    [cost] = cost_on(books, method, weekdays(20)[-1:])
    assert (cash, cost) == (theirs.cash, theirs.cost)
    # A sum of a currency is converted at once there, each asset here: the twentieth decimal.
    assert worth is not None
    assert theirs.value is not None
    assert abs(EXACT.subtract(worth, theirs.value)) <= Decimal("3e-20")
