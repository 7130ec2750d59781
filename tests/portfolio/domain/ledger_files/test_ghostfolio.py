"""Ghostfolio's export of activities."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.portfolio.domain.ledger_files import ghostfolio
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    FileRefused,
    LedgerFile,
    LedgerRow,
    Skip,
)
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import exactly

FLAT = "7e91b7d4-1430-4212-8380-289a06c9bbc1"
ACCOUNT = "b2d3fe1d-d6a8-41a3-be39-07ef5e9480f0"
FEE = "14a69cb9-1e31-43fa-b320-83703d8ed74b"
PROFILES = [
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
