"""Several currencies: rates of the day, rates of today, rates that are missing."""

import pytest

from services.portfolio import commands
from shared.testing import Stand, today
from tests.portfolio.build import (
    AAPL,
    EURUSD,
    SAP,
    VOD,
    User,
    adopt,
    adopt_pair,
    card,
    codes,
)


@pytest.fixture
def pair(stand: Stand) -> None:
    adopt_eurusd(stand)


def adopt_eurusd(stand: Stand) -> None:
    closes = {"2024-01-02": "1.10", "2024-02-01": "1.20", today().isoformat(): "1.25"}
    adopt_pair(stand, EURUSD, "EURUSD", closes)


@pytest.mark.usefixtures("pair")
def test_cost_keeps_the_rate_of_its_day_and_value_has_the_last(ann: User) -> None:
    portfolio = ann.portfolio()
    bought = ann.record(portfolio, "BUY", "2024-01-05", asset=SAP, quantity="10", price="8")
    assert (bought["currency"], bought["exchange_rate"]) == ("EUR", "1.10")
    position = ann.position(portfolio, SAP)
    assert (position["currency"], position["total_cost_basis"]) == ("EUR", "80.00")
    assert position["current_value"] == "100.00"
    # 80 × 1.10 and 100 × 1.25.
    assert position["base"] == {
        "total_cost_basis": "88.00",
        "current_value": "125.00",
        "unrealized_gain_loss": "37.00",
        "exchange_rate": "1.25",
    }
    totals = ann.totals(portfolio)
    assert (totals["total_value"], totals["total_cost_basis"]) == ("125.00", "88.00")
    assert totals["total_return_percentage"] == "42.0455"


@pytest.mark.parametrize(
    ("first", "second", "rate"),
    [(False, True, "2.00"), (True, False, "1.10"), (False, False, "2.00")],
)
def test_of_two_pairs_with_one_symbol_the_active_and_then_the_newer_counts_alone(
    stand: Stand, ann: User, first: bool, second: bool, rate: str
) -> None:
    for asset_id, is_active, closes in [
        (EURUSD, first, {"2024-01-02": "1.10", "2024-01-04": "1.10"}),
        (EURUSD + 1, second, {"2024-01-03": "2", "2024-01-04": "2"}),
    ]:
        pair = card(asset_id, "EURUSD", asset_type="CURRENCY", is_active=is_active)
        adopt(stand, pair, closes)
    portfolio = ann.portfolio()
    for day in ("2024-01-03", "2024-01-05"):
        bought = ann.record(portfolio, "BUY", day, asset=SAP, quantity="10", price="8")
        assert bought["exchange_rate"] == rate


@pytest.mark.usefixtures("pair")
def test_a_sale_realises_the_gain_of_the_currency_too(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=SAP, quantity="10", price="8")
    ann.record(portfolio, "SELL", "2024-02-01", asset=SAP, quantity="10", price="8")
    assert ann.position(portfolio, SAP)["realized_gain_loss"] == "0.00"
    # 80 × 1.20 − 80 × 1.10.
    assert ann.totals(portfolio)["realized_gain_loss"] == "8.00"


@pytest.mark.usefixtures("pair")
def test_the_inverse_and_the_crossed_rate(stand: Stand, ann: User) -> None:
    adopt_pair(stand, 11, "EURGBP", {"2024-01-02": "0.80"})
    in_euros, in_pounds = ann.portfolio(currency="EUR"), ann.portfolio(currency="GBP")
    inverse = ann.record(in_euros, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="11")
    assert inverse["exchange_rate"] == "0.909090909091"
    # 0.80 pounds / 1.10 dollars for one euro.
    crossed = ann.record(in_pounds, "BUY", "2024-01-02", asset=AAPL, quantity="1", price="11")
    assert crossed["exchange_rate"] == "0.727272727273"
    assert ann.position(in_pounds)["base"]["total_cost_basis"] == "8.00"


