"""What is read: SQL straight to what the schemas dump, one file a resource."""

from services.portfolio.queries import (
    allocation,
    files,
    ledgers,
    portfolios,
    positions,
    transactions,
)

__all__ = ["allocation", "files", "ledgers", "portfolios", "positions", "transactions"]
