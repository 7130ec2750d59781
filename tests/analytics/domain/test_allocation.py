from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.allocation import rebalance
from shared.errors import BadRequest
from shared.finance.allocation import Grouping, allocate
from tests.shared.finance.build import item, texts

D = Decimal


def test_cash_of_an_asset_and_of_the_account_are_two_groups_and_one_target() -> None:
    fund = item("MMF", "60", asset_type="CASH")
    found = allocate([fund], D(40), Grouping.ASSET_TYPE, "USD")
    assert texts(found) == [("CASH", "60.00", "60.0000"), ("CASH", "40.00", "40.0000")]
    [drift] = rebalance(found, {"CASH": D(100)}, "USD")
    assert (drift.actual, drift.trade) == (D("100.0000"), D("0.00"))


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
