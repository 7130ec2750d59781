"""Lots: which of them a sale takes, and what a split leaves of each."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.portfolio.domain.lots import Lot, Lots, add, scaled, split, take
from shared.vocabulary import CostMethod


def lot(quantity: str, cost: str, day: str = "2024-01-02") -> Lot:
    return Lot(date.fromisoformat(day), Decimal(quantity), Decimal(cost), Decimal(cost))


def quantities(lots: Lots) -> list[Decimal]:
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
    taken, remaining = take(THREE, Decimal(15), method)
    assert taken.quantity == 15
    assert taken.cost == cost
    assert quantities(remaining) == left


def test_of_equal_costs_the_older_lot_goes_first() -> None:
    lots = (lot("10", "20", "2024-01-01"), lot("5", "10", "2024-01-02"))
    assert take(lots, Decimal(10), CostMethod.HIFO)[1] == lots[1:]


def test_a_sale_changes_none_of_the_lots_it_is_given() -> None:
    lots = (lot("3", "10"), lot("7", "11"))
    take(lots, Decimal(4), CostMethod.LIFO)
    assert lots == (lot("3", "10"), lot("7", "11"))


def test_the_parts_of_a_lot_are_the_lot() -> None:
    part, rest = lot("3", "10").split_off(Decimal(1))
    assert part.cost == Decimal("3.33333333333333333333")
    assert part.joined(rest) == lot("3", "10")


def test_with_the_average_there_is_one_lot_since_the_first_day() -> None:
    lots = add(add((), THREE[1], CostMethod.AVERAGE), THREE[0], CostMethod.AVERAGE)
    assert lots == (lot("20", "70", "2024-01-01"),)


@pytest.mark.parametrize("method", [CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO])
def test_with_the_other_methods_each_purchase_is_a_lot(method: CostMethod) -> None:
    assert add(THREE[:2], THREE[2], method) == THREE


def test_the_lots_after_a_split_sum_to_the_rounded_total() -> None:
    # Each would be 0.33333333 on its own; together they are 1.
    lots = split((lot("1", "5"), lot("1", "6"), lot("1", "7")), Fraction(1, 3))
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
    lots: Lots, costs: list[int]
) -> None:
    assert [each.cost for each in split(lots, Fraction(1, 3))] == costs


def test_a_split_rounds_half_up() -> None:
    assert scaled(Decimal("0.00000001"), Fraction(1, 2)) == Decimal("0.00000001")
    assert scaled(Decimal(300), Fraction(1, 3)) == 100


@pytest.mark.parametrize("base", [Decimal("9.123456789"), None])
def test_a_lot_is_the_same_after_it_was_written_down(base: Decimal | None) -> None:
    kept = Lot(date(2024, 1, 2), Decimal("1E-8"), Decimal("0.00000000000000000001"), base)
    assert kept.to_json()[1] == "0.00000001"
    assert Lot.from_json(kept.to_json()) == kept