def test_a_given_rate_is_the_truth(ann: User) -> None:
    portfolio = ann.portfolio()
    row = {"asset": SAP, "quantity": "10", "price": "8", "exchange_rate": "1.5"}
    ann.record(portfolio, "BUY", "2024-01-02", **row)
    assert ann.totals(portfolio)["total_cost_basis"] == "120.00"


def test_a_transaction_in_the_portfolios_currency_has_the_rate_one(ann: User) -> None:
    portfolio = ann.portfolio()
    recorded = ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="5")
    assert (recorded["currency"], recorded["exchange_rate"]) == ("USD", "1.00")
    fields = ann.refuse(portfolio, "DEPOSIT", "2024-01-02", amount="5", exchange_rate="1.1")
    assert fields == {
        "exchange_rate": ["The transaction is in USD like its portfolio: the rate is 1."]
    }


def test_without_a_rate_totals_are_unknown_and_the_pair_is_named(ann: User) -> None:
    portfolio = ann.portfolio()
    bought = ann.record(portfolio, "BUY", "2024-01-02", asset=SAP, quantity="10", price="8")
    assert bought["exchange_rate"] is None
    totals = ann.totals(portfolio)
    for name in ("total_value", "total_cost_basis", "total_return", "total_profit"):
        assert totals[name] is None, name
    assert (totals["realized_gain_loss"], totals["income"]) == ("0.00", "0.00")
    assert codes(totals) == [
        ("total_value", "rate_missing"),
        ("total_cost_basis", "rate_missing"),
    ]
    assert totals["warnings"][0]["message"] == "There is no exchange rate from EUR to USD."
    position = ann.position(portfolio, SAP)
    assert position["total_cost_basis"] == "80.00"
    assert set(position["base"].values()) == {None}
    assert codes(position) == [("base", "rate_missing")]


@pytest.mark.usefixtures("pair")
def test_another_quantity_leaves_what_a_unit_cost_at_the_rate_of_its_day(ann: User) -> None:
    portfolio = ann.portfolio()
    for day in ("2024-01-05", "2024-02-05"):
        ann.record(portfolio, "BUY", day, asset=SAP, quantity="10", price="8")
    position = ann.position(portfolio, SAP)
    path = f"/api/positions/{position['id']}/"
    # 80 × 1.10 + 80 × 1.20 for twenty; today's rate is 1.25.
    assert position["base"]["total_cost_basis"] == "184.00"
    assert ann.patch(path, {"quantity": "30"})["base"]["total_cost_basis"] == "276.00"
    position = ann.put(path, {**ann.get(path), "quantity": "5"})
    assert (position["total_cost_basis"], position["base"]["total_cost_basis"]) == (
        "40.00",
        "46.00",
    )
    # Another cost is one of today.
    changed = ann.patch(path, {"quantity": "6", "average_cost": "9"})
    assert changed["base"]["total_cost_basis"] == "67.50"  # 6 × 9 × 1.25


def test_another_quantity_of_what_cost_nothing_or_an_unknown_amount_has_todays_rate(
    stand: Stand, ann: User
) -> None:
    portfolio, other = ann.portfolio(), ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-05", asset=SAP, quantity="10", price="8")
    ann.record(other, "TRANSFER_IN", "2024-01-05", asset=SAP, quantity="10", price="0")
    adopt_pair(stand, EURUSD, "EURUSD", {today().isoformat(): "1.25"})
    for number, cost in ((portfolio, "120.00"), (other, "0.00")):  # 12 × 8 × 1.25
        path = f"/api/positions/{ann.position(number, SAP)['id']}/"
        assert ann.patch(path, {"quantity": "12"})["base"]["total_cost_basis"] == cost


def test_cash_without_a_rate_is_unknown(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="10", currency="EUR")
    totals = ann.totals(portfolio)
    assert (totals["cash_balance"], totals["total_value"]) == (None, None)
    assert codes(totals)[-1] == ("cash_balance", "rate_missing")


