"""What assets does when it hears of something, inside the consumer's transaction."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.models import Job
from shared.events import Event
from shared.http import jobs


def user_deleted(session: Session, event: Event) -> None:
    """Delete what was private to the user."""
    user = event.data["user"]
    commands.delete_private_assets(session, user)
    jobs.forget_user(session, Job, user)


HANDLERS: Final[Mapping[str, Callable[[Session, Event], None]]] = {"user-deleted": user_deleted}
