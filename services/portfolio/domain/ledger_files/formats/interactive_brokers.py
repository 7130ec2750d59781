"""Interactive Brokers' Flex queries as CSV: trades, and cash transactions.

A commission is negative. Trades of currencies are no transactions of a portfolio.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import TRADES
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, ZERO

_CURRENCIES: Final = "Exchanges of currencies."
_TOTALS: Final = "Totals and repeated headers."
_OF_PARTS: Final = "Options, futures, bonds and CFDs: their price is not that of one piece."
# Stocks and ETFs, funds, warrants and certificates, crypto currencies.
_BY_PIECE: Final = frozenset({"", "STK", "FUND", "WAR", "IOPT", "CRYPTO"})


def left_out(texts: Mapping[str, str]) -> str | None:
    """Return why a trade is none of a paper that is counted by the piece."""
    if "side" not in texts:
        return None
    kind = texts.get("asset_class", "").strip().upper()
    has_asset = texts.get("isin", "").strip() or texts.get("symbol", "").strip()
    if kind == "CASH" or not has_asset:
        return _CURRENCIES
    return None if kind in _BY_PIECE else _OF_PARTS


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    word = texts.get("transaction_type", "").strip().lower() or texts.get("side", "").strip()
    if reason := left_out(texts):
        return reason
    if not word:
        return _TOTALS
    currency = texts.get("currency", "")
    return {**texts, "transaction_type": texts.get("side") or word, "asset_currency": currency}


def finished(row: LedgerRow, _: Cells) -> LedgerRow:
    """Return a row without what its type has no use for: trades have their price."""
    if row.type not in TRADES:
        return replace(row, quantity=None, price=None)
    if row.fees < 0 and row.quantity and row.price:
        return _with_rebate(row, EXACT.multiply(row.quantity, row.price))
    return replace(row, amount=None)


def _with_rebate(row: LedgerRow, worth: Decimal) -> LedgerRow:
    """Return a trade for which the exchange paid more than the commission was, as what moved."""
    charges = EXACT.add(row.fees, row.taxes)
    moved = EXACT.minus(EXACT.add(worth, charges))
    if row.type is T.SELL:
        moved = EXACT.subtract(worth, charges)
    return replace(row, amount=moved, price=None, fees=ZERO)


LAYOUT: Final = Layout(
    name="interactive_brokers",
    program="Interactive Brokers' Flex query of trades or of cash transactions (CSV)",
    columns=(
        Column("date", ["datetime", "date time", "tradedate", "trade date", "settledate",
                        "reportdate"]),
        Column("side", ["buy sell"]),
        Column("transaction_type", ["type"]),
        Column("asset_class", ["assetclass"]),
        Column("symbol"),
        Column("isin"),
        Column("notes", ["description"]),
        Column("quantity", is_number=True),
        Column("price", ["tradeprice", "trade price"], is_number=True),
        Column("currency", ["currencyprimary", "currency primary"]),
        Column("fees", ["ibcommission", "ib commission"], is_number=True),
        Column("fees_currency", ["ibcommissioncurrency", "ib commission currency"]),
        Column("taxes", is_number=True),
        Column("amount", is_number=True),
        Column("external_id", ["tradeid", "trade id", "transactionid", "transaction id"]),
    ),
    needed=("date", "currency"),
    types={
        "buy": T.BUY,
        "sell": T.SELL,
        "dividends": T.DIVIDEND,
        "payment in lieu of dividends": T.DIVIDEND,
        "broker interest received": T.INTEREST,
        "broker interest paid": T.INTEREST,
        "bond interest received": T.INTEREST,
        "bond interest paid": T.INTEREST,
    },
    by_sign={
        "withholding tax": (T.TAX_REFUND, T.TAX),
        "deposits/withdrawals": (T.DEPOSIT, T.WITHDRAWAL),
        "deposits & withdrawals": (T.DEPOSIT, T.WITHDRAWAL),
        "deposits": (T.DEPOSIT, T.WITHDRAWAL),
        "other fees": (T.FEE_REFUND, T.FEE),
        "commission adjustments": (T.FEE_REFUND, T.FEE),
        "broker fees": (T.FEE_REFUND, T.FEE),
        "advisor fees": (T.FEE_REFUND, T.FEE),
        "management fees": (T.FEE_REFUND, T.FEE),
    },
    not_read=(_CURRENCIES, _OF_PARTS, _TOTALS),
    left_out=("ClientAccountID", "AccountAlias", "TradeMoney", "Proceeds", "NetCash",
              "FXRateToBase", "Conid", "ListingExchange", "Open/CloseIndicator",
              "IBOrderID", "LevelOfDetail"),
    adapted=_adapted,
    finished=finished,
)  # fmt: skip
