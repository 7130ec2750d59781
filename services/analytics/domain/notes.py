"""Figures that may not be defined: NaN becomes None and a warning."""

from typing import Final

import numpy as np

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.series import Floats, is_figure

# Reasons that stay, however few the returns are.
_LASTING: Final = frozenset(
    {Code.PERIOD_UNDER_ONE_YEAR, Code.TOTAL_LOSS, Code.TOO_LARGE, Code.NOTHING_TO_DIVIDE}
)
# Those that stay also where no return can be linked.
_APART_FROM_RETURNS: Final = frozenset(
    {
        Code.PERIOD_UNDER_ONE_YEAR,
        Code.NO_BENCHMARK,
        Code.NOTHING_TO_DIVIDE,
        Code.NO_SIGN_CHANGE,
        Code.NO_ROOT,
    }
)


class Notes:
    """Turns NaN into None and a warning; too few returns explain every other reason away.

    Args:
        observations: how many returns there are.
        is_lost: more than everything was lost, so that no returns can be linked.
        sparse: how many there are a year, where that is too few for figures of one day.
    """

    def __init__(
        self, observations: int, *, is_lost: bool = False, sparse: float | None = None
    ) -> None:
        self._observations = observations
        self._is_lost = is_lost
        self._sparse = sparse
        self.warnings: list[Warning] = []

    def figure(self, name: str, value: Floats | float, undefined: Code) -> float | None:
        """Return ``value``, or None and the warning where it is not defined or too large."""
        if is_figure(value):
            return float(value)
        self.remark(name, self._explained(undefined if np.isnan(value) else Code.TOO_LARGE))
        return None

    def scaled(self, name: str, value: Floats | float, undefined: Code) -> float | None:
        """Return a figure of a year; where returns are sparse, with the warning that says so."""
        if self._sparse is not None:
            self._remark_sparse(name, self._sparse)
        return self.figure(name, value, undefined)

    def of_one_day(self, name: str, value: Floats | float, undefined: Code) -> float | None:
        """Return a figure of one day, which there is none of where returns are sparse."""
        if self._sparse is None:
            return self.figure(name, value, undefined)
        self._remark_sparse(name, self._sparse)
        return None

    def remark(self, name: str, code: Code, **facts: object) -> None:
        """Remark ``code`` on the field ``name``."""
        self.warnings.append(warn(name, code, **facts))

    def cause(self, name: str) -> Code:
        """Return why the figure ``name`` came out undefined."""
        return next(warning.code for warning in self.warnings if warning.field == name)

    def _remark_sparse(self, name: str, periods: float) -> None:
        self.remark(name, Code.SPARSE_PRICES, periods=f"{periods:.2f}")

    def _explained(self, undefined: Code) -> Code:
        if self._is_lost:
            return undefined if undefined in _APART_FROM_RETURNS else Code.TOTAL_LOSS
        if self._observations == 0:
            return Code.NO_RETURNS
        if self._observations == 1 and undefined not in _LASTING:
            return Code.INSUFFICIENT_OBSERVATIONS
        return undefined
