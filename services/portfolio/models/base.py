"""What all tables share."""

from typing import Final

from sqlalchemy import Numeric
from sqlalchemy.orm import DeclarativeBase

# As exact as it comes: sums on the ledger's grid, and numbers whose last decimal tells something.
EXACT_NUMBER: Final = Numeric()


class Base(DeclarativeBase):
    """The portfolio service's own metadata."""
