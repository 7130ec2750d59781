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
        value = Fraction(self.value)
        units = abs(value) * 10**self.places
        return abs(units % 1 - Fraction(1, 2)) / 10**self.places < EDGE * max(1, abs(value))


@dataclass(frozen=True)
class Difference:
    """A figure that is not what the model says."""

    field: str
    expected: Any
    came: Any

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, came {self.came}"


def differences(expected: Any, came: Any, path: str = "") -> Iterator[Difference]:
    """Yield where an answer is not what is expected; fields that nobody expects don't matter."""
    if isinstance(expected, Printed):
        if expected.text != came and not expected.is_at_the_edge:
            yield Difference(path, expected.text, came)
    elif isinstance(expected, dict) and isinstance(came, dict):
        for name, value in expected.items():
            yield from differences(value, came.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(expected, list) and isinstance(came, list):
        yield from _rows(expected, came, path)
    elif expected != came:
        yield Difference(path, expected, came)


def _rows(expected: list[Any], came: list[Any], path: str) -> Iterator[Difference]:
    names = [[_name(row) for row in rows] for rows in (expected, came)]
    if names[0] != names[1]:
        missing = [name for name in names[0] if name not in names[1]]
        surplus = [name for name in names[1] if name not in names[0]]
        yield Difference(f"{path} (rows)", f"also {missing}", f"also {surplus} of {len(came)}")
        if missing or surplus:
            shared = {name: row for name, row in zip(names[1], came, strict=True)}
            pairs = [
                (row, shared[name])
                for name, row in zip(names[0], expected, strict=True)
                if name in shared
            ]
        else:
            return
    else:
        pairs = list(zip(expected, came, strict=True))
    for row, other in pairs:
        yield from differences(row, other, f"{path}[{_name(row)}]")


def _name(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    named = next((row[key] for key in ("date", "symbol", "peak") if key in row), "")
    return str(named)
