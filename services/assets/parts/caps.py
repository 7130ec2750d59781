"""How much of one's own one user may have here: see `shared.http.caps`."""

from services.assets.models import Asset, Price
from shared.http.caps import require_within


def require_assets_within(user_id: int) -> None:
    """Refuse private assets that a request has just made, where they are too many.

    Retired ones count: their prices and entries stay.

    Raises:
        TooMany: see `require_within`.
    """
    require_within("private assets", user_id, Asset.owner_id == user_id)


def require_prices_within(user_id: int) -> None:
    """Refuse prices of a user's own assets that a request has just recorded, likewise.

    Raises:
        TooMany: see `require_within`.
    """
    of_own = (Price.asset_id == Asset.id, Asset.owner_id == user_id)
    require_within("private prices", user_id, *of_own)
