"""Exchange rates by the rule of `shared.rates`."""

from shared.rates import Closes, Rate, find_rate, pair_symbols

__all__ = ["Closes", "Rate", "find_rate", "pair_symbols"]
