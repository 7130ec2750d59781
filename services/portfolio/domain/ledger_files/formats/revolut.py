"""Revolut's statement of stocks. A total has all that was paid, so the price follows from it."""

import re
from typing import Final

from services.portfolio.domain.ledger_files.layouts import Layout
from shared.files import Column
from shared.finance.entries import EntryType as T

_CODE: Final = re.compile(r"^(-?)\s*[A-Z]{3}\s+")  # "USD 52.07"
_BETWEEN: Final = "Transfers between Revolut's own companies."


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    if texts.get("transaction_type", "").startswith("TRANSFER FROM REVOLUT"):
        return _BETWEEN
    amount = _CODE.sub(r"\1", texts.get("amount", "").strip())
    own = {"amount": amount, "asset_currency": texts.get("currency", "")}
    return {**texts, **own, "price": ""}


LAYOUT: Final = Layout(
    name="revolut",
    program="Revolut's account statement of stocks (CSV)",
    columns=(
        Column("date"),
        Column("symbol", ["ticker"]),
        Column("transaction_type", ["type"]),
        Column("quantity", is_number=True),
        Column("price", ["price per share"]),
        Column("amount", ["total amount"], is_number=True),
        Column("currency"),
    ),
    needed=("date", "transaction_type", "amount", "currency"),
    types={
        "buy - market": T.BUY,
        "buy - limit": T.BUY,
        "buy - stop": T.BUY,
        "sell - market": T.SELL,
        "sell - limit": T.SELL,
        "sell - stop": T.SELL,
        "dividend": T.DIVIDEND,
        "custody fee": T.FEE,
        "cash top-up": T.DEPOSIT,
        "cash withdrawal": T.WITHDRAWAL,
    },
    by_sign={
        "dividend tax (correction)": (T.TAX_REFUND, T.TAX),
        "custody fee reversal": (T.FEE_REFUND, T.FEE),
    },
    skips={"stock split": "Splits, which have no ratio: record a SPLIT of that day."},
    not_read=(_BETWEEN,),
    left_out=("FX Rate",),
    adapted=_adapted,
    is_exact=False,
)
