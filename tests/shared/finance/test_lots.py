"""Lots: which of them a sale takes, and what a split leaves of each."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.lots import CostMethod, Lot, Lots


def lot(quantity: str, cost: str, day: str = "2024-01-02") -> Lot:
    return Lot(date.fromisoformat(day), Decimal(quantity), Decimal(cost), Decimal(cost))


def quantities(lots: Iterable[Lot]) -> list[Decimal]:
    return [each.quantity for each in lots]


# Units cost 2, 5, 3.
THREE = (
    lot("10", "20", "2024-01-01"),
    lot("10", "50", "2024-01-02"),
    lot("10", "30", "2024-01-03"),
)


@pytest.mark.parametrize(
    ("method", "cost", "left"),
    [
        (CostMethod.FIFO, 45, [5, 10]),  # all of the first, half of the second
        (CostMethod.LIFO, 55, [10, 5]),  # all of the last, half of the second
        (CostMethod.HIFO, 65, [10, 5]),  # all of the second, half of the third
    ],
)
def test_a_sale_takes_lots_in_the_order_of_its_method(
    method: CostMethod, cost: int, left: list[int]
) -> None:
    taken, remaining = Lots.of(method, THREE).take(Decimal(15))
    assert sum(quantities(taken)) == 15
    assert sum(each.cost for each in taken) == cost
    assert quantities(remaining) == left
    assert remaining.cost == remaining.base_cost == 100 - cost


def test_of_equal_costs_the_older_lot_goes_first() -> None:
    lots = (lot("10", "20", "2024-01-01"), lot("5", "10", "2024-01-02"))
    assert list(Lots.of(CostMethod.HIFO, lots).take(Decimal(10))[1]) == [lots[1]]


def test_a_sale_changes_none_of_the_lots_it_is_given() -> None:
    lots = Lots.of(CostMethod.LIFO, (lot("3", "10"), lot("7", "11")))
    lots.take(Decimal(4))
    lots.add(lot("1", "1"))
    assert lots == Lots.of(CostMethod.LIFO, (lot("3", "10"), lot("7", "11")))
    assert lots.cost == 21


def test_the_parts_of_a_lot_are_the_lot() -> None:
    part, rest = lot("3", "10").split_off(Decimal(1))
    assert part.cost == Decimal("3.33333333333333333333")
    assert part.joined(rest) == lot("3", "10")


def test_with_the_average_there_is_one_lot_since_the_first_day() -> None:
    lots = Lots(CostMethod.AVERAGE).add(THREE[1]).add(THREE[0])
    assert list(lots) == [lot("20", "70", "2024-01-01")]


@pytest.mark.parametrize("method", [CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO])
def test_with_the_other_methods_each_purchase_is_a_lot(method: CostMethod) -> None:
    assert list(Lots.of(method, THREE[:2]).add(THREE[2])) == list(THREE)


def test_the_lots_after_a_split_sum_to_the_rounded_total() -> None:
    # Each would be 0.33333333 on its own; together they are 1.
    three = Lots.of(CostMethod.FIFO, (lot("1", "5"), lot("1", "6"), lot("1", "7")))
    lots = three.split(Fraction(1, 3))
    assert quantities(lots) == [Decimal("0.33333333"), Decimal("0.33333334"), Decimal("0.33333333")]
    assert [each.cost for each in lots] == [5, 6, 7]


@pytest.mark.parametrize(
    ("lots", "costs"),
    [
        ((lot("0.00000001", "1"), lot("3", "6")), [7]),
        ((lot("3", "6"), lot("0.00000001", "1")), [7]),
        ((lot("3", "6"), lot("0.00000001", "1"), lot("3", "8")), [6, 9]),
    ],
)
def test_a_lot_too_small_for_a_split_gives_its_cost_to_its_neighbour(
    lots: tuple[Lot, ...], costs: list[int]
) -> None:
    after = Lots.of(CostMethod.FIFO, lots).split(Fraction(1, 3))
    assert [each.cost for each in after] == costs


@pytest.mark.parametrize("base", [Decimal("9.123456789"), None])
def test_a_lot_is_the_same_after_it_was_written_down(base: Decimal | None) -> None:
    kept = Lot(date(2024, 1, 2), Decimal("1E-8"), Decimal("0.00000000000000000001"), base)
    assert kept.to_json()[1] == "0.00000001"
    assert Lot.from_json(kept.to_json()) == kept


def test_the_cost_in_the_portfolios_currency_is_unknown_while_that_of_one_lot_is() -> None:
    unrated = Lot(date(2024, 1, 4), Decimal(10), Decimal(10), None)
    lots = Lots.of(CostMethod.LIFO, THREE).add(unrated)
    half = lots.take(Decimal(5))[1]
    assert (lots.base_cost, half.base_cost) == (None, None)
    assert half.take(Decimal(10))[1].base_cost == 85  # 100 − half of the last, that cost 30


def test_a_sale_of_more_than_there_is_takes_all() -> None:
    taken, remaining = Lots.of(CostMethod.FIFO, THREE).take(Decimal(31))
    assert taken == list(THREE)
    assert not list(remaining)
    assert remaining.cost == remaining.base_cost == 0


# Quantities and what they cost; a negative quantity is a sale.
trades = st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 30)), max_size=60)


def sold_next(lots: list[Lot], method: CostMethod) -> int:
    """Return the place of the lot that is sold next, looked for among all."""
    if method is CostMethod.HIFO:
        each = [Fraction(lot.cost) / Fraction(lot.quantity) for lot in lots]
        return each.index(max(each))
    return len(lots) - 1 if method is CostMethod.LIFO else 0


@given(trades, st.sampled_from([CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO]))
def test_any_trades_take_the_lots_that_a_search_finds(
    rows: list[tuple[int, int]], method: CostMethod
) -> None:
    lots, expected = Lots(method), list[Lot]()
    for quantity, cost in rows:
        if quantity > 0:
            bought = lot(str(quantity), str(cost))
            lots, expected = lots.add(bought), [*expected, bought]
        wanted = min(Decimal(max(-quantity, 0)), sum(quantities(expected), Decimal(0)))
        lots = lots.take(wanted)[1]
        while wanted:
            place = sold_next(expected, method)
            part = min(wanted, expected[place].quantity)
            rest = expected[place].split_off(part)[1]
            expected[place : place + 1] = [rest] if rest.quantity else []
            wanted -= part
        assert list(lots) == expected
        assert lots.cost == sum(each.cost for each in expected)
        assert Lots.of(method, expected) == lots


@pytest.mark.parametrize("method", CostMethod)
def test_thousands_of_lots_are_bought_and_sold_in_a_moment(method: CostMethod) -> None:
    # Whoever looks at all lots for each sale looks at fifty million.
    lots = Lots(method)
    started = process_time()
    for count in range(10_000):
        lots = lots.add(lot("2", str(1 + count * 7919 % 1000)))
    for _ in range(10_000):
        lots = lots.take(Decimal(2))[1]
    assert list(lots) == []
    assert process_time() - started < 10
