"""Tables of the portfolio service, one file a subject."""

from services.portfolio.models.assets import Asset, FxClose, NamedAsset
from services.portfolio.models.base import Base
from services.portfolio.models.messages import IdempotencyKey, InboxMessage, Job, OutboxMessage
from services.portfolio.models.new_transactions import COLUMNS, NewTransaction
from services.portfolio.models.portfolios import (
    METHODS,
    OF_LEDGER,
    LedgerPortfolio,
    LockedPortfolio,
    Portfolio,
    PortfolioFields,
    account_of_row,
)
from services.portfolio.models.positions import (
    AVERAGE_COST_PLACES,
    OF_HOLDING,
    Position,
    StoredPosition,
    columns_of,
)
from services.portfolio.models.transactions import (
    DERIVABLE,
    IMPORT_IDS,
    LEDGER_ORDER,
    OF_ENTRY,
    TYPES,
    UNRATED,
    RecordedTransaction,
    Transaction,
    TransactionFields,
    card_of,
    entry_of_row,
)

__all__ = [
    "AVERAGE_COST_PLACES",
    "COLUMNS",
    "DERIVABLE",
    "IMPORT_IDS",
    "LEDGER_ORDER",
    "METHODS",
    "OF_ENTRY",
    "OF_HOLDING",
    "OF_LEDGER",
    "TYPES",
    "UNRATED",
    "Asset",
    "Base",
    "FxClose",
    "IdempotencyKey",
    "InboxMessage",
    "Job",
    "LedgerPortfolio",
    "LockedPortfolio",
    "NamedAsset",
    "NewTransaction",
    "OutboxMessage",
    "Portfolio",
    "PortfolioFields",
    "Position",
    "RecordedTransaction",
    "StoredPosition",
    "Transaction",
    "TransactionFields",
    "account_of_row",
    "card_of",
    "columns_of",
    "entry_of_row",
]
