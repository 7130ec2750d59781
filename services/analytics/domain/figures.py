"""The figures that both answers and events give: where each stands, and how it is printed.

What a rule can watch is all of `METRICS`, `RISK` and `CONCENTRATION`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Final

from services.analytics.domain.printing import printed_figure, printed_money


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of an answer.

    Attributes:
        source: where it stands in what was computed, dotted.
        scale: what it is multiplied by.
        places: its decimals; None is money, which has those of its currency.
    """

    source: str
    scale: int = 1
    places: int | None = 2

    @property
    def is_money(self) -> bool:
        """Whether its decimals are those of a currency."""
        return self.places is None

    def text(self, value: float | Decimal | None, currency: str = "") -> str | None:
        """Return `value` as it is printed; only money needs its currency."""
        if self.places is None:
            return printed_money(value, currency)
        return printed_figure(value, self.scale, self.places)


def percent(source: str, places: int = 2) -> Figure:
    """Return a fraction that is given in percent."""
    return Figure(source, scale=100, places=places)


def fraction(source: str) -> Figure:
    """Return a weight, a share or a correlation: four decimals."""
    return Figure(source, places=4)


def amount(source: str) -> Figure:
    """Return a figure that is money."""
    return Figure(source, places=None)


def texts(figures: Mapping[str, Figure], computed: object, currency: str) -> dict[str, str | None]:
    """Return every one of `figures` of what was computed, by its name."""
    return {
        name: figure.text(attrgetter(figure.source)(computed), currency)
        for name, figure in figures.items()
    }


# Of `Metrics`.
METRICS: Final[Mapping[str, Figure]] = {
    "total_return": percent("growth.total_return", places=4),
    "total_return_percentage": percent("growth.total_return"),
    "annualized_return": percent("growth.annualized_return"),
    "volatility": percent("dispersion.volatility"),
    "sharpe_ratio": Figure("dispersion.sharpe_ratio"),
    "max_drawdown": percent("drawdown.max_drawdown"),
    "var_95": amount("dispersion.var_95"),
    "beta": Figure("relative.beta"),
    "alpha": percent("relative.alpha"),
    "sortino_ratio": Figure("dispersion.sortino_ratio"),
    "calmar_ratio": Figure("drawdown.calmar_ratio"),
    "money_weighted_return": percent("growth.money_weighted_return"),
    "cvar_95": amount("dispersion.cvar_95"),
    "var_95_percentage": percent("dispersion.var_95_percentage"),
    "tracking_error": percent("relative.tracking_error"),
    "information_ratio": Figure("relative.information_ratio"),
    "r_squared": Figure("relative.r_squared"),
}
# Of `RiskReport`, besides those of its metrics.
RISK: Final[Mapping[str, Figure]] = {
    "value": amount("value"),
    "downside_deviation": percent("tails.downside_deviation"),
    "cvar": amount("tails.cvar"),
    "var_99": amount("tails.var_99"),
    "cvar_99": amount("tails.cvar_99"),
    "up_capture": Figure("up_capture"),
    "down_capture": Figure("down_capture"),
    "ulcer_index": percent("ulcer_index"),
    "skewness": Figure("tails.skewness"),
    "excess_kurtosis": Figure("tails.excess_kurtosis"),
    "diversification_ratio": fraction("holdings.diversification_ratio"),
}
# Of `HoldingsRisk`, and of the parts of a portfolio.
CONCENTRATION: Final[Mapping[str, Figure]] = {
    name: fraction(name) for name in ("hhi", "effective_holdings", "top_5_weight")
}
# Of a stored day.
SNAPSHOT: Final[Mapping[str, Figure]] = {
    "total_value": amount("total_value"),
    "total_cost_basis": amount("total_cost_basis"),
    "cash_balance": amount("cash_balance"),
    "net_flow": amount("net_flow"),
    "total_return": amount("total_return"),
    "total_return_percentage": percent("total_return_ratio", places=4),
}
