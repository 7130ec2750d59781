"""Figures that may not be defined: NaN becomes None and a warning."""

import numpy as np

from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.series import Floats


class Notes:
    """Turns NaN into None and a warning; too few returns explain every other reason away."""

    def __init__(self, observations: int) -> None:
        self._observations = observations
        self.warnings: list[Warning] = []

    def figure(self, name: str, value: Floats | float, undefined: Code) -> float | None:
        """Return ``value``, or None and the warning where it is not a finite number."""
        if np.isfinite(value):
            return float(value)
        self.remark(name, self._explained(undefined))
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
        # A period too short to annualise stays that, however few its days are.
        if self._observations == 1 and undefined is not Code.PERIOD_UNDER_ONE_YEAR:
            return Code.INSUFFICIENT_OBSERVATIONS
        return undefined
