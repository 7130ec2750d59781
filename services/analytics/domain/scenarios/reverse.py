"""Which move of the market would make a given loss."""

from collections.abc import Callable

import numpy as np

from services.analytics.domain.codes import Code, warn
from services.analytics.domain.scenarios.holdings import Holdings
from services.analytics.domain.scenarios.hypothetical import Assumptions, hypothetical
from services.analytics.domain.scenarios.outcome import Scenario
from services.analytics.domain.series import Floats

# The market loses at most all; a rise that makes a loss is looked for as far the other way.
FURTHEST = 1.0
# Weights sum to 1 but for rounding, so a return this near to the target has reached it.
REACHED = 1e-12


def reverse(holdings: Holdings, target: float) -> Scenario:
    """Return the smallest market move after which the portfolio's return is ``target``.

    Every holding moves by beta × the market, and loses at most all. Where no move does it, the
    scenario is that of no move at all and says so.

    Args:
        target: a fraction of the portfolio's value, cash included.
    """
    move = market_move(holdings, target)
    scenario = hypothetical(holdings, Assumptions(market=move or 0.0))
    unreached = () if move is not None else (warn("target_loss", Code.TARGET_OUT_OF_REACH),)
    return Scenario(
        "reverse",
        "Market move for the target loss",
        "reverse",
        None,
        None,
        move,
        scenario.outcome,
        (*scenario.warnings, *unreached),
    )


def market_move(holdings: Holdings, target: float) -> float | None:
    """Return the move of the least size that makes ``target``; None where none does."""
    exposures = [each for each in holdings.exposures if not np.isnan(each.beta)]
    betas = np.array([each.beta for each in exposures], dtype=np.float64)
    values = np.array([each.value for each in exposures], dtype=np.float64)
    if holdings.value <= 0.0:
        return None
    weights = values / holdings.value

    def portfolio_return(move: float) -> float:
        return float(weights @ np.maximum(betas * move, -1.0))

    moves = [_first_reaching(portfolio_return, _corners(betas, side), target) for side in (-1, 1)]
    reaching = [move for move in moves if move is not None]
    return min(reaching, key=abs) if reaching else None


def _corners(betas: Floats, side: int) -> Floats:
    """Return where the return bends on one side of 0: a holding is worth nothing from there on."""
    moved = betas[betas * side < 0.0]
    floors = np.abs(1.0 / moved)
    return side * np.concatenate([[0.0], np.sort(floors[floors < FURTHEST]), [FURTHEST]])


def _first_reaching(
    portfolio_return: Callable[[float], float], corners: Floats, target: float
) -> float | None:
    """Return the first point from 0 outwards whose return is ``target``; linear in between."""
    reached = np.array([portfolio_return(corner) for corner in corners]) - target
    reached[np.abs(reached) < REACHED] = 0.0
    for i in np.flatnonzero(reached[:-1] * reached[1:] <= 0.0)[:1]:
        near, far = reached[i], reached[i + 1]
        part = near / (near - far) if near != far else 0.0
        return float(corners[i] + part * (corners[i + 1] - corners[i])) + 0.0  # never −0
    return None
