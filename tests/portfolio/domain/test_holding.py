"""What each type of entry does to quantity, cost, gain and income."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import InvalidEntry, Oversold
from services.portfolio.domain.holding import Holding, apply, replay
from shared.finance.entries import EntryType as T
from shared.finance.lots import CostMethod, Lot
from tests.portfolio.domain.build import done, exactly, held, in_order, usd

ALL_METHODS = pytest.mark.parametrize("method", CostMethod)


def bought_and_sold() -> list[Entry]:
    """IRS Publication 564: three purchases of a fund, then 210 shares sold at 32."""
    return [
        done(T.BUY, "2024-01-02", quantity="160", price="25"),
        done(T.BUY, "2024-02-01", quantity="240", price="20"),
        done(T.BUY, "2024-03-01", quantity="10", price="30"),
        done(T.SELL, "2024-04-01", quantity="210", price="32"),
    ]


@pytest.mark.parametrize(
    ("method", "sold", "left"),
    [
        (CostMethod.FIFO, "5000.00", "4100.00"),  # 160 at 25, 50 at 20 (published)
        (CostMethod.AVERAGE, "4660.98", "4439.02"),  # 210 × 9,100 / 410 (published: not 4,662.00)
        (CostMethod.LIFO, "4300.00", "4800.00"),  # 10 at 30, 200 at 20
        (CostMethod.HIFO, "5100.00", "4000.00"),  # 10 at 30, 160 at 25, 40 at 20
    ],
)
def test_the_cost_of_what_is_sold_follows_the_method(
    method: CostMethod, sold: str, left: str
) -> None:
    after = held(*bought_and_sold(), method=method)
    assert usd(Decimal(6720) - after.realized) == sold
    assert usd(after.cost) == left
    assert after.quantity == 200


@pytest.mark.parametrize(
    ("method", "cost"), [(CostMethod.FIFO, "4400.74"), (CostMethod.AVERAGE, "4383.74")]
)
def test_109_and_52_bought_and_15_sold(method: CostMethod, cost: str) -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="109", amount="-3149.20"),
        done(T.BUY, "2024-01-03", quantity="52", amount="-1684.92"),
        done(T.SELL, "2024-01-04", quantity="15", amount="531.50"),
        method=method,
    )
    assert usd(after.cost) == cost


@pytest.mark.parametrize("method", [CostMethod.FIFO, CostMethod.AVERAGE])
def test_15_of_109_sold_before_more_is_bought(method: CostMethod) -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="109", amount="-3149.20"),
        done(T.SELL, "2024-01-03", quantity="15", amount="531.50"),
        done(T.BUY, "2024-01-04", quantity="52", amount="-1684.92"),
        done(T.BUY, "2024-01-05", quantity="32", amount="-959.30"),
        method=method,
    )
    assert usd(after.cost) == "5360.04"
    assert usd(after.realized) == "98.12"


@ALL_METHODS
def test_the_sales_that_close_a_position_take_its_whole_cost(method: CostMethod) -> None:
    # A third of 10.00 has no end in decimals; three thirds are 10.00 all the same.
    third = [done(T.SELL, f"2024-01-0{day}", quantity="1", price="4") for day in (3, 4, 5)]
    after = held(done(T.BUY, quantity="3", amount="-10.00"), *third, method=method)
    assert (after.quantity, after.cost, after.base_cost) == exactly(0, 0, 0)
    assert list(after.lots) == []
    assert after.realized == 2


def test_fees_and_taxes_of_a_trade_are_in_its_cost_and_its_proceeds() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100", fees="4.00", taxes="1.00"),
        done(T.SELL, "2024-01-03", quantity="10", price="110", fees="3.00", taxes="2.00"),
    )
    assert after.realized == Decimal("90.00")  # 1,095.00 − 1,005.00


def test_what_moved_is_the_cost_whatever_the_price_says() -> None:
    assert held(done(T.BUY, quantity="0.6242", price="48.05", amount="-29.99")).cost == Decimal(
        "29.99"
    )


def test_a_transfer_in_costs_what_it_says_and_realises_nothing_on_its_way_out() -> None:
    after = held(
        done(T.TRANSFER_IN, "2024-01-02", quantity="10", price="80"),
        done(T.TRANSFER_OUT, "2024-01-03", quantity="4"),
    )
    assert (after.quantity, after.cost, after.realized) == exactly(6, 480, 0)


def test_an_adjustment_sets_quantity_and_cost() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.ADJUSTMENT, "2024-01-03", quantity="12", price="90"),
    )
    assert (after.quantity, after.cost, after.realized) == exactly(12, 1080, 0)
    assert after.first_purchase_date == date(2024, 1, 2)


def test_an_adjustment_to_nothing_closes_the_position() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.ADJUSTMENT, "2024-01-03", quantity="0"),
    )
    assert (after.quantity, after.cost, after.base_cost) == exactly(0, 0, 0)
    assert list(after.lots) == []


def test_dividends_and_interest_are_income_after_their_fees_and_taxes() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.DIVIDEND, "2024-01-03", amount="15.00", taxes="2.25", fees="0.50"),
        done(T.INTEREST, "2024-01-04", asset=1, amount="-1.00"),
    )
    assert (after.income, after.cost, after.realized) == exactly("11.25", 1000, 0)


@pytest.mark.parametrize("kind", [T.FEE, T.TAX, T.FEE_REFUND, T.TAX_REFUND])
def test_a_charge_of_its_own_leaves_the_position_alone(kind: T) -> None:
    before = held(done(T.BUY, quantity="10", price="100"))
    sign = 1 if kind in (T.FEE_REFUND, T.TAX_REFUND) else -1
    charge = done(kind, "2024-01-03", asset=1, amount=str(5 * sign))
    assert apply(before, charge) == before._replace(last_order=charge.order)


def test_two_splits_leave_six_and_two_thirds_at_the_whole_cost() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.SPLIT, "2024-01-03", ratio=Fraction(2)),
        done(T.SPLIT, "2024-01-04", ratio=Fraction(1, 3)),
    )
    assert (after.quantity, after.cost) == exactly("6.66666667", 1000)


@ALL_METHODS
def test_five_of_twenty_sold_after_a_split(method: CostMethod) -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.SPLIT, "2024-01-03", ratio=Fraction(2)),
        done(T.SELL, "2024-01-04", quantity="5", price="60"),
        method=method,
    )
    assert (after.quantity, after.cost, after.realized) == exactly(15, 750, 50)


def test_one_for_three_of_300_is_100() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="300", price="1"),
        done(T.SPLIT, "2024-01-03", ratio=Fraction(1, 3)),
    )
    assert after.quantity == 100


def test_a_split_comes_first_on_its_day_though_it_was_recorded_last() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.SELL, "2024-01-03", quantity="15", price="60"),
        done(T.SPLIT, "2024-01-03", ratio=Fraction(2)),
    )
    assert (after.quantity, after.cost) == exactly(5, 250)


def test_a_split_that_leaves_nothing_is_refused() -> None:
    before = held(done(T.BUY, quantity="0.00000001", price="1"))
    with pytest.raises(InvalidEntry, match="nothing would be held"):
        apply(before, done(T.SPLIT, "2024-01-03", ratio=Fraction(1, 3)))


def test_splits_that_leave_more_than_can_be_counted_are_refused() -> None:
    before = held(done(T.BUY, quantity="999999999999", price="1"))
    million = done(T.SPLIT, "2024-01-03", ratio=Fraction(1_000_000))
    with pytest.raises(InvalidEntry, match="too much would be held") as caught:
        apply(before, million)
    assert set(caught.value.fields) == {"ratio"}


@pytest.mark.parametrize("kind", [T.SELL, T.TRANSFER_OUT])
def test_no_more_can_leave_than_is_held_on_that_day(kind: T) -> None:
    book = [
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(kind, "2024-01-03", quantity="10.00000001", price="100"),
        done(T.BUY, "2024-01-04", quantity="10", price="100"),
    ]
    with pytest.raises(Oversold, match=r"Only 10 are held on 2024-01-03; 10\.00000001") as caught:
        held(*book)
    assert caught.value.day == date(2024, 1, 3)
    assert caught.value.held == 10
    assert set(caught.value.fields) == {"quantity"}


def test_a_replay_names_the_entry_that_could_not_be_applied() -> None:
    sale = done(T.SELL, "2024-01-03", quantity="11", price="100")
    with pytest.raises(Oversold) as caught:
        held(done(T.BUY, "2024-01-02", quantity="10", price="100"), sale)
    assert caught.value.entry == sale.id


def test_it_is_held_since_it_was_bought_again() -> None:
    book = [
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.BUY, "2024-01-03", quantity="10", price="100"),
        done(T.SELL, "2024-01-04", quantity="20", price="100"),
    ]
    assert held(*book).first_purchase_date == date(2024, 1, 2)
    again = done(T.BUY, "2024-01-05", quantity="1", price="100")
    assert held(*book, again).first_purchase_date == date(2024, 1, 5)


def test_only_an_entry_after_all_others_follows() -> None:
    first = done(T.BUY, "2024-01-02", quantity="10", price="100")
    last = done(T.BUY, "2024-01-03", quantity="10", price="100")
    after = held(first, last)
    assert Holding.nothing(CostMethod.FIFO).follows(first)
    assert after.follows(done(T.SELL, "2024-01-03", quantity="1", price="1"))
    assert not after.follows(last)
    assert not after.follows(done(T.SELL, "2024-01-02", quantity="1", price="1"))
    assert not after.follows(done(T.SPLIT, "2024-01-03", ratio=Fraction(2)))


def test_cost_and_gain_in_the_portfolios_currency_keep_the_rate_of_their_day() -> None:
    # A dollar is 0.90 euro at the purchase, 0.80 at the sale.
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100", exchange_rate="0.90"),
        done(T.SELL, "2024-01-03", quantity="4", price="120", exchange_rate="0.80"),
        done(T.DIVIDEND, "2024-01-04", amount="10", exchange_rate="0.85"),
    )
    assert (after.cost, after.realized, after.income) == exactly(600, 80, 10)
    assert (after.base_cost, after.base_realized) == exactly(540, 24)  # 384 − 360
    assert after.base_income == Decimal("8.5")


def test_a_purchase_in_another_currency_costs_the_assets_own() -> None:
    # 1,000 euro for an asset in dollars, of which one euro buys 1.10, in a portfolio in francs.
    after = held(
        done(
            T.BUY,
            quantity="10",
            amount="-1000",
            currency="EUR",
            asset_rate="1.10",
            exchange_rate="0.95",
        )
    )
    assert (after.cost, after.base_cost) == exactly(1100, 950)


def test_a_sale_in_another_currency_gains_in_the_assets_own() -> None:
    # 10 at 100 dollars; 1,000 euro for them, of which one buys 1.10 dollars.
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100"),
        done(T.SELL, "2024-01-03", quantity="10", amount="1000", currency="EUR", asset_rate="1.10"),
        done(T.DIVIDEND, "2024-01-04", amount="20", currency="EUR", asset_rate="1.10"),
    )
    assert (after.realized, after.income) == exactly(100, 22)


def test_nothing_costs_nothing_even_without_a_rate() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100", exchange_rate=None),
        done(T.ADJUSTMENT, "2024-01-03", quantity="0", exchange_rate=None),
    )
    assert after.base_cost == 0


def test_without_a_rate_the_base_cost_is_unknown_and_the_own_is_not() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100", exchange_rate=None),
        done(T.BUY, "2024-01-03", quantity="10", price="100", exchange_rate="0.90"),
    )
    assert after.cost == 2000
    assert after.base_cost is None


def test_the_base_cost_is_known_again_when_what_was_unknown_is_sold() -> None:
    after = held(
        done(T.BUY, "2024-01-02", quantity="10", price="100", exchange_rate=None),
        done(T.BUY, "2024-01-03", quantity="10", price="100", exchange_rate="0.90"),
        done(T.SELL, "2024-01-04", quantity="10", price="110", exchange_rate="0.90"),
        method=CostMethod.FIFO,
    )
    assert (after.base_cost, after.realized) == exactly(900, 100)
    assert after.base_realized is None


def test_a_replay_goes_on_from_where_it_is_started() -> None:
    book = in_order(bought_and_sold())
    nothing = Holding.nothing(CostMethod.LIFO)
    assert replay(book[2:], replay(book[:2], nothing)) == replay(book, nothing)


@ALL_METHODS
def test_no_entry_changes_the_holding_it_is_applied_to(method: CostMethod) -> None:
    before = held(*bought_and_sold()[:3], method=method)
    kept = [Lot.from_json(lot.to_json()) for lot in before.lots], before.quantity, before.cost
    for kind, more in (
        (T.BUY, {"quantity": "1", "price": "1"}),
        (T.SELL, {"quantity": "200", "price": "1"}),
        (T.SPLIT, {"ratio": Fraction(1, 7)}),
        (T.ADJUSTMENT, {"quantity": "0"}),
    ):
        apply(before, done(kind, "2024-05-01", **more))
    assert (list(before.lots), before.quantity, before.cost) == kept