def test_a_rate_that_no_money_needs_is_not_missed(ann: User) -> None:
    portfolio = ann.portfolio()
    row = {"asset": SAP, "quantity": "10", "price": "8", "exchange_rate": "1.5"}
    ann.record(portfolio, "BUY", "2024-01-02", **row)
    ann.record(portfolio, "TRANSFER_OUT", "2024-01-03", asset=SAP, quantity="10")
    totals = ann.totals(portfolio)
    assert totals["total_cost_basis"] == "0.00"
    assert codes(totals) == [("total_return_percentage", "no_cost_basis")]


def test_a_private_pair_counts_for_its_owner_alone(stand: Stand, ann: User, bob: User) -> None:
    pair = card(EURUSD, "EURUSD", asset_type="CURRENCY", owner=1)
    adopt(stand, pair, {"2024-01-02": "1.50", today().isoformat(): "2"})
    mine, theirs = ann.portfolio(), bob.portfolio()
    row = {"asset": SAP, "quantity": "10", "price": "8"}
    assert ann.record(mine, "BUY", "2024-01-02", **row)["exchange_rate"] == "1.50"
    assert bob.record(theirs, "BUY", "2024-01-02", **row)["exchange_rate"] is None
    # Ten at 10 euros, two dollars each; they cost 80 euros at 1.50.
    totals = ann.totals(mine)
    assert (totals["total_value"], totals["total_cost_basis"]) == ("200.00", "120.00")
    assert ann.position(mine, SAP)["base"]["exchange_rate"] == "2.00"
    allocation = ann.get(f"/api/portfolios/{mine}/allocation/?group_by=currency")
    assert allocation["total_value"] == "200.00"
    assert bob.totals(theirs)["total_value"] is None
    assert bob.position(theirs, SAP)["base"]["exchange_rate"] is None
    assert bob.get(f"/api/portfolios/{theirs}/allocation/")["total_value"] is None


@pytest.mark.parametrize("first", ["own", "public"])
def test_of_an_own_and_a_public_pair_the_later_close_counts_and_of_one_day_the_own_one(
    stand: Stand, ann: User, bob: User, first: str
) -> None:
    own = card(EURUSD + (first == "public"), "EURUSD", asset_type="CURRENCY", owner=1)
    public = card(EURUSD + (first == "own"), "EURUSD", asset_type="CURRENCY")
    adopt(stand, own, {"2024-01-02": "1.5", "2024-01-04": "1.6"})
    adopt(stand, public, {"2024-01-03": "1.1", "2024-01-04": "1.2", "2024-01-05": "1.3"})
    row = {"asset": SAP, "quantity": "1", "price": "8"}
    days = [f"2024-01-0{day}" for day in range(2, 7)]
    mine, theirs = ann.portfolio(), bob.portfolio()
    assert [ann.record(mine, "BUY", day, **row)["exchange_rate"] for day in days] == [
        *("1.50", "1.10", "1.60", "1.30", "1.30")
    ]
    assert [bob.record(theirs, "BUY", day, **row)["exchange_rate"] for day in days] == [
        *(None, "1.10", "1.20", "1.30", "1.30")
    ]
    assert ann.position(mine, SAP)["base"]["exchange_rate"] == "1.30"


def test_a_cross_may_go_over_a_pair_of_ones_own(stand: Stand, ann: User, bob: User) -> None:
    adopt_pair(stand, EURUSD, "EURUSD", {"2024-01-02": "1.10"})
    adopt(stand, card(11, "EURGBP", "GBP", asset_type="CURRENCY", owner=1), {"2024-01-02": "0.80"})
    row = {"asset": VOD, "quantity": "1", "price": "8"}
    # 1.10 dollars / 0.80 pounds for one euro.
    recorded = ann.record(ann.portfolio(), "BUY", "2024-01-02", **row)
    assert recorded["exchange_rate"] == "1.375"
    assert bob.record(bob.portfolio(), "BUY", "2024-01-02", **row)["exchange_rate"] is None


