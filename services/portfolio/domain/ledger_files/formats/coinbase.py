"""Coinbase's transaction history. What a reward, or a transfer, was worth is its price.

A total has fees and spread, so the price of a trade follows from it.
"""

from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import FUNDING, TRADES
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO, round_money

_TWO_TRADES: Final = "Conversions are two trades: record a SELL and a BUY of that day."


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    currency = row.currency
    asset = replace(row.asset, currency=currency) if row.asset else None
    row = replace(row, asset=asset, notes=row.notes or cells.text("transaction_type") or "")
    if row.type in TRADES:
        money = round_money(row.amount or ZERO, currency or "USD")
        return replace(row, price=None, amount=money)
    if row.type in FUNDING:
        return replace(row, quantity=None, price=None, fees=ZERO)
    quantity = EXACT.abs(row.quantity) if row.quantity else None
    return replace(row, quantity=quantity, amount=None, fees=ZERO)


LAYOUT: Final = Layout(
    name="coinbase",
    program="Coinbase's transaction history (CSV)",
    columns=(
        Column("external_id", ["id"]),
        Column("date", ["timestamp"]),
        Column("transaction_type"),
        Column("symbol", ["asset"]),
        Column("quantity", ["quantity transacted"], is_number=True),
        Column("currency", ["price currency", "spot price currency"]),
        Column("price", ["price at transaction", "spot price at transaction"], is_number=True),
        Column("amount", ["total inclusive of fees and or spread", "total inclusive of fees"],
               is_number=True),
        Column("fees", ["fees and or spread", "fees"], is_number=True),
        Column("notes"),
    ),
    needed=("date", "transaction_type", "symbol", "quantity"),
    types={
        "buy": T.BUY,
        "advanced trade buy": T.BUY,
        "advance trade buy": T.BUY,
        "sell": T.SELL,
        "advanced trade sell": T.SELL,
        "advance trade sell": T.SELL,
        "send": T.TRANSFER_OUT,
        "receive": T.TRANSFER_IN,
        "staking income": T.TRANSFER_IN,
        "rewards income": T.TRANSFER_IN,
        "inflation reward": T.TRANSFER_IN,
        "learning reward": T.TRANSFER_IN,
        "coinbase earn": T.TRANSFER_IN,
        "deposit": T.DEPOSIT,
        "withdrawal": T.WITHDRAWAL,
    },
    skips={
        "convert": _TWO_TRADES,
        "exchange deposit": "Transfers between Coinbase's own accounts.",
        "exchange withdrawal": "Transfers between Coinbase's own accounts.",
        "pro deposit": "Transfers between Coinbase's own accounts.",
        "pro withdrawal": "Transfers between Coinbase's own accounts.",
        "retail staking transfer": "Transfers between Coinbase's own accounts.",
        "retail unstaking transfer": "Transfers between Coinbase's own accounts.",
    },
    left_out=("Subtotal",),
    finished=_finished,
    is_exact=False,
)  # fmt: skip
