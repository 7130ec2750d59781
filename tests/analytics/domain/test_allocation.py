from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.allocation import Item, Slice, allocate, rebalance
from services.analytics.domain.series import decimal
from shared.apportionment import apportion, percentages
from shared.errors import BadRequest
from shared.vocabulary import Grouping

D = Decimal


def item(symbol: str, value: str, **about: str) -> Item:
    described = {"asset_type": "STOCK", "currency": "USD"} | about
    return Item(symbol, f"{symbol} Inc.", D(value), **described)


def texts(slices: list[Slice]) -> list[tuple[str, str, str]]:
    return [(part.key, str(part.value), str(part.percentage)) for part in slices]


def test_the_missing_unit_goes_to_the_largest_remainder() -> None:
    # 33.333…, 33.333…, 33.333…: floors sum to 99.99, the first of equals gets the last 0.01.
    third = D(100) / 3
    assert apportion([third] * 3, 2) == [D("33.34"), D("33.33"), D("33.33")]
    # 0.004, 1.996: floors 0.00 and 1.99.
    assert apportion([D("0.004"), D("1.996")], 2) == [D("0.00"), D("2.00")]


def test_losses_are_apportioned_as_gains_are() -> None:
    # −0.005 − 0.005 is −0.01 in all; each alone would round to −0.01.
    assert apportion([D("-0.005"), D("-0.005")], 2) == [D("0.00"), D("-0.01")]


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=30))
def test_rounded_parts_sum_to_the_rounded_whole(parts: list[Decimal]) -> None:
    found = apportion(parts, 2)
    assert sum(found) == apportion([sum(parts, D(0))], 2)[0]
    for part, rounded in zip(parts, found, strict=True):
        assert abs(part - rounded) < D("0.01")
        assert part != 0 or rounded == 0


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=40))
def test_percentages_sum_to_exactly_one_hundred(parts: list[Decimal]) -> None:
    found = percentages(parts)
    assert (found is None) == (sum(parts) == 0)
    assert found is None or sum(found) == D("100.0000")


def test_a_float_becomes_the_decimal_that_it_prints_as() -> None:
    assert decimal(0.1) == D("0.1")


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


def test_cash_of_an_asset_and_of_the_account_are_two_groups_and_one_target() -> None:
    fund = item("MMF", "60", asset_type="CASH")
    found = allocate([fund], D(40), Grouping.ASSET_TYPE, "USD")
    assert texts(found) == [("CASH", "60.00", "60.0000"), ("CASH", "40.00", "40.0000")]
    [drift] = rebalance(found, {"CASH": D(100)}, "USD")
    assert (drift.actual, drift.trade) == (D("100.0000"), D("0.00"))


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


def test_trades_restore_the_targets_and_sum_to_nothing() -> None:
    held = allocate(
        [item("A", "700"), item("B", "200", asset_type="BOND")], D(100), Grouping.ASSET_TYPE, "USD"
    )
    found = rebalance(held, {"STOCK": D(60), "BOND": D(30), "CRYPTO": D(10)}, "USD")
    rows = [(d.key, str(d.actual), str(d.drift), str(d.target_value), str(d.trade)) for d in found]
    assert rows == [
        ("STOCK", "70.0000", "10.0000", "600.00", "-100.00"),
        ("BOND", "20.0000", "-10.0000", "300.00", "100.00"),
        ("CASH", "10.0000", "10.0000", "0.00", "-100.00"),
        ("CRYPTO", "0.0000", "-10.0000", "100.00", "100.00"),
    ]


@given(st.lists(st.integers(1, 10**7), min_size=3, max_size=3), st.integers(0, 100))
def test_no_rebalancing_makes_or_loses_a_cent(cents: list[int], first: int) -> None:
    items = [item(name, str(D(n) / 100)) for name, n in zip("ABC", cents, strict=True)]
    held = allocate(items, D(0), Grouping.INDIVIDUAL, "USD")
    targets = {"A": first * D("0.3333"), "B": 100 - first * D("0.3333")}
    assert sum(row.trade for row in rebalance(held, targets, "USD")) == 0


@pytest.mark.parametrize("targets", [{"A": D(99)}, {"A": D(-1), "B": D(101)}, {}])
def test_targets_that_are_no_mix_are_refused(targets: dict[str, Decimal]) -> None:
    held = allocate([item("A", "1")], D(0), Grouping.INDIVIDUAL, "USD")
    with pytest.raises(BadRequest, match="sum to 100"):
        rebalance(held, targets, "USD")


def test_nothing_can_not_be_rebalanced() -> None:
    with pytest.raises(BadRequest, match="worth nothing"):
        rebalance([], {"A": D(100)}, "USD")
