"""Figures that may not be defined: NaN becomes None and a warning."""

from typing import Final

import numpy as np

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.series import Floats, is_figure

# Reasons that stay, however few the days are.
_LASTING: Final = frozenset(
    {Code.PERIOD_UNDER_ONE_YEAR, Code.TOTAL_LOSS, Code.TOO_LARGE, Code.NOTHING_TO_DIVIDE}
)


class Notes:
    """Turns NaN into None and a warning; too few returns explain every other reason away."""

    def __init__(self, observations: int) -> None:
        self._observations = observations
        self.warnings: list[Warning] = []

    def figure(self, name: str, value: Floats | float, undefined: Code) -> float | None:
        """Return ``value``, or None and the warning where it is not defined or too large."""
        if is_figure(value):
            return float(value)
        self.remark(name, self._explained(undefined if np.isnan(value) else Code.TOO_LARGE))
        return None

    def remark(self, name: str, code: Code, **facts: object) -> None:
        """Remark ``code`` on the field ``name``."""
        self.warnings.append(warn(name, code, **facts))

    def cause(self, name: str) -> Code:
        """Return why the figure ``name`` came out undefined."""
        return next(warning.code for warning in self.warnings if warning.field == name)

    def _explained(self, undefined: Code) -> Code:
        if self._observations == 0:
            return Code.NO_RETURNS
        if self._observations == 1 and undefined not in _LASTING:
            return Code.INSUFFICIENT_OBSERVATIONS
        return undefined
