"""What `python -m services.<name> dead-letters list|replay [--id ID]` does."""

from collections.abc import Sequence

from shared import bus
from shared.bus.interface import BusUnavailable, DeadLetter
from shared.errors import NotFound, Unavailable

_SHOWN = 100  # letters


def command(url: str, service: str, action: str, message_id: str | None = None) -> str:
    """Do `action`, "list" or "replay", on the dead letters of `service`; return what to print.

    Args:
        url: the event bus.
        message_id: of the only one to replay; all by default.

    Raises:
        NotFound: no dead letter has this id.
        Unavailable: the broker does not answer.
    """
    letters = bus.dead_letters(url, service)
    try:
        if action == "list":
            return _listing(letters.list(_SHOWN))
        count = letters.replay(message_id)
    except BusUnavailable as error:
        raise Unavailable(f"The event bus does not answer: {error}") from error
    if message_id and not count:
        raise NotFound(f"{service} has no dead letter {message_id}.")
    return f"{count} replayed."


def _listing(letters: Sequence[DeadLetter]) -> str:
    lines = [
        f"{letter.message.id}  {letter.message.type}  {letter.died_at:%Y-%m-%dT%H:%M:%SZ}"
        f"  {letter.reason}"
        for letter in letters
    ]
    more = " or more" if len(letters) == _SHOWN else ""
    return "\n".join([*lines, f"{len(letters)}{more} dead letters."])
