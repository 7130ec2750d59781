"""What all tables share."""

from typing import Final

from sqlalchemy import Numeric
from sqlalchemy.orm import DeclarativeBase

# 12 digits before the point and 8 after it, as the contract accepts them; a total may have more.
THRESHOLD: Final = Numeric(20, 8)
VALUE: Final = Numeric(28, 8)


class Base(DeclarativeBase):
    """Webhooks' own metadata."""
