"""What a portfolio is made of, and what would restore a target mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from services.analytics.answers import windows
from services.analytics.answers.memory.portfolios import Appraisal, Portfolios, WholePortfolio
from services.analytics.answers.questions import AllocationQuestion
from services.analytics.domain import concentration
from services.analytics.domain.allocation import Drift, rebalance
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.exact import Statement
from services.analytics.domain.metrics import Day
from services.analytics.domain.remarks import remarks_on
from services.analytics.domain.series import window
from services.analytics.domain.track import Request
from services.analytics.domain.valuation import Valuation
from shared.finance.allocation import Constituent, Grouping, Slice, allocate, sum_of
from shared.finance.money import ZERO, round_money


@dataclass(frozen=True, slots=True)
class Concentration:
    """Fractions of what is invested, without cash; None where nothing is."""

    hhi: float | None = None
    effective_holdings: float | None = None
    top_5_weight: float | None = None


_SPREAD: Final = tuple(f"concentration.{each.name}" for each in fields(Concentration))


@dataclass(frozen=True, slots=True)
class Allocation:
    """A portfolio on one day, by each grouping; what has no price is left out and remarked.

    `total_value` is None where not all of it is known.
    """

    portfolio: int
    currency: str
    as_of: Day | None
    total_value: Decimal | None
    allocations: Mapping[str, list[Slice]]
    concentration: Concentration
    rebalancing: list[Drift] | None
    warnings: list[Warning]


def analyse(
    session: Session,
    portfolios: Portfolios,
    portfolio: WholePortfolio,
    question: AllocationQuestion,
) -> Allocation:
    """Divide a portfolio into its parts on the last of its days in the window.

    Raises:
        BadRequest: the targets don't sum to 100, or there is nothing to divide.
    """
    appraisal, row = portfolios.appraise(session, portfolio), portfolio.row
    valuation, targets = appraisal.valuation, question.targets
    position = _last_position(valuation, question.end)
    statement = Statement(valuation, appraisal.books)
    constituents = (
        [] if position is None else _constituents(valuation, statement, portfolio, position)
    )
    cash = ZERO if position is None else statement.cash(np.array([position]))[0] or ZERO
    parts = {
        grouping.value: allocate(constituents, cash, grouping, row.currency)
        for grouping in Grouping
    }
    by_type = parts[Grouping.ASSET_TYPE]
    is_known = position is not None and bool(np.isfinite(valuation.values[position]))
    return Allocation(
        row.id,
        row.currency,
        None if position is None else valuation.days[position],
        round_money(sum_of(by_type), row.currency) if is_known else None,
        parts,
        _concentration(constituents),
        None if targets is None else rebalance(by_type, targets, row.currency),
        portfolio.doubts("total_value") + _remarks(appraisal, position, constituents, by_type),
    )


def _last_position(valuation: Valuation, end: Day | None) -> int | None:
    positions = window(valuation.days, *Request(end=end).within(valuation.days))
    return positions[1] if positions else None


def _constituents(
    valuation: Valuation, statement: Statement, portfolio: WholePortfolio, position: int
) -> list[Constituent]:
    """Return what is held and has a price; an asset that its owner has deleted has none."""
    held = [
        asset
        for asset in portfolio.assets.values()
        if valuation.lines[asset.id].quantities[position] != 0.0
    ]
    values = [statement.holding(asset.id, np.array([position]))[0] for asset in held]
    return [
        Constituent(
            symbol=asset.symbol,
            name=asset.name,
            asset_type=asset.asset_type,
            currency=asset.currency,
            sector=asset.sector,
            country=asset.country,
            value=value,
        )
        for asset, value in zip(held, values, strict=True)
        if value is not None
    ]


def _concentration(constituents: Sequence[Constituent]) -> Concentration:
    values = np.array([float(each.value) for each in constituents if each.value and each.value > 0])
    if not len(values):
        return Concentration()
    weights = values / values.sum()
    return Concentration(
        concentration.hhi(weights),
        concentration.effective_holdings(weights),
        concentration.top_weight(weights),
    )


def _remarks(
    appraisal: Appraisal,
    position: int | None,
    constituents: Sequence[Constituent],
    parts: Sequence[Slice],
) -> list[Warning]:
    if position is None:
        return [warn(name, Code.NO_VALUATION) for name in ("as_of", "total_value", *_SPREAD)]
    day = appraisal.valuation.days[position]
    of_value = remarks_on(appraisal.valuation, appraisal.books, day)
    warnings = windows.about("total_value", of_value)
    if not any(each.value and each.value > 0 for each in constituents):
        warnings += [warn(name, Code.NO_HOLDINGS) for name in _SPREAD]
    if any(part.percentage is None for part in parts):
        warnings.append(warn("allocations.percentage", Code.NOTHING_TO_DIVIDE))
    return warnings
