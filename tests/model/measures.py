"""Statistics of returns, with forty digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, setcontext
from fractions import Fraction
from statistics import NormalDist

from tests.model.returns import DIGITS, decimal

setcontext(Context(prec=DIGITS))

Real = Decimal | None
NEGLIGIBLE = Decimal("1e-14")


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the mean."""
    return sum(values, Decimal(0)) / len(values)


def covariance(ones: Sequence[Decimal], others: Sequence[Decimal]) -> Decimal:
    """Return the sample covariance, n − 1."""
    one, other = mean(ones), mean(others)
    pairs = zip(ones, others, strict=True)
    return sum(((a - one) * (b - other) for a, b in pairs), Decimal(0)) / (len(ones) - 1)


def deviation(values: Sequence[Decimal]) -> Decimal:
    """Return the sample standard deviation; nothing where it is nothing beside the mean."""
    size = covariance(values, values).sqrt()
    return Decimal(0) if size < NEGLIGIBLE * abs(mean(values)) else size


def ratio(one: Real, other: Real) -> Real:
    """Return a quotient; None where it has none."""
    return None if one is None or not other else one / other


def downside(excess: Sequence[Decimal]) -> Decimal:
    """Return the root mean square of what is under nothing, over all."""
    return mean([min(value, Decimal(0)) ** 2 for value in excess]).sqrt()


def quantile(values: Sequence[Decimal], part: Fraction) -> Decimal:
    """Return a quantile, type 7: linear between the order statistics around (n − 1) × part."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    low = place.numerator // place.denominator
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * decimal(place - low)


def tail_mean(values: Sequence[Decimal], part: Fraction) -> Decimal:
    """Return the mean of what is at the quantile or under it."""
    bound = quantile(values, part)
    return mean([value for value in values if value <= bound])


def standardised(values: Sequence[Decimal], power: int) -> Real:
    """Return a standardised moment of the population; None where all are the same."""
    middle = mean(values)
    variance = mean([(value - middle) ** 2 for value in values])
    if not deviation(values):
        return None
    moment = mean([(value - middle) ** power for value in values])
    return moment / variance.sqrt() ** power


def normal(part: Fraction) -> Decimal:
    """Return the quantile of the standard normal."""
    return Decimal(NormalDist().inv_cdf(float(part)))


def bent(z: Decimal, skewness: Decimal, kurtosis: Decimal) -> Decimal:
    """Return z after Cornish and Fisher, for a skewness and an excess kurtosis."""
    return (
        z
        + (z**2 - 1) * skewness / 6
        + (z**3 - 3 * z) * kurtosis / 24
        - (2 * z**3 - 5 * z) * skewness**2 / 36
    )


@dataclass(frozen=True)
class Fall:
    """A way down from a peak: its depth is under nothing."""

    depth: Fraction
    peak: date
    trough: date
    recovery: date | None


def falls(levels: Sequence[tuple[date, Fraction]]) -> list[Fall]:
    """Return all falls, the deepest first; a peak is the last day on its level."""
    found: list[Fall] = []
    (peak_day, peak), *_ = levels
    current: Fall | None = None
    for day, level in levels:
        if level >= peak:
            if current:
                found.append(Fall(current.depth, current.peak, current.trough, day))
            peak_day, peak, current = day, level, None
        elif current is None or level / peak - 1 < current.depth:
            current = Fall(level / peak - 1, peak_day, day, None)
    return sorted([*found, *([current] if current else [])], key=lambda fall: fall.depth)


def depths(levels: Sequence[tuple[date, Fraction]]) -> list[Decimal]:
    """Return how far each level is under the highest so far."""
    highest, found = levels[0][1], []
    for _, level in levels:
        highest = max(highest, level)
        found.append(decimal(level / highest - 1))
    return found
