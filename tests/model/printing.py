"""How a figure is printed, and whether what came is that."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.model.ledger import as_decimal

Number = Fraction | Decimal | None
EDGE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Printed:
    """A number and how many decimals of it are printed.

    Attributes:
        at_least: fewer decimals are printed where the rest are zeros.
        is_float: the service computes it in binary, and an exact half may fall either way.
    """

    value: Number
    places: int
    at_least: int | None = None
    is_float: bool = False

    @property
    def text(self) -> str | None:
        """What is printed."""
        if self.value is None:
            return None
        number = as_decimal(Fraction(self.value), self.places)
        text = f"{number + 0:f}"  # no minus before a zero
        if self.at_least is None or self.places <= self.at_least:
            return text
        whole, _, decimals = text.partition(".")
        return f"{whole}.{decimals.rstrip('0').ljust(self.at_least, '0')}"

    @property
    def is_at_the_edge(self) -> bool:
        """Whether it lies within 1e-9 of where rounding turns, for a service that has floats."""
        if self.value is None or not self.is_float:
            return False
        value = abs(Fraction(self.value))
        unit = Fraction(10) ** -self.places
        distance = abs(value / unit % 1 - Fraction(1, 2)) * unit
        return distance < EDGE * max(Fraction(1), value)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what the model says.

    Attributes:
        is_at_the_edge: the model's lies where the last digit turns.
    """

    field: str
    expected: Any
    came: Any
    is_at_the_edge: bool = False

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, came {self.came}"


def differences(expected: Any, came: Any, path: str = "") -> Iterator[Difference]:
    """Yield where an answer is not what is expected; fields that nobody expects don't matter."""
    if isinstance(expected, Printed):
        if expected.text != came:
            yield Difference(path, expected.text, came, expected.is_at_the_edge)
    elif isinstance(expected, dict) and isinstance(came, dict):
        for name, value in expected.items():
            yield from differences(value, came.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(expected, list) and isinstance(came, list):
        yield from _rows(expected, came, path)
    elif expected != came:
        yield Difference(path, expected, came)


def figures(expected: Any) -> int:
    """Return how many figures are expected."""
    if isinstance(expected, dict):
        return sum(figures(value) for value in expected.values())
    return sum(map(figures, expected)) if isinstance(expected, list) else 1


def _rows(expected: list[Any], came: list[Any], path: str) -> Iterator[Difference]:
    """Compare rows by their names, and those that both have with each other."""
    ours, theirs = ([_name(row) for row in rows] for rows in (expected, came))
    if ours != theirs:
        lacking = [name for name in ours if name not in theirs]
        surplus = [name for name in theirs if name not in ours]
        yield Difference(f"{path} (rows)", f"also {lacking}", f"also {surplus} of {len(came)}")
    rows = dict(zip(theirs, came, strict=True))
    for name, row in zip(ours, expected, strict=True):
        if name in rows:
            yield from differences(row, rows[name], f"{path}[{name}]")


def _name(row: dict[str, Any]) -> str:
    return str(next(row[key] for key in ("date", "symbol", "peak") if key in row))
