"""Ghostfolio's export of activities."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.portfolio.domain.ledger_files import ghostfolio
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
    Skip,
)
from shared.files import FileRefused
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import exactly

FLAT = "7e91b7d4-1430-4212-8380-289a06c9bbc1"
ACCOUNT = "b2d3fe1d-d6a8-41a3-be39-07ef5e9480f0"
FEE = "14a69cb9-1e31-43fa-b320-83703d8ed74b"
PROFILES: list[dict[str, Any]] = [
    {"dataSource": "MANUAL", "symbol": FLAT, "name": "Flat", "currency": "CHF", "isin": None},
    {"dataSource": "MANUAL", "symbol": FEE, "name": "Opening fee", "currency": "USD"},
]


def activity(kind: str, **more: Any) -> dict[str, Any]:
    """An activity as Ghostfolio writes it."""
    plain: dict[str, Any] = {
        "accountId": "b2d3fe1d-d6a8-41a3-be39-07ef5e9480f0",
        "comment": None,
        "fee": 0,
        "id": f"id-of-{kind}",
        "quantity": 5,
        "type": kind,
        "unitPrice": 298.58,
        "currency": "USD",
        "dataSource": "YAHOO",
        "date": "2021-09-16T00:00:00.000Z",
        "symbol": "MSFT",
        "tags": [],
    }
    return plain | more


def read(*activities: dict[str, Any]) -> LedgerFile:
    export = {
        "meta": {"date": "2023-02-05T10:30:00.000Z", "version": "2.200.0"},
        "accounts": [{"balance": 2000, "currency": "USD"}],
        "assetProfiles": PROFILES,
        "activities": activities,
    }
    return ghostfolio.read(json.dumps(export).encode())


def only_row(one: dict[str, Any]) -> LedgerRow:
    found = read(one)
    assert not found.errors
    (row,) = found.rows
    return row


def test_a_purchase_has_quantity_price_and_fee() -> None:
    assert only_row(activity("BUY", fee=19, comment="My first order 🤓")) == LedgerRow(
        line=1,
        date=date(2021, 9, 16),
        type=T.BUY,
        asset=AssetReference(symbol="MSFT", currency="USD"),
        quantity=Decimal(5),
        price=Decimal("298.58"),
        fees=Decimal(19),
        currency="USD",
        notes="My first order 🤓",
        external_id="id-of-BUY",
    )


@pytest.mark.parametrize(("kind", "ours"), [("SELL", T.SELL), ("DIVIDEND", T.DIVIDEND)])
def test_sales_and_dividends_are_by_unit_too(kind: str, ours: T) -> None:
    row = only_row(activity(kind, unitPrice=0.62))
    assert row.type is ours
    assert (row.quantity, row.price) == exactly(5, "0.62")
    assert row.amount is None


def test_a_fee_takes_its_amount_out_of_cash_and_has_no_asset() -> None:
    made_up = {"dataSource": "MANUAL", "symbol": FEE, "quantity": 0, "unitPrice": 0}
    row = only_row(activity("FEE", fee=49, **made_up))
    assert row.amount == -49
    assert (row.type, row.asset, row.notes) == (T.FEE, None, "Opening fee")


def test_interest_is_quantity_times_price_and_has_no_asset() -> None:
    row = only_row(activity("INTEREST", quantity=3, unitPrice=0.1, fee=0.05))
    assert (row.type, row.asset, row.quantity, row.price) == (T.INTEREST, None, None, None)
    assert (row.amount, row.fees) == exactly("0.3", "0.05")


@pytest.mark.parametrize("kind", ["BUY", "ITEM"])
def test_an_asset_of_the_users_own_goes_by_its_name(kind: str) -> None:
    row = only_row(activity(kind, dataSource="MANUAL", symbol=FLAT, quantity=1, unitPrice=500000))
    assert row.type is T.BUY
    assert row.asset == AssetReference(name="Flat", currency="CHF")


def test_an_asset_of_ones_own_without_a_profile_is_named_by_its_kind_and_its_id() -> None:
    for symbol in (ACCOUNT, f"GF_{ACCOUNT}"):
        row = only_row(activity("BUY", dataSource="MANUAL", symbol=symbol))
        assert row.asset == AssetReference(name="Manual asset b2d3fe1d", currency="USD")
        assert row.asset is not None
        assert row.asset.written == symbol


def test_a_symbol_is_remembered_as_it_is_written() -> None:
    row = only_row(activity("BUY", dataSource="COINGECKO", symbol="bitcoin"))
    assert row.asset is not None
    assert (row.asset.symbol, row.asset.written) == ("BITCOIN", "bitcoin")


def test_floats_are_rounded_to_eight_decimals() -> None:
    row = only_row(activity("BUY", quantity=0.1 + 0.2, unitPrice=1e-9))
    assert (row.quantity, row.price) == exactly("0.3", 0)


def test_liabilities_and_drafts_are_skipped_and_counted() -> None:
    found = read(
        activity("LIABILITY"),
        activity("BUY", date="2050-06-06T00:00:00.000Z"),
        activity("BUY", date="2023-02-05T00:00:00.000Z"),
    )
    assert found.skipped == {Skip.LIABILITY: 1, Skip.DRAFT: 1}
    assert [row.line for row in found.rows] == [3]


def test_activities_of_older_exports_have_no_id_and_get_one() -> None:
    old = activity("BUY")
    del old["id"]
    first, second = read(old, old).rows
    assert first.external_id != second.external_id
    assert read(old, old).rows == (first, second)


def test_what_cannot_be_read_is_named_by_its_place() -> None:
    found = read(
        activity("BUY"), activity("SWAP", quantity="five", currency="FOO", date="yesterday"), {}
    )
    assert set(found.errors[2]) == {"type", "quantity", "currency", "date"}
    assert set(found.errors[3]) == {"type", "date"}


def test_a_file_without_activities_is_refused() -> None:
    with pytest.raises(FileRefused, match="no list of activities"):
        ghostfolio.read(b'{"accounts": []}')


def test_a_file_nested_without_end_is_refused() -> None:
    with pytest.raises(FileRefused, match="Not a JSON file"):
        ghostfolio.read(b"[" * 100_000)


def exported(*activities: dict[str, Any], **more: Any) -> LedgerFile:
    found = ghostfolio.read(json.dumps({"activities": activities, **more}).encode())
    assert not found.errors
    return found


def test_a_date_with_an_offset_is_the_day_that_is_written() -> None:
    [row] = exported(activity("BUY", date="2021-03-01T00:00:00+00:00")).rows
    assert (row.date, row.time) == (date(2021, 3, 1), None)


def test_prices_of_ones_own_assets_come_along() -> None:
    prices = [
        {"date": "2022-01-01T00:00:00.000Z", "marketPrice": 500},
        {"date": "2022-06-01T00:00:00.000Z", "marketPrice": 650.5},
        {"date": "2022-07-01T00:00:00.000Z", "marketPrice": 0},
        {"date": "soon", "marketPrice": 1},
    ]
    profile: dict[str, Any] = {**PROFILES[0], "marketData": prices}
    flat = activity("BUY", dataSource="MANUAL", symbol=FLAT)
    found = exported(flat, activity("BUY", id="b"), assetProfiles=[profile])
    assert found.closes == {
        found.rows[0].asset: {
            date(2022, 1, 1): Decimal(500),
            date(2022, 6, 1): Decimal("650.5"),
        }
    }


def account(id_: str = ACCOUNT, currency: str = "USD", **balances: float) -> dict[str, Any]:
    """An account with what it has on some days (`d20240101`)."""
    days = {f"{day[1:5]}-{day[5:7]}-{day[7:]}T00:00:00.000Z": it for day, it in balances.items()}
    of_days = [{"date": day, "value": value} for day, value in days.items()]
    return {"id": id_, "name": "Broker", "currency": currency, "balances": of_days}


def money(found: LedgerFile) -> list[tuple[str, str, str]]:
    """Return day, type and amount of what explains balances."""
    return [
        (row.date.isoformat(), row.type.value, f"{row.amount:f}")
        for row in found.rows
        if row.external_id and row.external_id.startswith("balance:")
    ]


def test_a_balance_is_a_deposit_or_withdrawal_of_what_is_missing_to_it() -> None:
    bought = activity("BUY", quantity=2, unitPrice=100, fee=1, date="2024-02-01T00:00:00.000Z")
    earlier = activity("BUY", id="before", date="2020-02-01T00:00:00.000Z")
    balances = account(d20240101=1000, d20240301=799, d20240401=500.255)
    found = exported(earlier, bought, accounts=[balances])
    # 1000.00 came; 2 x 100 and 1 fee left 799; of 799.00 were taken 298.74 to leave 500.26.
    assert money(found) == [
        ("2024-01-01", "DEPOSIT", "1000.00"),
        ("2024-04-01", "WITHDRAWAL", "-298.74"),
    ]
    assert [note.code for note in found.notes] == ["account_balances"]
    ids = [row.external_id for row in found.rows]
    assert [row.external_id for row in exported(earlier, bought, accounts=[balances]).rows] == ids


def test_what_two_accounts_hold_is_counted_for_each() -> None:
    of_second = activity("SELL", accountId="b", quantity=1, unitPrice=50, fee=0)
    of_second["date"] = "2024-01-15T00:00:00.000Z"
    found = exported(of_second, accounts=[account(d20240101=10), account("b", d20240201=70)])
    # The portfolio has cash since January, so the sale's 50.00 are there: 20.00 are missing.
    assert money(found) == [("2024-01-01", "DEPOSIT", "10.00"), ("2024-02-01", "DEPOSIT", "20.00")]


def test_what_cannot_be_said_of_a_balance_is_a_warning() -> None:
    in_euros = activity("BUY", currency="EUR", accountId="a")
    dateless = {"id": "b", "name": "Old", "currency": "USD", "balance": 2000}
    accounts = [
        account("a", d20240101=10),
        dateless,
        {"id": "c", "currency": "XYZ", "balance": 1},
        7,
    ]
    found = exported(in_euros, accounts=accounts)
    assert money(found) == [("2024-01-01", "DEPOSIT", "10.00")]
    codes = [note.code for note in found.notes]
    assert codes == ["account_balances", "balance_in_other_currency", *["balance_without_day"] * 2]


@pytest.mark.parametrize(
    "nothing",
    [
        activity("DIVIDEND", unitPrice=0),
        activity("INTEREST", quantity=0),
        activity("FEE", fee=0),
    ],
)
def test_what_moves_nothing_is_skipped(nothing: dict[str, Any]) -> None:
    assert exported(nothing).skipped == {Skip.NOTHING: 1}


def test_prices_of_what_no_activity_names_are_counted() -> None:
    profile = {"symbol": "x", "dataSource": "MANUAL", "name": "Boat", "currency": "USD"}
    prices = [{"date": "2022-01-01", "marketPrice": 3}, {"date": "?", "marketPrice": 3}]
    export = {"assetProfiles": [profile | {"marketData": prices}], "activities": []}
    [note] = ghostfolio.read(json.dumps(export).encode()).notes
    assert note.code == "prices_left_out"
    assert note.message.startswith("1 prices are left out")
