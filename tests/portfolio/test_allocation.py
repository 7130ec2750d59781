"""What a portfolio is made of."""

from typing import Any

import pytest

from shared.testing import Stand, today
from tests.portfolio.build import (
    AAPL,
    EURUSD,
    SAP,
    User,
    adopt,
    adopt_pair,
    answered,
    card,
    codes,
)

BOND = 4


@pytest.fixture
def portfolio(stand: Stand, ann: User) -> int:
    """Return a dollar portfolio: AAPL 100, SAP 110 (100 euros), a bond 30, cash 60."""
    adopt_pair(stand, EURUSD, "EURUSD", {today().isoformat(): "1.10"})
    adopt(stand, card(AAPL, "AAPL", sector="Technology", country="US"))
    adopt(stand, card(SAP, "SAP", "EUR", sector="Technology", country="DE"))
    adopt(stand, card(BOND, "BOND", asset_type="BOND"))
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="60")
    for asset, quantity in ((AAPL, "10"), (SAP, "10"), (BOND, "3")):
        ann.record(portfolio, "TRANSFER_IN", today().isoformat(), asset=asset, quantity=quantity,
                   price="1")  # fmt: skip
    return portfolio


def allocation(ann: User, portfolio: int, group_by: str = "asset_type") -> dict[str, Any]:
    return ann.get(f"/api/portfolios/{portfolio}/allocation/?group_by={group_by}")


def parts(found: dict[str, Any]) -> list[tuple[str, str | None, str | None, int]]:
    names = ("key", "value", "percentage", "position_count")
    return [tuple(part[name] for name in names) for part in found["allocation"]]


# Of 300: 210 are 70 %, 110 are 36.6666…, 100 are 33.3333…, 60 are 20, 30 are 10.
@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        (
            "asset_type",
            [
                ("STOCK", "210.00", "70.0000", 2),
                ("CASH", "60.00", "20.0000", 0),
                ("BOND", "30.00", "10.0000", 1),
            ],
        ),
        (
            "sector",
            [
                ("Technology", "210.00", "70.0000", 2),
                ("CASH", "60.00", "20.0000", 0),
                ("UNCLASSIFIED", "30.00", "10.0000", 1),
            ],
        ),
        (
            "currency",
            [
                ("USD", "130.00", "43.3333", 2),
                ("EUR", "110.00", "36.6667", 1),
                ("CASH", "60.00", "20.0000", 0),
            ],
        ),
        (
            "country",
            [
                ("DE", "110.00", "36.6667", 1),
                ("US", "100.00", "33.3333", 1),
                ("CASH", "60.00", "20.0000", 0),
                ("UNCLASSIFIED", "30.00", "10.0000", 1),
            ],
        ),
        (
            "individual",
            [
                ("SAP", "110.00", "36.6667", 1),
                ("AAPL", "100.00", "33.3333", 1),
                ("CASH", "60.00", "20.0000", 0),
                ("BOND", "30.00", "10.0000", 1),
            ],
        ),
    ],
)
def test_holdings_are_put_together(
    ann: User, portfolio: int, group_by: str, expected: list[Any]
) -> None:
    found = allocation(ann, portfolio, group_by)
    assert parts(found) == expected
    assert found["total_value"] == ann.totals(portfolio)["total_value"] == "300.00"
    assert (found["portfolio"], found["currency"], found["group_by"]) == (1, "USD", group_by)
    assert found["as_of"] == today().isoformat()
    assert found["warnings"] == []


def test_percentages_sum_to_a_hundred_by_the_largest_remainder(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    for asset in range(100, 107):
        adopt(stand, card(asset, f"S{asset}"))
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="1", price="1")
    # A seventh is 14.285714…: seven times 14.2857 lack 0.0001, which the first of equals gets.
    shares = [part["percentage"] for part in allocation(ann, portfolio, "individual")["allocation"]]
    assert shares == ["14.2858", *["14.2857"] * 6]


