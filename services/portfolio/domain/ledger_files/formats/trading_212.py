"""Trading 212's history. Prices are in the paper's currency, totals in the account's.

What was withheld of a dividend is in its total already and stands in no row of its own.
"""

from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.formats.account_money import in_asset_money
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import TRADES
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO

_FEES: Final = ("conversion_fee", "stamp_duty", "transaction_fee", "finra_fee", "french_tax")


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    if row.type in TRADES:
        for name in _FEES:
            row = replace(row, fees=EXACT.add(row.fees, EXACT.abs(cells.number(name) or ZERO)))
    if row.type in TRADES or row.type is T.DIVIDEND:
        return in_asset_money(row, cells.currency("asset_currency"))
    return row


LAYOUT: Final = Layout(
    name="trading_212",
    program="Trading 212's history (CSV)",
    columns=(
        Column("date", ["time"]),
        Column("transaction_type", ["action"]),
        Column("isin"),
        Column("symbol", ["ticker"]),
        Column("asset_name", ["name"]),
        Column("quantity", ["no of shares"], is_number=True),
        Column("price", ["price share"], is_number=True),
        Column("asset_currency", ["currency price share"]),
        Column("amount", ["total", "total eur", "total gbp"], is_number=True),
        Column("currency", ["currency total"]),
        Column("conversion_fee", ["currency conversion fee"], is_number=True),
        Column("stamp_duty", ["stamp duty reserve tax", "stamp duty"], is_number=True),
        Column("transaction_fee", ["transaction fee"], is_number=True),
        Column("finra_fee", ["finra fee"], is_number=True),
        Column("french_tax", ["french transaction tax"], is_number=True),
        Column("notes"),
        Column("external_id", ["id"]),
    ),
    types={
        "market buy": T.BUY,
        "limit buy": T.BUY,
        "stop buy": T.BUY,
        "stop limit buy": T.BUY,
        "market sell": T.SELL,
        "limit sell": T.SELL,
        "stop sell": T.SELL,
        "stop limit sell": T.SELL,
        "deposit": T.DEPOSIT,
        "withdrawal": T.WITHDRAWAL,
        "card debit": T.WITHDRAWAL,
        "spending cashback": T.DEPOSIT,
        "interest on cash": T.INTEREST,
        "lending interest": T.INTEREST,
        "dividend (dividend)": T.DIVIDEND,
        "dividend (ordinary)": T.DIVIDEND,
        "dividend (bonus)": T.DIVIDEND,
        "dividend (property income)": T.DIVIDEND,
        "dividend (dividends paid by us corporations)": T.DIVIDEND,
        "dividend (dividends paid by foreign corporations)": T.DIVIDEND,
    },
    skips={
        "currency conversion": "Conversions between currencies of one account.",
        "stock split open": "A split's new pieces: record a SPLIT of that day.",
        "stock split close": "A split's old pieces: record a SPLIT of that day.",
        "stock distribution": "Shares from a corporate action: record a TRANSFER_IN of that day.",
    },
    left_out=("Exchange rate", "Result", "Currency (Result)", "Withholding tax",
              "Currency (Withholding tax)", "Currency (Currency conversion fee)"),
    finished=_finished,
)  # fmt: skip