def test_a_rate_of_ones_own_that_comes_later_is_filled_in(
    stand: Stand, ann: User, bob: User
) -> None:
    row = {"asset": SAP, "quantity": "10", "price": "8"}
    mine = ann.record(ann.portfolio(), "BUY", "2024-01-02", **row)["id"]
    theirs = bob.record(bob.portfolio(), "BUY", "2024-01-02", **row)["id"]
    pair = card(EURUSD, "EURUSD", asset_type="CURRENCY", owner=1)
    adopt(stand, pair, {"2024-01-02": "1.5"})
    stand.database.unit(commands.rate_unrated)
    assert ann.get(f"/api/transactions/{mine}/")["exchange_rate"] == "1.50"
    assert bob.get(f"/api/transactions/{theirs}/")["exchange_rate"] is None


def test_a_rate_that_comes_later_is_filled_in(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=SAP, quantity="10", price="8")
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="10", currency="EUR")
    adopt_eurusd(stand)
    stand.database.unit(commands.rate_unrated)
    totals = ann.totals(portfolio)
    assert (totals["total_cost_basis"], totals["cash_balance"]) == ("88.00", "-77.00")
    assert [event.type for event in stand.events()[-3:]] == [
        "transaction-updated",
        "transaction-updated",
        "position-changed",
    ]


def test_a_rate_between_transaction_and_asset_that_is_missing_is_refused(ann: User) -> None:
    row = {"asset": SAP, "quantity": "1", "price": "1", "currency": "CHF"}
    fields = ann.refuse(ann.portfolio(), "BUY", "2024-01-02", **row)
    assert fields == {
        "currency": [
            "There is no exchange rate from CHF to EUR on or before 2024-01-02: record a price of"
            " CHFEUR, an asset of the type CURRENCY."
        ]
    }


@pytest.mark.usefixtures("pair")
def test_a_purchase_in_another_currency_than_the_assets(ann: User) -> None:
    portfolio = ann.portfolio(currency="EUR")
    row = {"asset": AAPL, "quantity": "10", "price": "10", "currency": "EUR"}
    ann.record(portfolio, "BUY", "2024-01-02", **row)
    position = ann.position(portfolio)
    # 100 euros were 110 dollars.
    assert (position["total_cost_basis"], position["average_cost"]) == ("110.00", "11.00000000")
    assert position["base"]["total_cost_basis"] == "100.00"


@pytest.mark.parametrize(("unit", "kept"), [("GBX", "GBP"), ("GBp", "GBP")])
def test_pence_are_kept_as_pounds(ann: User, unit: str, kept: str) -> None:
    portfolio = ann.portfolio(currency="GBP")
    row = {"asset": VOD, "quantity": "10", "price": "7245", "fees": "100", "currency": unit}
    recorded = ann.record(portfolio, "BUY", "2024-01-02", **row)
    assert (recorded["currency"], recorded["price"]) == (kept, "72.45000000")
    assert (recorded["fees"], recorded["amount"]) == ("1.00", "-725.50")
    assert codes(recorded) == [("currency", "minor_unit_converted")]
    assert ann.totals(portfolio)["total_cost_basis"] == "725.50"


def test_pence_are_no_currency_of_a_portfolio(ann: User) -> None:
    answer = ann.client.post("/api/portfolios/", json={"name": "x", "currency": "GBX"})
    assert answer.get_json()["details"]["fields"] == {
        "currency": ["GBX is a hundredth of GBP: use that."]
    }


@pytest.mark.parametrize(
    ("currency", "value"), [("JPY", "33"), ("KWD", "33.333"), ("USD", "33.33")]
)
def test_totals_have_the_minor_unit_of_their_currency(
    stand: Stand, ann: User, currency: str, value: str
) -> None:
    adopt(stand, card(7, "X", currency, current_price="3.33333333"))
    portfolio = ann.portfolio(currency=currency)
    ann.record(portfolio, "TRANSFER_IN", "2024-01-02", asset=7, quantity="10", price="1")
    assert ann.totals(portfolio)["total_value"] == value
    assert ann.position(portfolio, 7)["current_value"] == value


