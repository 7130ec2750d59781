"""The user of the request as somebody who changes assets."""

from services.assets.domain.access import Actor
from shared.http import identity


def actor() -> Actor:
    """Return who asks."""
    return Actor(identity.user_id, identity.is_staff)
