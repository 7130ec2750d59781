"""What all tables share."""

from typing import Final

from sqlalchemy import Numeric
from sqlalchemy.orm import DeclarativeBase

# 12 digits before the point and 8 after it, as the contract accepts them.
THRESHOLD: Final = Numeric(20, 8)
# A total or a change may have many more: of a billionth to a billion, in percent.
VALUE: Final = Numeric()


class Base(DeclarativeBase):
    """Webhooks' own metadata."""