@pytest.mark.usefixtures("pair")
def test_another_currency_looks_every_rate_up_again(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="1100")
    ann.record(portfolio, "BUY", "2024-02-01", asset=SAP, quantity="10", price="8")
    totals = ann.patch(f"/api/portfolios/{portfolio}/", {"currency": "EUR"})
    # 1100 / 1.10 − 80.
    assert (totals["cash_balance"], totals["total_cost_basis"]) == ("920.00", "80.00")
    assert totals["total_value"] == "1020.00"
    told = [event for event in stand.events() if event.type == "transaction-updated"]
    assert [event.data["transaction"]["exchange_rate"] for event in told] == ["0.909090909091", "1"]


@pytest.mark.usefixtures("pair")
def test_another_rate_is_a_change_that_an_older_tag_does_not_overwrite(ann: User) -> None:
    portfolio = ann.portfolio()
    deposit = ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="1100")
    path = f"/api/transactions/{deposit['id']}/"
    tag = {"If-Match": ann.client.get(path).headers["ETag"]}
    ann.patch(f"/api/portfolios/{portfolio}/", {"currency": "EUR"})
    assert ann.client.put(path, json=deposit, headers=tag).status_code == 412
    assert ann.get(path)["exchange_rate"] == "0.909090909091"


def test_an_old_price_or_rate_carries_a_warning(stand: Stand, ann: User) -> None:
    adopt(stand, card(7, "OLD", current_price="10.00", price_date="2024-01-02"))
    adopt_pair(stand, EURUSD, "EURUSD", {"2024-01-03": "1.10"})
    portfolio = ann.portfolio()
    for asset in (7, SAP):
        ann.record(portfolio, "BUY", "2024-01-05", asset=asset, quantity="1", price="1")
    warnings = ann.totals(portfolio)["warnings"]
    assert [(warning["field"], warning["code"]) for warning in warnings] == [
        ("total_value", "stale_price"),
        ("total_value", "stale_price"),
    ]
    assert "OLD is from 2024-01-02" in warnings[0]["message"]
    assert "EURUSD is from 2024-01-03" in warnings[1]["message"]
    assert codes(ann.position(portfolio, 7)) == [("current_value", "stale_price")]
    assert codes(ann.position(portfolio, SAP)) == [("base", "stale_price")]


def test_a_last_price_that_is_merely_a_trades_carries_a_warning(stand: Stand, ann: User) -> None:
    adopt(stand, card(7, "FUND", owner=1, price_source="trade"))
    adopt(stand, card(8, "BOND", owner=1, price_source="trade", price_date="2024-01-02"))
    portfolio = ann.portfolio()
    for asset in (7, 8, AAPL):
        ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="1", price="10")
    totals = ann.totals(portfolio)
    assert totals["total_value"] == "30.00"
    assert codes(totals) == [
        ("total_value", "stale_price"),
        ("total_value", "trade_price"),
        ("total_value", "trade_price"),
    ]
    assert totals["warnings"][1]["message"] == (
        "The last price of BOND, from 2024-01-02, is merely that of a trade."
    )
    assert codes(ann.position(portfolio, 7)) == [("current_value", "trade_price")]
    assert codes(ann.position(portfolio, AAPL)) == []
    # Nothing of what is sold is doubtful.
    ann.record(portfolio, "SELL", "2024-01-03", asset=7, quantity="1", price="10")
    assert codes(ann.position(portfolio, 7)) == [("unrealized_return_percentage", "no_cost_basis")]


def test_an_asset_without_a_price_makes_the_total_unknown(stand: Stand, ann: User) -> None:
    adopt(stand, card(7, "NEW", current_price=None, previous_close=None, price_date=None))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-05", asset=7, quantity="1", price="1")
    totals = ann.totals(portfolio)
    assert (totals["total_value"], totals["total_cost_basis"]) == (None, "1.00")
    assert codes(totals) == [("total_value", "price_missing")]
    assert codes(ann.position(portfolio, 7)) == [("current_value", "price_missing")]


