"""The fields that several schemas of ours have."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from marshmallow import fields

from shared.finance.days import latest_day
from shared.finance.money import plain
from shared.finance.rates import PLACES
from shared.http.schemas import Money, Number, Text, answered, not_in_future

Field = fields.Field[Any]

LONGEST_TEXT: Final = 10_000  # characters of a description or of notes
_LONGEST_NUMBER: Final = 20  # digits of a ratio

not_after_today: Final = not_in_future(lambda: latest_day(datetime.now(UTC)))


class Ratio(Text):
    """A split's ratio; a JSON number is read as the fraction it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=40, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        # Its size is looked at before it is written out: 1e999999 would be a megabyte.
        if is_number and abs(Decimal(value).adjusted()) < _LONGEST_NUMBER:
            value = plain(Decimal(value))
        return super()._deserialize(value, *args, **kwargs)


def Rate(**kwargs: Any) -> Number:  # noqa: N802 - reads as a field
    """Return the field of an exchange rate: 2 decimals, more where there are more, up to 12."""
    return Number(places=PLACES, digits=9, at_least=2, **kwargs)


def money(what: str, example: str) -> Field:
    """Return the field of a money total that is only answered."""
    return answered(Money, what, example)
