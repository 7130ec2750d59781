"""What assets does when it hears of something, inside the consumer's transaction."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from services.assets import commands
from shared.events import Event


def user_deleted(session: Session, event: Event) -> None:
    """Delete what was private to the user."""
    commands.delete_private_assets(session, event.data["user"])


HANDLERS: Final[Mapping[str, Callable[[Session, Event], None]]] = {"user-deleted": user_deleted}
