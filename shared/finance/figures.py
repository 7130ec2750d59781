"""What a rule can watch: the figures of a portfolio, and how far back a change may reach."""

from typing import Final

# Market days, a year: no rule on a change looks further back.
LONGEST_WINDOW: Final = 252

# Single figures of `performance_metrics` and `risk_metrics`.
WATCHABLE: Final = (
    "total_return",
    "total_return_percentage",
    "annualized_return",
    "volatility",
    "sharpe_ratio",
    "max_drawdown",
    "var_95",
    "beta",
    "alpha",
    "sortino_ratio",
    "calmar_ratio",
    "money_weighted_return",
    "cvar_95",
    "var_95_percentage",
    "tracking_error",
    "information_ratio",
    "r_squared",
    "downside_deviation",
    "cvar",
    "var_99",
    "cvar_99",
    "up_capture",
    "down_capture",
    "ulcer_index",
    "skewness",
    "excess_kurtosis",
    "hhi",
    "effective_holdings",
    "top_5_weight",
    "diversification_ratio",
)
