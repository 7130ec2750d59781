"""The reference rates of the European Central Bank: units of a currency for one euro.

Facts of its data portal (data.ecb.europa.eu/help/api): the series of a daily rate is
`D.USD.EUR.SP00.A`; as CSV each row has its day in TIME_PERIOD and the rate in OBS_VALUE, which is
empty or NaN on a holiday. A series that there is not, or that says nothing yet, is 404.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from services.assets.domain.feeds import DataSourceError, Delivery, Wanted
from services.assets.domain.quotes import Bar
from services.assets.outside.sources.fetching import fetched, joined

_PAIR: Final = re.compile(r"EUR([A-Z]{3})")
_NONE: Final = frozenset({"", "NaN"})


class Ecb:
    """Asks the data portal for one currency."""

    name = "ecb"
    description = (
        "European Central Bank: a reference rate of each working day since 1999. A pair begins with"
        " the euro: EURUSD."
    )
    kinds: Sequence[str] = ("CURRENCY",)

    def __init__(self, address: str) -> None:
        self._address = address

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return the rates of a pair: see `Source.history`."""
        pair = _PAIR.fullmatch(wanted.symbol.upper())
        if pair is None:
            raise DataSourceError(f"The ECB has pairs such as EURUSD, and no {wanted.symbol}.")
        currency = pair[1]
        since = {"startPeriod": wanted.since.isoformat()} if wanted.since else {}
        url = joined(self._address, f"D.{currency}.EUR.SP00.A", **since, format="csvdata")
        return Delivery(rates(fetched(url, within)), currency=currency)


def rates(body: bytes) -> list[Bar]:
    """Return the rates in a CSV of the data portal.

    Raises:
        DataSourceError: it is none.
    """
    try:
        rows = csv.DictReader(io.StringIO(body.decode()), strict=True)
        return [
            Bar(date.fromisoformat(row["TIME_PERIOD"]), Decimal(row["OBS_VALUE"]))
            for row in rows
            if row["OBS_VALUE"] not in _NONE
        ]
    except (ValueError, KeyError, TypeError, InvalidOperation, csv.Error) as error:
        raise DataSourceError("The ECB answered no rates that we can read.") from error
