"""An installation without a data source."""

from datetime import date

from services.assets.domain.feeds import Delivery
from shared.errors import Conflict


class Nowhere:
    """Knows nothing, and says so."""

    name = "none"

    def history(self, symbol: str, since: date | None, within: float) -> Delivery:  # noqa: ARG002
        """Raise: nothing failed, but the installation has nobody to ask.

        Raises:
            Conflict: always.
        """
        raise Conflict("This installation has no data source; record prices yourself.")
