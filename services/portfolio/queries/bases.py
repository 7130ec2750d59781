"""What answers rest on, in the terms of statements that are built once, and their days."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from services.portfolio.models import Asset
from shared.db import written
from shared.finance.days import latest_day

_ESCAPE: Final = "/"


class Days(NamedTuple):
    """What an answer is for: prices are as old as `today` says, rates go on to the `latest`."""

    today: date
    latest: date


def days() -> Days:
    """Return the days of this moment."""
    now = datetime.now(UTC)
    return Days(now.date(), latest_day(now))


def of_rates(needs_rates: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return what changes with every rate of the `owner`, where rates are needed.

    The closes of a pair are written together with its asset.
    """
    theirs = or_(Asset.owner_id.is_(None), Asset.owner_id == bindparam("owner"))
    pairs = select(func.sum(written(Asset))).where(Asset.asset_type == "CURRENCY", theirs)
    return case((needs_rates, pairs.correlate(None).scalar_subquery())).label("rates")


def matches(column: InstrumentedAttribute[str], pattern: Any) -> ColumnElement[bool]:
    """Return whether a text contains what `parameters` made a pattern of."""
    return func.lower(column).like(func.lower(pattern), escape=_ESCAPE)


def parameters(owner_id: int, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a user's list; `search` becomes a pattern of what contains it."""
    values = {"owner": owner_id, **filters}
    if "search" in filters:
        values["search"] = "%" + re.sub(r"([%_/])", r"/\1", filters["search"]) + "%"
    return values
