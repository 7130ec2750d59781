"""Any address of the installation's that answers a symbol's prices, in CSV or in JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.assets.domain.feeds import EARLIEST, DataSourceError, Delivery, Wanted
from services.assets.domain.quotes import Bar
from services.assets.outside.sources.fetching import encoded, fetched, parsed_json
from shared.errors import ValidationFailed
from shared.files import FileRefused
from shared.finance.asset_types import ASSET_TYPES

_OPENINGS: Final = (b"[", b"{")


@dataclass(frozen=True)
class Readers:
    """How prices are read; each raises ValidationFailed where there are none that can be.

    Attributes:
        csv: a file as our own bulk import takes it.
        rows: a list of objects, or of pairs of a time and a close.
    """

    csv: Callable[[bytes], list[Bar]]
    rows: Callable[[list[Any]], list[Bar]]


class Web:
    """Asks `template` with `{symbol}`, `{currency}` and `{since}` filled in.

    Args:
        template: `https://…{symbol}…`; http only on this machine.
    """

    kinds: Sequence[str] = ASSET_TYPES

    def __init__(self, name: str, template: str, readers: Readers) -> None:
        self.name = name
        self.description = "An address of this installation's operator."
        self._template = template
        self._readers = readers

    def history(self, wanted: Wanted, within: float) -> Delivery:
        """Return what the address answers: see `Source.history`."""
        values = {
            "symbol": encoded(wanted.symbol),
            "currency": wanted.currency,
            "since": (wanted.since or EARLIEST).isoformat(),
        }
        bars = self._bars(fetched(self._template.format_map(values), within))
        return Delivery([bar for bar in bars if wanted.since is None or bar.date >= wanted.since])

    def _bars(self, body: bytes) -> list[Bar]:
        try:
            if body.lstrip().startswith(_OPENINGS):
                return self._readers.rows(_rows(parsed_json(body)))
            return self._readers.csv(body)
        except FileRefused as error:
            raise DataSourceError(f"The data source answered no prices. {error.message}") from error
        except ValidationFailed as error:
            raise DataSourceError("The data source answered no prices that we can read.") from error


def _rows(answer: Any) -> list[Any]:
    """Return the one list of rows in an answer, however deep in objects it is."""
    lists = [answer] if isinstance(answer, list) else []
    inside = [answer] if isinstance(answer, dict) else []
    while inside:
        for value in inside.pop().values():
            if isinstance(value, dict):
                inside.append(value)
            elif isinstance(value, list):
                lists.append(value)
    if len(lists) != 1:
        raise DataSourceError("The data source answered JSON without one list of prices.")
    return lists[0]
