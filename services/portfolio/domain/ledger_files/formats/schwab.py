"""Schwab's transactions of a brokerage account. Corporate actions have no ratio and are skipped."""

from typing import Final

from services.portfolio.domain.ledger_files.layouts import Layout
from shared.files import Column
from shared.finance.entries import EntryType as T

_ACTION: Final = "Corporate actions, which have no ratio: record a SPLIT or a transfer of that day."
_TOTAL: Final = "The total at the end."
_MOVED: Final = (T.DEPOSIT, T.WITHDRAWAL)


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    day = texts.get("date", "").strip()
    if day.lower().startswith("transactions total"):
        return _TOTAL
    # "07/15/2024 as of 07/12/2024": booked, and what it is for.
    return {**texts, "date": day.partition(" as of ")[0]}


LAYOUT: Final = Layout(
    name="schwab",
    program="Charles Schwab's transactions of a brokerage account (CSV)",
    columns=(
        Column("date"),
        Column("transaction_type", ["action"]),
        Column("symbol"),
        Column("asset_name", ["description"]),
        Column("quantity", is_number=True),
        Column("price", is_number=True),
        Column("fees", ["fees comm", "fees & comm"], is_number=True),
        Column("amount", is_number=True),
    ),
    types={
        "buy": T.BUY,
        "reinvest shares": T.BUY,
        "sell": T.SELL,
        "cash dividend": T.DIVIDEND,
        "qualified dividend": T.DIVIDEND,
        "non-qualified div": T.DIVIDEND,
        "reinvest dividend": T.DIVIDEND,
        "qual div reinvest": T.DIVIDEND,
        "special dividend": T.DIVIDEND,
        "special qual div": T.DIVIDEND,
        "special non qual div": T.DIVIDEND,
        "pr yr cash div": T.DIVIDEND,
        "pr yr div reinvest": T.DIVIDEND,
        "long term cap gain": T.DIVIDEND,
        "long term cap gain reinvest": T.DIVIDEND,
        "short term cap gain": T.DIVIDEND,
        "short term cap gain reinvest": T.DIVIDEND,
        "bank interest": T.INTEREST,
        "credit interest": T.INTEREST,
        "bond interest": T.INTEREST,
        "margin interest": T.INTEREST,
    },
    by_sign={
        "moneylink transfer": _MOVED,
        "moneylink deposit": _MOVED,
        "wire sent": _MOVED,
        "wire received": _MOVED,
        "wire funds": _MOVED,
        "funds received": _MOVED,
        "internal transfer": _MOVED,
        "journal": _MOVED,
        "advisor fee": (T.FEE_REFUND, T.FEE),
        "adr mgmt fee": (T.FEE_REFUND, T.FEE),
        "service fee": (T.FEE_REFUND, T.FEE),
        "foreign tax paid": (T.TAX_REFUND, T.TAX),
        "nra tax adj": (T.TAX_REFUND, T.TAX),
        "nra withholding": (T.TAX_REFUND, T.TAX),
    },
    skips=dict.fromkeys(
        ["stock split", "reverse split", "stock div dist", "spin-off", "stock merger",
         "name change", "conversion", "journaled shares"],
        _ACTION,
    ),
    not_read=(_TOTAL,),
    date_format="MM/DD/YYYY",
    currency="USD",
    adapted=_adapted,
)  # fmt: skip
