"""Cells that only ledgers have: money's currencies, charges, ratios."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from services.portfolio.domain.errors import InvalidEntry
from shared import files
from shared.finance.money import MINOR_CURRENCIES, ZERO, is_quotation
from shared.finance.splits import parse_ratio

NOTES_LENGTH: Final = 10_000


class Cells(files.Cells):
    """One row of a ledger: column → text."""

    def check(self) -> None:
        """Raise InvalidEntry naming every cell that could not be read."""
        if self.wrong:
            raise InvalidEntry(self.wrong)

    def charge(self, name: str, *, places: int = 8) -> Decimal:
        """Return fees or taxes; nothing is 0."""
        return self.number(name, places=places) or ZERO

    def currency(self, name: str) -> str | None:
        """Return an ISO 4217 code, or a minor unit that exchanges quote in."""
        return self.parsed(name, _parse_currency)

    def ratio(self, name: str) -> Fraction | None:
        """Return the ratio of a split."""
        return self.parsed(name, parse_ratio)


def _parse_currency(text: str) -> str:
    code = text if text in MINOR_CURRENCIES else text.upper()
    if not is_quotation(code):
        raise ValueError("Not an ISO 4217 currency code.")
    return code
