"""What kept answers rest on, in the terms of statements that are built once."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from services.portfolio.models import Asset
from shared.db import written
from shared.finance.days import latest_day

_ESCAPE: Final = "/"


def today() -> tuple[date, date]:
    """Return the days that prices and rates are looked at for."""
    now = datetime.now(UTC)
    return now.date(), latest_day(now)


def of_rates(needs_rates: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return what changes with every rate, where rates are needed.

    The closes of a pair are written together with its asset.
    """
    pairs = select(func.sum(written(Asset))).where(Asset.asset_type == "CURRENCY")
    return case((needs_rates, pairs.correlate(None).scalar_subquery())).label("rates")


def matches(column: InstrumentedAttribute[str], pattern: Any) -> ColumnElement[bool]:
    """Return whether a text contains what `search_pattern` made a pattern of."""
    return func.lower(column).like(func.lower(pattern), escape=_ESCAPE)


def search_pattern(text: str) -> str:
    """Return the pattern of texts that contain `text`, as it stands."""
    return "%" + re.sub(r"([%_/])", r"/\1", text) + "%"
