"""Money: exact decimals, ISO 4217 minor units, one rounding rule.

Rounding happens once, at the edge, ROUND_HALF_UP (Python's own default is half-even).
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Final

# 100 digits hold any sum of a portfolio with the 20 decimals of its ledger: a quantity has 15
# digits before the point at most, a price 12, a crossed rate 24, which leaves 29 for how many
# there are and for a percentage. `quantize` raises where they do not suffice.
EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP)
# Costs and cash are kept to 20 decimals: no price, rate or average needs more, and on one grid
# every sum and difference is exact in the digits of EXACT, so nothing is lost between two of them.
GRID: Final = 20
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

# ISO 4217 (list one, 2026): currencies whose minor unit is not 2. Funds codes are left out.
_MINOR_UNITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN "
    "QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
MINOR_UNITS: Final[dict[str, int]] = dict.fromkeys(_TWO.split(), 2) | {
    code: places for places, codes in _MINOR_UNITS.items() for code in codes.split()
}

# Quotation units of exchanges: a hundredth of a currency, never a currency of a portfolio.
MINOR_CURRENCIES: Final = {"GBX": "GBP", "GBp": "GBP", "ZAc": "ZAR", "ILA": "ILS"}


def is_currency(code: str) -> bool:
    """Return whether `code` is an ISO 4217 currency in use."""
    return code in MINOR_UNITS


def is_quotation(code: str) -> bool:
    """Return whether prices are quoted in `code`: a currency, or one of the minor units."""
    return is_currency(code) or code in MINOR_CURRENCIES


def minor_unit(currency: str) -> int:
    """Return the number of decimals of `currency`: USD 2, JPY 0, KWD 3."""
    return MINOR_UNITS[currency]


def round_to(value: Decimal, places: int) -> Decimal:
    """Return `value` with exactly `places` decimals, ROUND_HALF_UP; never a negative zero."""
    # Added to 0 to lose the sign of zero; by EXACT, since plain `+` keeps only 28 digits.
    return EXACT.add(EXACT.quantize(value, _unit(places)), ZERO)


@cache
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` rounded to the minor unit of `currency`."""
    return round_to(amount, minor_unit(currency))


def times(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    """Return `amount` in another currency, on the grid; None without a rate."""
    return None if rate is None else round_to(EXACT.multiply(amount, rate), GRID)


def plus(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Return the sum; what is unknown makes it unknown."""
    return None if first is None or second is None else EXACT.add(first, second)


def minus(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Return the difference; what is unknown makes it unknown."""
    return None if first is None or second is None else EXACT.subtract(first, second)


def plain(value: Decimal) -> str:
    """Return `value` in plain decimal notation, its decimals as they are: "0.00000001"."""
    text = str(value)  # which takes a third of the time, but has an exponent for what is tiny
    return f"{value:f}" if "E" in text else text


def trimmed(value: Decimal, least: int) -> str:
    """Return `value` with at least `least` decimals and more only where they are not zero.

    Args:
        value: a price with up to 8 decimals: 175.50000000 → "175.50", 0.96100000 → "0.961".
        least: decimals always printed.
    """
    text = plain(value)
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole
