"""Computed floats become texts: rounded once, half up, and None where they are no figures.

A running sum is off in its last bits, and averages of prices fall on halves, so the noise is
rounded away first: it must not say which way a half goes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from services.analytics.domain.series import Floats, decimal, is_figure
from shared.finance.apportionment import apportion
from shared.finance.money import EXACT, minor_unit, plain, round_money, round_to

# Units, of which a float holds five decimals more, by which noise is told from a half.
_MOST_UNITS: Final = 2.0**53 / 10**5


def printed(
    values: Floats, places: int = 4, exact: Mapping[int, Decimal | None] | None = None
) -> list[str | None]:
    """Return `values` as texts with `places` decimals; None where one is no figure.

    Args:
        exact: the values of some positions, which count instead.
    """
    texts = _printed(values, places)
    is_large = (np.abs(values) * 10.0**places > _MOST_UNITS) & (values != np.rint(values))
    large = {i: decimal(values[i]) for i in np.flatnonzero(is_large).tolist()}
    for i, value in (large | dict(exact or {})).items():
        texts[i] = printed_figure(value, 1, places)
    return texts


def _printed(values: Floats, places: int) -> list[str | None]:
    figures = is_figure(values)
    units = np.floor(np.round(np.abs(np.where(figures, values, 0.0)) * 10**places, 5) + 0.5)
    signs = np.where((values < 0.0) & (units > 0.0), "-", "")
    rows = zip(signs.tolist(), units.tolist(), figures.tolist(), strict=True)
    return [_text(sign, int(count), places) if is_known else None for sign, count, is_known in rows]


def printed_parts(parts: Sequence[float | None], places: int = 4) -> list[str | None]:
    """Return the parts of a whole as texts that sum to the whole as it is printed."""
    known = [decimal(part) for part in parts if part is not None]
    rounded = iter(apportion(known, places))
    return [None if part is None else plain(next(rounded)) for part in parts]


def printed_figure(value: float | Decimal | None, scale: int = 1, places: int = 2) -> str | None:
    """Return `scale` × `value`, of which the shortest decimal counts: 1.005, not 1.0049999…"""
    if value is None or not is_figure(float(value)):
        return None
    exact = decimal(value)
    return plain(round_to(EXACT.multiply(exact, scale), places))


def money(value: float | Decimal | None, currency: str) -> Decimal | None:
    """Return `value` in the minor unit of `currency`; None where it is no figure.

    Ten shares at 108.9005 are 1089.005 and print as 1089.01, though their product is less.
    """
    if value is None or not is_figure(float(value)):
        return None
    exact = value if isinstance(value, Decimal) else decimal(round(value, minor_unit(currency) + 5))
    return round_money(exact, currency)


def printed_money(value: float | Decimal | None, currency: str) -> str | None:
    """Return `money` in plain notation."""
    amount = money(value, currency)
    return None if amount is None else plain(amount)


def _text(sign: str, units: int, places: int) -> str:
    if not places:
        return f"{sign}{units}"
    digits = f"{units:0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