def test_a_holding_without_a_price_or_a_rate_has_no_value(stand: Stand, ann: User) -> None:
    adopt(stand, card(BOND, "BOND", current_price=None, price_date=None))
    portfolio = ann.portfolio()
    for asset, more in ((AAPL, {}), (SAP, {"exchange_rate": "1"}), (BOND, {})):
        row = {"asset": asset, "quantity": "1", "price": "1", **more}
        ann.record(portfolio, "BUY", "2024-01-02", **row)
    found = allocation(ann, portfolio, "individual")
    assert parts(found) == [
        ("AAPL", "10.00", "100.0000", 1),
        ("BOND", None, None, 1),
        ("SAP", None, None, 1),
    ]
    assert found["total_value"] is None
    assert codes(found) == [("allocation", "price_missing"), ("allocation", "rate_missing")]
    # Of a group what is valued counts.
    assert parts(allocation(ann, portfolio)) == [("STOCK", "10.00", "100.0000", 3)]


def test_cash_that_is_owed_is_a_negative_part(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="5")
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="7")
    found = allocation(ann, portfolio)
    # 10 and −2 of 8.
    assert parts(found) == [
        ("STOCK", "10.00", "125.0000", 1),
        ("CASH", "-2.00", "-25.0000", 0),
    ]
    assert codes(found) == [("allocation", "negative_cash")]


def test_nothing_of_value_has_no_percentages(ann: User) -> None:
    portfolio = ann.portfolio()
    assert parts(allocation(ann, portfolio)) == []
    ann.record(portfolio, "WITHDRAWAL", "2024-01-01", amount="-5")
    found = allocation(ann, portfolio)
    assert parts(found) == [("CASH", "-5.00", None, 0)]
    assert ("percentage", "no_value") in codes(found)


def test_a_closed_position_is_no_part(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="7")
    ann.record(portfolio, "SELL", "2024-01-03", asset=AAPL, quantity="1", price="7")
    assert parts(allocation(ann, portfolio)) == []


def test_the_price_of_a_trade_is_said(stand: Stand, ann: User) -> None:
    adopt(stand, card(BOND, "BOND", owner=1, price_source="trade"))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2022-01-03", asset=BOND, quantity="1", price="7")
    assert codes(allocation(ann, portfolio)) == [("allocation", "trade_price")]


def test_an_old_price_is_said_with_its_day(stand: Stand, ann: User) -> None:
    adopt(stand, card(BOND, "BOND", price_date="2022-12-30"))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2022-01-03", asset=BOND, quantity="1", price="7")
    found = allocation(ann, portfolio)
    assert found["as_of"] == "2022-12-30"
    assert codes(found) == [("allocation", "stale_price")]
    assert "2022-12-30" in found["warnings"][0]["message"]


def test_an_answer_that_one_has_is_not_sent_again(stand: Stand, ann: User, portfolio: int) -> None:
    path = f"/api/portfolios/{portfolio}/allocation/"
    first = ann.client.get(path)
    assert first.headers["Cache-Control"] == "private, max-age=60"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert ann.client.get(path, headers=tag).status_code == 304
    assert ann.client.get(f"{path}?group_by=sector", headers=tag).status_code == 200
    adopt(stand, card(AAPL, "AAPL", current_price="11"))
    assert ann.client.get(path, headers=tag).status_code == 200


def test_an_allocation_is_its_owners_alone(ann: User, bob: User, portfolio: int) -> None:
    path = f"/api/portfolios/{portfolio}/allocation/"
    assert bob.client.get(path).status_code == 404
    assert answered(ann.client.get(f"{path}?group_by=mood"), 400)["details"]["code"] == (
        "bad_request"
    )


def test_assets_of_one_symbol_are_rows_of_their_own(stand: Stand, ann: User) -> None:
    adopt(stand, card(BOND, "AAPL", owner=1, name="My own", current_price="7.00"))
    portfolio = ann.portfolio()
    for asset in (AAPL, BOND):
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="1", price="1")
    found = allocation(ann, portfolio, "individual")
    assert parts(found) == [("AAPL", "10.00", "58.8235", 1), ("AAPL", "7.00", "41.1765", 1)]
    assert [part["label"] for part in found["allocation"]] == ["AAPL Inc.", "My own"]


@pytest.mark.parametrize("group_by", ["individual", "asset_type"])
def test_cash_is_a_row_of_its_own(stand: Stand, ann: User, group_by: str) -> None:
    adopt(stand, card(BOND, "CASH", name="A money market fund", asset_type="CASH"))
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="31")
    ann.record(portfolio, "BUY", "2024-01-02", asset=BOND, quantity="1", price="1")
    found = allocation(ann, portfolio, group_by)
    assert parts(found) == [("CASH", "30.00", "75.0000", 0), ("CASH", "10.00", "25.0000", 1)]
    assert found["allocation"][0]["label"] == "Cash"
