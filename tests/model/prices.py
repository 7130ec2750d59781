"""Closes from a seed: of everything that is priced daily, always, seldom or never."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Final

from tests.model.ledger import rounded
from tests.model.market import DAY, SATURDAY, Asset, Closes

START: Final = date(2021, 12, 1)
END: Final = date(2024, 6, 28)
RATES: Final = {"EURUSD": "1.10", "EURGBP": "0.86", "USDJPY": "131.5", "USDKWD": "0.3062"}
BEGINNINGS: Final = {"USDJPY": date(2022, 3, 1)}
RATIOS: Final = ("2:1", "3:1", "1:3", "3:2", "1:10", "7:3")
# How often a kind has a close, and how far it moves from one to the next.
KINDS: Final = {
    "STOCK": ("daily", 0.015),
    "CRYPTO": ("always", 0.04),
    "MUTUAL_FUND": ("weekly", 0.01),
    "BOND": ("monthly", 0.005),
    "REAL_ESTATE": ("yearly", 0.03),
    "OTHER": ("never", 0.0),
}


def public_pairs() -> dict[str, Closes]:
    """Return the public currency pairs, the same for every case."""
    random = Random(0)
    return {
        name: Closes(_walk(random, Decimal(rate), _days(random, "daily", name), 0.004, 4))
        for name, rate in RATES.items()
    }


def _days(random: Random, rhythm: str, pair: str | None = None) -> list[date]:
    first = BEGINNINGS.get(pair or "", START)
    days = [first + DAY * n for n in range((END - first).days + 1)]
    if rhythm == "daily":
        return [day for day in days if day.weekday() < SATURDAY and random.random() > 0.03]
    if rhythm == "always":
        return [day for day in days if random.random() > 0.005]
    if rhythm == "weekly":
        weekday = random.randrange(5)
        return [day for day in days if day.weekday() == weekday]
    if rhythm == "monthly":
        return [day for day in days if day.day == 1]
    if rhythm == "yearly":
        return [day for day in days if (day.month, day.day) == (12, 31)]
    return []


def _walk(
    random: Random, price: Decimal, days: list[date], step: float, places: int
) -> dict[date, Fraction]:
    closes = {}
    for day in days:
        price *= Decimal(repr(round(1 + random.gauss(0, step), 6)))
        price = max(price, Decimal("0.02"))
        closes[day] = Fraction(price.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return closes


def priced(random: Random, symbol: str, kind: str, currency: str, span: tuple[date, date]) -> Asset:
    """Return an asset with closes in a span of days, some of which may lack at either end."""
    rhythm, step = KINDS[kind]
    days = [day for day in _days(random, rhythm) if span[0] <= day <= span[1]]
    if random.random() < 0.25 and len(days) > 40:
        days = days[random.randrange(len(days) // 2) :]  # it starts later
    if random.random() < 0.25 and len(days) > 40:
        days = days[: -random.randrange(1, len(days) // 3)]  # it ends earlier
    price = Decimal(str(round(random.uniform(2, 400), 2))) * (100 if currency == "JPY" else 1)
    closes = _walk(random, price, days, step, random.choice((2, 2, 4)))
    splits = _splits(random, days) if kind == "STOCK" else {}
    for day, ratio in splits.items():
        closes = {
            on: rounded(close / ratio, 4) if on >= day else close for on, close in closes.items()
        }
    closes = {on: max(close, Fraction(1, 100)) for on, close in closes.items()}
    is_private = random.random() < 0.25
    return Asset(symbol, kind, currency, Closes(closes), splits, is_private)


def _splits(random: Random, days: list[date]) -> dict[date, Fraction]:
    if random.random() < 0.6 or len(days) < 20:
        return {}
    # Some of them on days without a close, as a weekend's.
    day = random.choice(days[10:]) + DAY * random.choice((0, 0, 0, 1))
    return {day: ratio(random.choice(RATIOS))}


def ratio(text: str) -> Fraction:
    """Return new shares for one old."""
    new, old = text.split(":")
    return Fraction(int(new), int(old))


def own_pairs(random: Random, first: date) -> dict[str, Closes]:
    """Return pairs of a user's own, sometimes, with closes where the public ones have none too."""
    if random.random() < 0.7:
        return {}
    name = random.choice(list(RATES))
    days = {first + DAY * random.randrange(-30, 400) for _ in range(random.randrange(1, 9))}
    return {name: Closes(_walk(random, Decimal(RATES[name]), sorted(days), 0.02, 4))}