@pytest.mark.parametrize("closes", [{"2024-01-02": "1.10", "2024-02-01": "1.20"}, {}])
def test_a_note_changes_no_cost_also_after_another_currency(
    stand: Stand, ann: User, closes: dict[str, str]
) -> None:
    adopt_pair(stand, EURUSD, "EURUSD", closes)
    portfolio = ann.portfolio()
    row = {"asset": AAPL, "quantity": "10", "price": "10", "currency": "EUR"}
    bought = ann.record(portfolio, "BUY", "2024-01-02", **row, exchange_rate="1.15")
    path = f"/api/transactions/{bought['id']}/"
    for currency in ("EUR", "USD"):
        ann.patch(f"/api/portfolios/{portfolio}/", {"currency": currency})
        before = ann.position(portfolio)
        assert before["total_cost_basis"] == "115.00"
        ann.patch(path, {"notes": f"in {currency}"})
        ann.put(path, ann.get(path))
        assert ann.position(portfolio) == before
    assert ann.patch(path, {"exchange_rate": "1.2"})["exchange_rate"] == "1.20"
    assert ann.position(portfolio)["total_cost_basis"] == "120.00"


@pytest.mark.usefixtures("pair")
def test_another_day_has_its_own_rate_also_after_another_currency(ann: User) -> None:
    portfolio = ann.portfolio()
    row = {"asset": AAPL, "quantity": "10", "price": "10", "currency": "EUR"}
    bought = ann.record(portfolio, "BUY", "2024-01-02", **row, exchange_rate="1.15")
    ann.patch(f"/api/portfolios/{portfolio}/", {"currency": "EUR"})
    ann.patch(f"/api/transactions/{bought['id']}/", {"date": "2024-02-01"})
    assert ann.position(portfolio)["total_cost_basis"] == "120.00"


def test_what_an_entry_without_a_rate_does_not_enter_is_known(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "1990-01-02", asset=SAP, quantity="10", price="8")
    ann.record(portfolio, "TRANSFER_OUT", "1990-01-03", asset=SAP, quantity="10")
    ann.record(portfolio, "DEPOSIT", "2021-01-02", amount="1000")
    ann.record(portfolio, "BUY", "2021-01-03", asset=AAPL, quantity="2", price="90")
    ann.record(portfolio, "DIVIDEND", "2021-01-04", asset=AAPL, amount="7")
    totals = ann.totals(portfolio)
    # 1000 − 180 + 7; two are worth 20 and cost 180.
    assert (totals["cash_balance"], totals["total_value"]) == ("827.00", "847.00")
    assert (totals["income"], totals["total_profit"]) == ("7.00", "-153.00")
    assert totals["warnings"] == []
    allocation = ann.get(f"/api/portfolios/{portfolio}/allocation/")
    assert (allocation["total_value"], allocation["warnings"]) == ("847.00", [])


@pytest.mark.parametrize(
    ("kind", "sum_", "unknown"),
    [
        ("INTEREST", "income", {"income", "total_profit"}),
        ("FEE_REFUND", "total_profit", {"total_profit"}),
        ("DEPOSIT", "cash_balance", {"cash_balance", "total_value"}),
    ],
)
def test_every_sum_without_a_rate_says_so(
    ann: User, kind: str, sum_: str, unknown: set[str]
) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="10")
    ann.record(portfolio, "FEE_REFUND", "2024-01-02", amount="1")
    day = "2024-01-03" if kind == "DEPOSIT" else "2024-01-01"  # before there was cash
    ann.record(portfolio, kind, day, amount="5", currency="EUR")
    totals = ann.totals(portfolio)
    nulls = {name for name, value in totals.items() if value is None}
    assert nulls == {*unknown, "total_return_percentage"}  # of nothing that was bought
    assert [field for field, code in codes(totals) if code == "rate_missing"] == [sum_]


def test_cash_without_a_rate_is_a_part_that_says_so(ann: User) -> None:
    portfolio = ann.portfolio()
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="10", currency="EUR")
    found = ann.get(f"/api/portfolios/{portfolio}/allocation/")
    assert [(part["key"], part["value"]) for part in found["allocation"]] == [("CASH", None)]
    assert codes(found) == [("allocation", "rate_missing")]
