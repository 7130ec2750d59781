"""How much one user may have, so that nobody fills an installation."""

from sqlalchemy import ColumnElement, func, literal, select

from shared.errors import TooMany
from shared.http.context import service_app, session


def take_turn(noun: str, user_id: int) -> None:
    """Let requests of one user that are counted go one after the other, until they commit.

    Each sees what those before it have made, so that two at once are not both the last.
    """
    one_by_one = func.pg_advisory_xact_lock(func.hashtextextended(f"{noun} {user_id}", 0))
    session.execute(select(one_by_one))


def require_within(noun: str, user_id: int, *mine: ColumnElement[bool]) -> None:
    """Refuse what a request has just made, where it is beyond the cap of its user.

    Args:
        noun: of the service's caps: "portfolios".
        mine: what makes a row the user's own.

    Raises:
        TooMany: it is more than `MOST_<NOUN>` says.
    """
    most = service_app.settings.caps[noun]
    session.flush()
    take_turn(noun, user_id)
    rows = select(literal(1)).where(*mine).limit(most + 1).subquery()
    if session.scalars(select(func.count()).select_from(rows)).one() > most:
        raise TooMany(f"You may have {most:,} {noun}, and this would be more.")
