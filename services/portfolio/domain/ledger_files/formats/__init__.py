"""Tables of brokers and of other programs, one small file each: columns, words, what is skipped."""

from typing import Final

from services.portfolio.domain.ledger_files.formats import (
    coinbase,
    degiro,
    degiro_account,
    interactive_brokers,
    parqet,
    revolut,
    schwab,
    trade_republic,
    trading_212,
    wealthfolio,
)
from services.portfolio.domain.ledger_files.layouts import Layout

LAYOUTS: Final[tuple[Layout, ...]] = (
    coinbase.LAYOUT,
    degiro.LAYOUT,
    degiro_account.LAYOUT,
    interactive_brokers.LAYOUT,
    parqet.LAYOUT,
    revolut.LAYOUT,
    schwab.LAYOUT,
    trade_republic.LAYOUT,
    trading_212.LAYOUT,
    wealthfolio.LAYOUT,
)
