"""What is held at the end of a window: how it is spread, and each holding's part of the risk.

Readings taken where the definitions are silent:

- Weights are parts of what is invested, cash left out.
- Weights, and parts of the risk, are rounded so that they sum to 1 as printed: what rounding down
  leaves goes to the largest remainders.
- On an observation day a holding has its last split-adjusted close, as the portfolio's value has;
  the returns begin with the first day on which all holdings have one. A holding with fewer than
  half as many returns as another, or fewer than two, has no part.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.model import measures
from tests.model.ledger import ZERO
from tests.model.market import Asset
from tests.model.measures import Real, ratio
from tests.model.observations import Observations
from tests.model.printing import Printed
from tests.model.returns import benchmark_value, decimal


@dataclass(frozen=True)
class Holdings:
    """The holdings at the end of a window."""

    observations: Observations
    confidence: Fraction

    @cached_property
    def weights(self) -> dict[str, Fraction]:
        """Parts of what is invested, the largest first."""
        window = self.observations.window
        quantities = window.course.state(window.end).quantities
        values = {}
        for symbol, quantity in quantities.items():
            price = window.course.price(self._asset(symbol), window.end)
            assert price is not None, "the end's value is known"
            values[symbol] = quantity * price
        whole = sum(values.values(), ZERO)
        ordered = sorted(values, key=lambda symbol: -values[symbol])
        return {symbol: values[symbol] / whole for symbol in ordered} if whole else {}

    @cached_property
    def returns(self) -> dict[str, list[Decimal]]:
        """Returns between the observation days, of the holdings that have enough of them."""
        window = self.observations.window
        days = [window.base, *self.observations.days]
        prices = {
            symbol: [benchmark_value(window.course, self._asset(symbol), day) for day in days]
            for symbol in self.weights
        }
        counts = {name: sum(p is not None for p in row) - 1 for name, row in prices.items()}
        least = max(2.0, max(counts.values(), default=0) / 2)
        prices = {name: row for name, row in prices.items() if counts[name] >= least}
        first = max((row.count(None) for row in prices.values()), default=0)
        return {
            name: [decimal((b or ZERO) / (a or ZERO) - 1) for a, b in pairwise(row[first:])]
            for name, row in prices.items()
        }

    @cached_property
    def shares(self) -> dict[str, Decimal]:
        """The weights of those among themselves."""
        whole = sum((self.weights[name] for name in self.returns), ZERO)
        return {name: decimal(self.weights[name] / whole) for name in self.returns}

    @cached_property
    def marginal(self) -> dict[str, Decimal] | None:
        """Σw of each; None where there is too little history."""
        if min(map(len, self.returns.values()), default=0) < 2:
            return None
        return {
            one: sum(
                (
                    measures.covariance(self.returns[one], self.returns[other]) * share
                    for other, share in self.shares.items()
                ),
                Decimal(0),
            )
            for one in self.returns
        }

    @property
    def variance(self) -> Real:
        """The variance of all holdings together."""
        if self.marginal is None:
            return None
        parts = (share * self.marginal[name] for name, share in self.shares.items())
        return sum(parts, Decimal(0))

    def printed(self) -> dict[str, Any]:
        """Return the figures of the answer that are about holdings."""
        squares = sum((weight**2 for weight in self.weights.values()), ZERO)
        largest = sum(list(self.weights.values())[:5], ZERO)
        held = bool(self.weights)
        return {
            "concentration": {
                "hhi": _number(squares if held else None),
                "effective_holdings": _number(1 / squares if held else None),
                "top_5_weight": _number(largest if held else None),
            },
            "contributions": self._contributions(),
            "diversification_ratio": _number(self._diversification()),
        }

    def _contributions(self) -> list[dict[str, Any]]:
        weights = apportioned(self.weights)
        parts = apportioned(self.parts) if self.parts else {}
        return [
            {
                "symbol": symbol,
                "weight": Printed(weights[symbol], 4),
                "risk_contribution": Printed(parts.get(symbol), 4),
                "marginal_var": _number(self._at_risk(symbol)),
            }
            for symbol in self.weights
        ]

    @property
    def parts(self) -> dict[str, Fraction] | None:
        """Each holding's part of the variance."""
        if self.marginal is None or not self.variance:
            return None
        return {
            name: Fraction(share * self.marginal[name] / self.variance)
            for name, share in self.shares.items()
        }

    def _at_risk(self, symbol: str) -> Real:
        if self.marginal is None or not self.variance or self.observations.is_sparse:
            return None
        if symbol not in self.marginal:
            return None
        return measures.normal(1 - self.confidence) * self.marginal[symbol] / self.variance.sqrt()

    def _diversification(self) -> Real:
        if self.marginal is None or not self.variance:
            return None
        parts = (
            share * measures.deviation(self.returns[name]) for name, share in self.shares.items()
        )
        return ratio(sum(parts, Decimal(0)), self.variance.sqrt())

    def _asset(self, symbol: str) -> Asset:
        return self.observations.window.course.ledger.market.assets[symbol]


def apportioned(parts: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return parts of one with four decimals that sum to exactly one."""
    units = {name: part * 10**4 // 1 for name, part in parts.items()}
    left = 10**4 - sum(units.values()) if parts else 0
    by_remainder = sorted(parts, key=lambda name: units[name] - parts[name] * 10**4)
    raised = set(by_remainder[: int(left)])
    return {name: Fraction(units[name] + (name in raised), 10**4) for name in parts}


def _number(value: Fraction | Real) -> Printed:
    return Printed(value, 4, is_float=True)
