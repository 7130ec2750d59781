"""What clients meant to write and what they were told, on disk before anybody relies on it."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.model.ledger import Entry

DAY = date(2024, 1, 15)
CURRENCY = "USD"


@dataclass(frozen=True)
class Row:
    """A transaction that somebody means to write.

    Attributes:
        name: nobody else's; it stands in the notes, and in some as the external id.
    """

    name: str
    portfolio: int
    transaction_type: str
    day: str = DAY.isoformat()
    asset: int | None = None
    quantity: str | None = None
    price: str | None = None
    amount: str | None = None
    fees: str = "0"
    external_id: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The row as a client sends it."""
        renamed = {"day": "date", "name": "notes"}
        return {
            renamed.get(name, name): value
            for name, value in asdict(self).items()
            if value is not None
        }

    @property
    def entry(self) -> Entry:
        """The row as the second opinion on ledgers reads it."""
        return Entry(
            kind=self.transaction_type,
            day=date.fromisoformat(self.day),
            currency=CURRENCY,
            quantity=_decimal(self.quantity),
            price=_decimal(self.price),
            amount=_decimal(self.amount),
            fees=Decimal(self.fees),
        )

    @property
    def cash(self) -> Fraction:
        """What the row does to cash."""
        return self.entry.moved


@dataclass(frozen=True)
class Operation:
    """One request and the definite answer to it.

    Attributes:
        rows: what it writes: all of it or nothing.
        status: None while there is no definite answer.
    """

    key: str
    rows: Sequence[Row]
    status: int | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the client was told that it is written."""
        return self.status is not None and self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the client was told that it is not."""
        return self.status is not None and self.status >= 300


class Journal:
    """A file of intents and answers, one a line, for several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def intend(self, key: str, rows: Sequence[Row]) -> None:
        """Note what is about to be posted."""
        self._note({"key": key, "rows": [asdict(row) for row in rows]})

    def answered(self, key: str, status: int) -> None:
        """Note a definite answer."""
        self._note({"key": key, "status": status})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")


def read(path: Path) -> list[Operation]:
    """Return the operations of a journal."""
    rows: dict[str, list[Row]] = {}
    statuses: dict[str, int] = {}
    for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        if "rows" in line:
            rows[line["key"]] = [Row(**row) for row in line["rows"]]
        else:
            statuses[line["key"]] = line["status"]
    return [Operation(key, intended, statuses.get(key)) for key, intended in rows.items()]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
