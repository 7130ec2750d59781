"""Refreshes that nobody asks for: which assets are due, and whose turn it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from services.assets.domain.access import SYSTEM, Actor
from services.assets.models import Feed

# Public assets, and those whose owner has said where their prices are.
_BEGIN: Final = text("""
    INSERT INTO feeds (asset_id, owner_id)
    SELECT assets.id, coalesce(assets.owner_id, 0)
    FROM assets LEFT JOIN feeds ON feeds.asset_id = assets.id
    WHERE feeds.due IS NULL AND assets.is_active
        AND (assets.owner_id IS NULL OR assets.data_source IS NOT NULL)
    ON CONFLICT (asset_id) DO UPDATE SET due = now()
""")
_END: Final = text("""
    UPDATE feeds SET due = NULL FROM assets
    WHERE assets.id = feeds.asset_id AND feeds.due IS NOT NULL AND NOT (
        assets.is_active AND (assets.owner_id IS NULL OR assets.data_source IS NOT NULL)
    )
""")
# Of each owner the asset that waits longest, and of these the one of who has had no turn for
# longest. A worker that dies with it leaves it due again after a while.
_TAKE: Final = text("""
    WITH firsts AS (
        SELECT DISTINCT ON (owner_id) asset_id, owner_id FROM feeds
        WHERE due <= now() ORDER BY owner_id, due, asset_id
    ), next AS (
        SELECT asset_id FROM firsts
        ORDER BY (
            SELECT max(asked) FROM feeds AS before WHERE before.owner_id = firsts.owner_id
        ) NULLS FIRST, asset_id
        LIMIT 1
    )
    UPDATE feeds SET asked = clock_timestamp(), due = now() + interval '10 minutes'
    FROM next WHERE feeds.asset_id = next.asset_id AND due <= now()
    RETURNING feeds.asset_id, feeds.owner_id
""")
_ANSWERED: Final = text("""
    UPDATE feeds SET failures = 0, due = now() + :every WHERE asset_id = :asset AND due IS NOT NULL
""")
_FAILED: Final = text("""
    UPDATE feeds SET failures = failures + 1,
        due = now() + least(:every, :pause * power(2, least(failures, 10)))
    WHERE asset_id = :asset AND due IS NOT NULL
""")
_PUT_OFF: Final = text("UPDATE feeds SET due = :until WHERE asset_id = :asset AND due IS NOT NULL")
# What a source was asked for, by whomever.
_ASKED: Final = text("""
    INSERT INTO feeds (asset_id, owner_id, due, asked_from)
    VALUES (:asset, coalesce(:owner, 0), NULL, :since)
    ON CONFLICT (asset_id) DO UPDATE
    SET asked_from = least(feeds.asked_from, excluded.asked_from), failures = 0
""")

_PAUSE: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Turn:
    """An asset that is due, and for whom its source is asked."""

    asset_id: int
    by: Actor


def enrol_feeds(session: Session) -> None:
    """Let assets that are fed be due, and others no more."""
    session.execute(_BEGIN)
    session.execute(_END)


def take_turn(session: Session) -> Turn | None:
    """Take the next asset that is due: owners have turns, all public assets together are one."""
    row = session.execute(_TAKE).one_or_none()
    return (
        None if row is None else Turn(row.asset_id, Actor(row.owner_id) if row.owner_id else SYSTEM)
    )


def end_turn(session: Session, asset_id: int, every: timedelta) -> None:
    """Let an asset whose source has answered be due after `every`."""
    session.execute(_ANSWERED, {"asset": asset_id, "every": every})


def fail_turn(session: Session, asset_id: int, every: timedelta) -> None:
    """Let an asset whose source has failed be due after a pause, twice as long each time."""
    session.execute(_FAILED, {"asset": asset_id, "every": every, "pause": _PAUSE})


def put_turn_off(session: Session, asset_id: int, until: datetime) -> None:
    """Let an asset whose source rests be due when it may be asked again."""
    session.execute(_PUT_OFF, {"asset": asset_id, "until": until})


def note_asked(session: Session, asset_id: int, owner_id: int | None, since: date) -> None:
    """Remember from which day on an asset's source has been asked."""
    session.execute(_ASKED, {"asset": asset_id, "owner": owner_id, "since": since})


def forget_asked(session: Session, asset_id: int) -> None:
    """Let an asset's source be asked for everything again, and soon."""
    session.execute(delete(Feed).where(Feed.asset_id == asset_id))
