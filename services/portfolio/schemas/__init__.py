"""What comes into the portfolio service and goes out, one file a resource."""

from services.portfolio.schemas.allocation import AllocationQuery, AllocationSchema
from services.portfolio.schemas.files import (
    FormatsSchema,
    ImportedSchema,
    ImportQuery,
    PortfolioOfFile,
    TakeBackQuery,
    TakenBackSchema,
)
from services.portfolio.schemas.portfolios import PortfolioQuery, PortfolioSchema
from services.portfolio.schemas.positions import NewPositionSchema, PositionQuery, PositionSchema
from services.portfolio.schemas.transactions import (
    MOST_ROWS,
    BulkTransactionsSchema,
    TransactionQuery,
    TransactionSchema,
)

__all__ = [
    "MOST_ROWS",
    "AllocationQuery",
    "AllocationSchema",
    "BulkTransactionsSchema",
    "FormatsSchema",
    "ImportQuery",
    "ImportedSchema",
    "NewPositionSchema",
    "PortfolioOfFile",
    "PortfolioQuery",
    "PortfolioSchema",
    "PositionQuery",
    "PositionSchema",
    "TakeBackQuery",
    "TakenBackSchema",
    "TransactionQuery",
    "TransactionSchema",
]
