"""Transactions that are yet to be stored, thousands at once."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import compress
from operator import itemgetter
from typing import Any, Final, NamedTuple

from services.portfolio.domain.entries import Entry
from services.portfolio.models.transactions import DERIVABLE, TransactionFields
from shared.finance.money import plain


class NewTransaction(NamedTuple):
    """What people write of one, and what the ledger makes of it.

    To make a `Transaction` of it would take longer than to store it.
    """

    fields: TransactionFields
    entry: Entry

    def row(self, card: Mapping[str, Any]) -> Sequence[Any]:
        """Return what is stored, in the order of `COLUMNS`.

        Args:
            card: its own.
        """
        fields, ratio = self.fields, self.entry.ratio
        new, old = ratio.as_integer_ratio() if ratio else (None, None)
        derived = _array(fields.amount is None, fields.price is None, fields.exchange_rate is None)
        return *_of_card(card), plain(self.entry.asset_rate), new, old, derived


@cache
def _array(*are_derived: bool) -> str:
    """Return an array of those of `DERIVABLE` that are derived, as PostgreSQL reads it."""
    return f"{{{','.join(compress(DERIVABLE, are_derived))}}}"


# What a card has of a row, by the names of the card.
_OF_CARD: Final = (
    *("id", "portfolio", "asset", "transaction_type", "date", "quantity", "price", "amount"),
    *("fees", "taxes", "currency", "exchange_rate", "notes", "external_id", "import_id"),
    *("created", "modified"),
)
_of_card: Final = itemgetter(*_OF_CARD)
_COLUMNS: Final = {"portfolio": "portfolio_id", "asset": "asset_id"}
COLUMNS: Final = (
    *(_COLUMNS.get(name, name) for name in _OF_CARD),
    *("asset_rate", "ratio_new", "ratio_old", "derived"),
)
