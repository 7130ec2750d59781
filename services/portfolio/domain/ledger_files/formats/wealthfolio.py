"""Wealthfolio's activities. A split's ratio stands in its quantity or its amount."""

from dataclasses import replace
from fractions import Fraction
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import CHARGES, EARNINGS, FUNDING, IN_KIND, TRADES
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO

_CASH: Final = "$CASH"


def _adapted(texts: dict[str, str]) -> dict[str, str]:
    is_cash = texts.get("symbol", "").strip().upper().startswith(_CASH)
    return {**texts, "symbol": ""} if is_cash else texts


def _finished(row: LedgerRow, _: Cells) -> LedgerRow:
    product = EXACT.multiply(row.quantity or ZERO, row.price or ZERO) or None
    if row.type is T.SPLIT:
        ratio = row.quantity or row.amount
        return replace(row, ratio=Fraction(ratio) if ratio else None, quantity=None,
                       price=None, amount=None, currency=None)  # fmt: skip
    if row.type in TRADES:
        return replace(row, amount=None)
    if row.type in IN_KIND and row.asset is None:
        kind = T.DEPOSIT if row.type is T.TRANSFER_IN else T.WITHDRAWAL
        amount = row.amount or product
        sign = 1 if kind is T.DEPOSIT else -1
        moved = EXACT.multiply(sign, EXACT.abs(amount)) if amount else None
        return replace(row, type=kind, amount=moved, quantity=None, price=None, fees=ZERO)
    if row.type in IN_KIND:
        return replace(row, amount=None, fees=ZERO)
    if row.type in EARNINGS | FUNDING | CHARGES:
        amount = row.amount or product or (row.fees or None)
        if amount and row.type in (T.FEE, T.TAX, T.WITHDRAWAL):
            amount = EXACT.minus(EXACT.abs(amount))
        fees = row.fees if row.type in EARNINGS else ZERO
        return replace(row, amount=amount, quantity=None, price=None, fees=fees)
    return row


LAYOUT: Final = Layout(
    name="wealthfolio",
    program="Wealthfolio's activities (CSV)",
    columns=(
        Column("date"),
        Column("transaction_type", ["type", "activitytype", "activity type"]),
        Column("symbol"),
        Column("quantity", is_number=True),
        Column("price", ["unit price", "unitprice"], is_number=True),
        Column("currency"),
        Column("fees", ["fee"], is_number=True),
        Column("amount", is_number=True),
        Column("notes", ["comment"]),
    ),
    types={
        **{name.lower(): T[name] for name in
           ("BUY", "SELL", "DIVIDEND", "INTEREST", "DEPOSIT", "WITHDRAWAL", "TRANSFER_IN",
            "TRANSFER_OUT", "FEE", "TAX", "SPLIT")},
        "add_holding": T.TRANSFER_IN,
        "remove_holding": T.TRANSFER_OUT,
        "credit": T.DEPOSIT,
    },
    left_out=("instrumentType", "fxRate", "fx rate", "subtype", "accountId", "account", "isDraft"),
    adapted=_adapted,
    finished=_finished,
    is_exact=False,
)  # fmt: skip
