"""An installation without a data source."""

from datetime import date

from services.assets.domain.feeds import DataSourceError, Delivery


class Nowhere:
    """Knows nothing, and says so."""

    name = "none"

    def history(self, symbol: str, since: date | None, within: float) -> Delivery:  # noqa: ARG002
        """Raise: see `Source.history`."""
        raise DataSourceError("This installation has no data source; record prices yourself.")
