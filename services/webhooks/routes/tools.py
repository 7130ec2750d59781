"""What the requests of one application share besides its database."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from services.webhooks.outside.network import Network
from services.webhooks.outside.owners import Owners, PortfolioSnapshot
from services.webhooks.outside.sealing import Seal
from shared.replica import Replica


@dataclass(frozen=True)
class Tools:
    """The ways out of the service, and the key of its secrets."""

    network: Network
    owners: Owners
    portfolios: Replica[PortfolioSnapshot]
    seal: Seal


def tools() -> Tools:
    """Return those of the current application."""
    return cast(Tools, current_app.extensions["tools"])
