"""What guessing a password costs: failures in a row are counted, and after five one waits.

Failures are counted in three ways: for a name and an address together; for the name, of all
addresses from which its user has not logged in before, so that a stranger who guesses locks out
strangers and not the owner; and for changes of the password, which need a token.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.auth.domain import delays
from services.auth.domain.usernames import LONGEST
from services.auth.models import FailedAttempt, LoginAddress, User
from shared.errors import RateLimited

# In the place of an address; neither can be one.
_STRANGERS: Final = "strangers"
CHANGES: Final = ("changes",)

# Long after the longest delay a failure is only a row more for each name that a robot tries.
_KEPT: Final = timedelta(days=1)
_ADDRESSES_KEPT: Final = 20  # of one user


def counts_of_login(session: Session, username: str, address: str) -> Sequence[str]:
    """Return the counts that a login under a name from an address is held against."""
    known = (
        select(LoginAddress.address)
        .join(User, User.id == LoginAddress.user_id)
        .where(func.lower(User.username) == func.lower(username), LoginAddress.address == address)
    )
    return (address,) if session.scalar(known) else (address, _STRANGERS)


def require_patience(session: Session, name: str, counts: Sequence[str], now: datetime) -> None:
    """Lock the counts of a name; refuse it while the delay after one of them lasts.

    Raises:
        RateLimited: it failed too often in a row.
    """
    rows = select(FailedAttempt).where(*_which(name, counts)).order_by(FailedAttempt.address)
    failed = session.scalars(rows.with_for_update()).all()
    seconds = max((delays.wait(row.failures, row.last_failure, now) for row in failed), default=0)
    if seconds:
        raise RateLimited(seconds, f"Too many failed logins; try again in {seconds} seconds.")


def count_failure(session: Session, name: str, counts: Sequence[str], now: datetime) -> None:
    """Count one failure more in each of the counts."""
    for address in sorted(counts):
        session.execute(
            insert(FailedAttempt)
            .values(name=_counted_as(name), address=address, failures=1, last_failure=now)
            .on_conflict_do_update(
                index_elements=["name", "address"],
                set_={"failures": FailedAttempt.failures + 1, "last_failure": now},
            )
        )


def forget(session: Session, name: str, counts: Sequence[str]) -> None:
    """Begin the counts anew, as the password was right."""
    session.execute(delete(FailedAttempt).where(*_which(name, counts)))


def remember_address(session: Session, user_id: int, address: str, now: datetime) -> None:
    """Remember that a user, whose row is locked, has logged in from an address."""
    seen = insert(LoginAddress).values(user_id=user_id, address=address, last_login=now)
    session.execute(
        seen.on_conflict_do_update(
            index_elements=["user_id", "address"], set_={"last_login": seen.excluded.last_login}
        )
    )
    of_user = LoginAddress.user_id == user_id
    newest = select(LoginAddress.address).where(of_user).order_by(LoginAddress.last_login.desc())
    older = newest.offset(_ADDRESSES_KEPT)
    session.execute(delete(LoginAddress).where(of_user, LoginAddress.address.in_(older)))


def forget_old_failures(session: Session) -> None:
    """Forget the failures of a day ago and before."""
    old = FailedAttempt.last_failure < datetime.now(UTC) - _KEPT
    session.execute(delete(FailedAttempt).where(old))


def _which(name: str, counts: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return FailedAttempt.name == _counted_as(name), FailedAttempt.address.in_(counts)


def _counted_as(name: str) -> ColumnElement[str]:
    # As users are found: by rules of Python's, one name has several counts, "İris" its own.
    return func.left(func.lower(name), LONGEST)
