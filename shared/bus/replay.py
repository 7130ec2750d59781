"""What was on its way when the databases were restored is sent again.

The databases of a backup are of one moment, but the bus is empty, or knows another history. All
events that are kept are therefore published anew: every inbox, which is of the same moment, drops
those that it has, and the others are applied. An outbox keeps seven days, an inbox thirty.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.bus import inbox, outbox


def send_again(session: Session) -> int:
    """Let the events that are kept be published anew; return how many.

    Called for every service before any of their workers starts, with a database that is
    `UNHURRIED`.
    """
    # Nobody waits for it, and a week may be many. Through a pooler a session has what its role has.
    session.execute(text("SET LOCAL statement_timeout = 0"))
    inbox.keep_anew(session)
    return outbox.forget_published(session)
