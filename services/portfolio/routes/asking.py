"""Whom a request may ask."""

from typing import cast

from flask import current_app

from services.portfolio.outside.owners import Owners


def owners() -> Owners:
    """Return the owners of what we keep copies of."""
    return cast(Owners, current_app.extensions["owners"])
