"""Parqet's activities. An amount is quantity times price, before fees and taxes."""

from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import IN_KIND, TRADES
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO

_ISIN_LENGTH: Final = 12


def _adapted(texts: dict[str, str]) -> dict[str, str]:
    identifier = texts.get("identifier", "").strip()
    name = "isin" if len(identifier) == _ISIN_LENGTH else "symbol"
    return {**texts, name: identifier}


def _finished(row: LedgerRow, _: Cells) -> LedgerRow:
    if row.type in IN_KIND:
        return replace(row, amount=None, fees=ZERO, taxes=ZERO)
    if row.type not in TRADES or row.amount is None:
        return replace(row, price=None if row.amount else row.price)
    # A refund of taxes is written as a negative tax.
    charges = EXACT.add(row.fees, row.taxes)
    amount = EXACT.subtract(row.amount, charges)
    return replace(row, amount=amount, price=None, taxes=max(row.taxes, ZERO))


LAYOUT: Final = Layout(
    name="parqet",
    program="Parqet's activities (CSV)",
    columns=(
        Column("date"),
        Column("time"),
        Column("price", is_number=True),
        Column("quantity", ["shares"], is_number=True),
        Column("amount", is_number=True),
        Column("taxes", ["tax"], is_number=True),
        Column("fees", ["fee"], is_number=True),
        Column("transaction_type", ["type"]),
        Column("identifier"),
        Column("currency"),
        Column("asset_name", ["holdingname"]),
    ),
    types={
        "buy": T.BUY,
        "sell": T.SELL,
        "dividend": T.DIVIDEND,
        "interest": T.INTEREST,
        "transferin": T.TRANSFER_IN,
        "transferout": T.TRANSFER_OUT,
        "deposit": T.DEPOSIT,
        "withdrawal": T.WITHDRAWAL,
        "cost": T.FEE,
    },
    left_out=("datetime", "realizedgains", "broker", "assettype", "wkn", "originalcurrency",
              "fxrate", "holding", "holdingnickname", "exchange", "avgholdingperiod"),
    adapted=_adapted,
    finished=_finished,
)  # fmt: skip
