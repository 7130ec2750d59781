"""Why a figure is missing or doubtful: every warning code of this service, in one table."""

from dataclasses import dataclass
from enum import StrEnum

from shared.finance.doubts import OF_HISTORY, Doubt


class Code(StrEnum):
    """The code of a warning; clients match on it, so a code never changes its meaning."""

    NO_VALUATION = "no_valuation"
    NO_RETURNS = "no_returns"
    INSUFFICIENT_OBSERVATIONS = "insufficient_observations"
    PERIOD_UNDER_ONE_YEAR = "period_under_one_year"
    TOTAL_LOSS = "total_loss"
    ZERO_DISPERSION = "zero_dispersion"
    NO_DOWNSIDE = "no_downside"
    NO_DRAWDOWN = "no_drawdown"
    NOT_RECOVERED = "not_recovered"
    NO_SIGN_CHANGE = "no_sign_change"
    NO_ROOT = "no_root"
    NO_BENCHMARK = "no_benchmark"
    NO_COMMON_DAYS = "no_common_days"
    ZERO_DENOMINATOR = "zero_denominator"
    HISTORY_STARTS_LATER = "history_starts_later"
    PRICE_MISSING = Doubt.PRICE_MISSING.value
    RATE_MISSING = Doubt.RATE_MISSING.value
    STALE_PRICE = Doubt.STALE_PRICE.value
    TRADE_PRICE = Doubt.TRADE_PRICE.value
    SPLIT_NOT_BOOKED = Doubt.SPLIT_NOT_BOOKED.value
    NEGATIVE_CASH = Doubt.NEGATIVE_CASH.value
    NO_SUCH_DAYS = "no_such_days"
    NO_HOLDINGS = "no_holdings"
    HISTORY_TOO_SHORT = "history_too_short"
    BENCHMARK_MISSING = "benchmark_missing"
    BETA_PROXY = "beta_proxy"
    UNMODELLED = "unmodelled"
    SHOCK_UNUSED = "shock_unused"
    TARGET_OUT_OF_REACH = "target_out_of_reach"
    INPUT_MISSING = "input_missing"
    NO_INDICATOR_VALUE = "no_indicator_value"
    TOO_FEW_ASSETS = "too_few_assets"
    TOO_FEW_COMMON_DAYS = "too_few_common_days"
    STANDS_STILL = "stands_still"
    NO_EARLIER_PRICE = "no_earlier_price"
    NOTHING_TO_DIVIDE = "nothing_to_divide"
    NO_SIMULATION = "no_simulation"
    TOO_LARGE = "too_large"
    NO_RESULT = "no_result"
    LEFT_OUT = "left_out"
    NO_PUBLIC_PRICES = "no_public_prices"
    CATCHING_UP = "catching_up"
    SPARSE_PRICES = "sparse_prices"


MESSAGES: dict[Code, str] = {
    Code.NO_VALUATION: "There is no valuation in the window.",
    Code.NO_RETURNS: "There is no return in the window.",
    Code.INSUFFICIENT_OBSERVATIONS: "At least two returns are needed.",
    Code.PERIOD_UNDER_ONE_YEAR: "Periods under one year are not annualised.",
    Code.TOTAL_LOSS: "More than everything was lost, so no return can be linked with it.",
    Code.ZERO_DISPERSION: "The returns that would be divided by do not vary.",
    Code.NO_DOWNSIDE: "No return is below the risk-free rate.",
    Code.NO_DRAWDOWN: "The value never fell below an earlier one.",
    Code.NOT_RECOVERED: "The value has not come back to its peak by the end of the window.",
    Code.NO_SIGN_CHANGE: "Money went only one way, so there is no rate of return.",
    Code.NO_ROOT: "No rate of return explains these flows.",
    Code.NO_BENCHMARK: "No benchmark was asked for.",
    Code.NO_COMMON_DAYS: "The benchmark shares fewer than two returns with the window.",
    Code.ZERO_DENOMINATOR: "{count} days have no return, because nothing was invested; "
    "the first is {day}.",
    Code.HISTORY_STARTS_LATER: "The history starts on {day} only.",
    **{Code(doubt): message for doubt, message in OF_HISTORY.items()},
    Code.NO_SUCH_DAYS: "The benchmark has no such day in the window.",
    Code.NO_HOLDINGS: "Nothing is held at the end of the window.",
    Code.HISTORY_TOO_SHORT: "{symbol} has prices on too few days of the window, "
    "so its part in the risk is not known.",
    Code.BENCHMARK_MISSING: "The benchmark has no prices from {start} to {end}.",
    Code.BETA_PROXY: "{symbols}: no history then, so beta × the benchmark's return stands in.",
    Code.UNMODELLED: "{symbols}: neither history nor a beta, so nothing is said of them.",
    Code.SHOCK_UNUSED: "Nothing that is held answers to the shock on {name}.",
    Code.TARGET_OUT_OF_REACH: "No market move from −100 % to +100 % makes this loss.",
    Code.INPUT_MISSING: "The prices of this asset lack what is needed: {needed}.",
    Code.NO_INDICATOR_VALUE: "There is no value in the window: the history before it is too short, "
    "or the price stands still.",
    Code.TOO_FEW_ASSETS: "A correlation needs two assets with prices.",
    Code.TOO_FEW_COMMON_DAYS: "{count} pairs share fewer than {least} returns "
    "that begin and end on the same days; "
    "the first is {first} and {second}.",
    Code.STANDS_STILL: "In {count} pairs one does not move on the common days; "
    "the first is {first} and {second}.",
    Code.NO_EARLIER_PRICE: "{symbols}: one price alone has no change.",
    Code.NOTHING_TO_DIVIDE: "The whole is not worth more than nothing, so it has no parts.",
    Code.NO_SIMULATION: "At least {least} common daily returns of what is held are needed; "
    "there are {count}.",
    Code.TOO_LARGE: "What is larger than any sensible figure is not printed.",
    Code.NO_RESULT: "No scenario has a result.",
    Code.LEFT_OUT: "{symbols}: too little history, so they move like the rest.",
    Code.NO_PUBLIC_PRICES: "No asset that everybody sees has a price.",
    Code.SPARSE_PRICES: "There are {periods} observations a year only: figures are scaled with "
    "that, and none is of one day.",
    Code.CATCHING_UP: "The ledger has later entries, which are on their way here.",
}


@dataclass(frozen=True, slots=True)
class Warning:
    """One remark on a field of an answer."""

    field: str
    code: Code
    message: str


def warn(field: str, code: Code, **facts: object) -> Warning:
    """Return the warning ``code`` on ``field``, its message filled with ``facts``."""
    return Warning(field, code, MESSAGES[code].format(**facts))
