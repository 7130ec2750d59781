"""What a portfolio is made of, by group."""

from decimal import Decimal

from shared.finance.allocation import Grouping, allocate, sum_of
from tests.shared.finance.build import item, texts

D = Decimal


def test_groups_are_listed_largest_first_with_cash_as_one_of_them() -> None:
    items = [
        item("AAPL", "300", sector="Technology"),
        item("XOM", "150", sector="Energy"),
        item("MSFT", "100", sector="Technology"),
        item("BTC", "50", asset_type="CRYPTO"),
    ]
    found = allocate(items, D(200), Grouping.SECTOR, "USD")
    assert texts(found) == [
        ("Technology", "400.00", "50.0000"),
        ("CASH", "200.00", "25.0000"),
        ("Energy", "150.00", "18.7500"),
        ("UNCLASSIFIED", "50.00", "6.2500"),
    ]
    assert [part.position_count for part in found] == [2, 0, 1, 1]
    assert [part.label for part in found] == ["Technology", "Cash", "Energy", "Unclassified"]


def test_cash_of_less_than_a_cent_is_no_group() -> None:
    found = allocate([item("A", "1")], D("0.004"), Grouping.SECTOR, "USD")
    assert [part.key for part in found] == ["UNCLASSIFIED"]


def test_each_asset_alone_has_its_name_as_label() -> None:
    [part] = allocate([item("AAPL", "1")], D(0), Grouping.INDIVIDUAL, "USD")
    assert (part.key, part.label) == ("AAPL", "AAPL Inc.")


def test_values_have_the_decimals_of_the_currency_and_sum_to_the_total() -> None:
    found = allocate(
        [item("A", "0.5"), item("B", "0.5"), item("C", "0.5")], D(0), Grouping.INDIVIDUAL, "JPY"
    )
    assert texts(found) == [("A", "1", "33.3334"), ("B", "1", "33.3333"), ("C", "0", "33.3333")]


def test_a_portfolio_worth_nothing_has_no_percentages() -> None:
    [part, owed] = allocate([item("A", "10")], D(-10), Grouping.INDIVIDUAL, "USD")
    assert part.percentage is None
    assert owed.key == "CASH"
    assert allocate([], D(0), Grouping.SECTOR, "USD") == []


def test_what_has_no_value_comes_last_and_leaves_the_others_theirs() -> None:
    items = [item("B", None), item("A", None), item("C", "1"), item("C", "3")]
    found = allocate(items, None, Grouping.INDIVIDUAL, "USD")
    assert [(part.key, part.value, part.percentage) for part in found] == [
        ("C", D("3.00"), D("75.0000")),
        ("C", D("1.00"), D("25.0000")),
        ("A", None, None),
        ("B", None, None),
        ("CASH", None, None),
    ]
    assert sum_of(found) == 4


def test_a_group_is_worth_what_is_known_of_it() -> None:
    [part] = allocate([item("A", "1"), item("B", None)], D(0), Grouping.ASSET_TYPE, "USD")
    assert part.value == 1
    assert part.position_count == 2
