"""Trade Republic's account as a table, in German, English or Dutch: what moved, after charges."""

from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.formats.account_money import price_of_one
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import EARNINGS, IN_KIND
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO, round_money

_OF_CASH: Final = frozenset({T.INTEREST, T.FEE, T.TAX})
_NO_RATIO: Final = "Splits, which have no ratio: record a SPLIT of that day."
_ACTION: Final = "Spin-offs and swaps: record transfers of that day."
_NO_VALUE: Final = "Pieces that came in without a value: record a TRANSFER_IN with what they cost."


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow | str:
    if row.type in IN_KIND:
        price = price_of_one(row.amount, row.quantity)
        is_worth = price or row.type is T.TRANSFER_OUT
        return replace(row, price=price, amount=None, fees=ZERO) if is_worth else _NO_VALUE
    amount = round_money(row.amount or ZERO, row.currency or "EUR")
    if row.type in EARNINGS:
        amount = EXACT.add(amount, EXACT.add(row.fees, row.taxes))
    note = cells.text("asset_name") or ""
    if row.type in _OF_CASH:
        return replace(row, amount=amount, quantity=None, notes=row.notes or note)
    return replace(row, amount=amount)


LAYOUT: Final = Layout(
    name="trade_republic",
    program="Trade Republic's account (CSV), in German, English or Dutch",
    columns=(
        Column("date", ["datum"]),
        Column("transaction_type", ["type", "typ", "transactietype"]),
        Column("amount", ["value", "wert", "waarde netto", "value net", "wert netto"],
               is_number=True),
        Column("asset_name", ["note", "notiz", "opmerking"]),
        Column("isin"),
        Column("quantity", ["shares", "stück", "aantal", "anteile"], is_number=True),
        Column("fees", ["gebühren", "kosten"], is_number=True),
        Column("taxes", ["steuern", "belasting"], is_number=True),
        Column("currency", ["währung"]),
    ),
    needed=("date", "transaction_type", "amount"),
    types={
        "kauf": T.BUY, "buy": T.BUY, "aankoop": T.BUY,
        "verkauf": T.SELL, "sell": T.SELL, "verkoop": T.SELL,
        "dividende": T.DIVIDEND, "dividend": T.DIVIDEND,
        "zinsen": T.INTEREST, "interest": T.INTEREST, "rente": T.INTEREST,
        "zinsbelastung": T.INTEREST, "interest charge": T.INTEREST,
        "rentebaten": T.INTEREST, "rentelasten": T.INTEREST,
        "einlage": T.DEPOSIT, "deposit": T.DEPOSIT, "storting": T.DEPOSIT,
        "entnahme": T.WITHDRAWAL, "removal": T.WITHDRAWAL, "onttrekking": T.WITHDRAWAL,
        "einlieferung": T.TRANSFER_IN, "transfer (inbound)": T.TRANSFER_IN,
        "umbuchung (eingang)": T.TRANSFER_IN, "wertpapierübertrag (eingang)": T.TRANSFER_IN,
        "inkomende overboeking": T.TRANSFER_IN,
        "auslieferung": T.TRANSFER_OUT, "transfer (outbound)": T.TRANSFER_OUT,
        "umbuchung (ausgang)": T.TRANSFER_OUT, "wertpapierübertrag (ausgang)": T.TRANSFER_OUT,
        "uitgaande overboeking": T.TRANSFER_OUT,
    },
    by_sign={
        **dict.fromkeys(["steuern", "taxes", "belastingen", "steuerrückerstattung", "tax refund",
                         "terugbetaling van belastingen"],
                        (T.TAX_REFUND, T.TAX)),
        **dict.fromkeys(["gebühren", "fees", "kosten", "gebührenerstattung", "fees refund",
                         "terugbetaling van kosten"],
                        (T.FEE_REFUND, T.FEE)),
    },
    skips={"split": _NO_RATIO, "spinoff": _ACTION, "swap": _ACTION},
    not_read=(_NO_VALUE,),
    left_out=("Aantal2", "ISIN2", "Shares2", "Stück2"),
    currency="EUR",
    finished=_finished,
)  # fmt: skip
