"""Computed floats become texts: rounded once, half up, and None where they are no figures.

A running sum is off in its last bits, and averages of prices fall on halves, so the noise is
rounded away first: it must not say which way a half goes.
"""

from decimal import Decimal

import numpy as np

from services.analytics.domain.series import Floats, decimal, is_figure
from shared.finance.money import minor_unit, plain, round_money, round_to


def printed(values: Floats, places: int = 4) -> list[str | None]:
    """Return `values` as texts with `places` decimals; None where one is no figure."""
    figures = is_figure(values)
    units = np.floor(np.round(np.abs(np.where(figures, values, 0.0)) * 10**places, 5) + 0.5)
    signs = np.where((values < 0.0) & (units > 0.0), "-", "")
    rows = zip(signs.tolist(), units.tolist(), figures.tolist(), strict=True)
    return [_text(sign, int(count), places) if is_known else None for sign, count, is_known in rows]


def printed_figure(value: float | Decimal | None, scale: int = 1, places: int = 2) -> str | None:
    """Return `scale` × `value`, of which the shortest decimal counts: 1.005, not 1.0049999…"""
    if value is None or not is_figure(float(value)):
        return None
    exact = value if isinstance(value, Decimal) else decimal(value)
    return plain(round_to(exact * scale, places))


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
