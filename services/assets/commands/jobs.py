"""Refreshes that nobody asks for, and the jobs of the release before."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, String, cast, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from services.assets.domain.access import SYSTEM
from services.assets.lanes import REFRESHING
from services.assets.models import Asset, Job
from shared.http.jobs import CHANNEL, QUEUED

REFRESH: Final = "refresh_data"
_CALLER: Final = {"scopes": ["write"], "is_staff": True, "currency": "USD", "token_id": None}

# What it writes in its own words becomes what we know. A refresh that its worker had begun is done
# by it within five minutes, or never.
_ADOPT: Final = text("""
    UPDATE jobs SET
        status = CASE WHEN finished IS NULL THEN 'queued' ELSE lower(status) END,
        lane = :lane,
        target = '/api/assets/' || asset_id || '/refresh_data/',
        caller = jsonb_build_object(
            'scopes', '["write"]'::jsonb, 'currency', 'USD', 'token_id', NULL, 'is_staff',
            (SELECT owner_id IS NULL FROM assets WHERE assets.id = asset_id)
        ),
        answer_status = CASE status WHEN 'DONE' THEN 200 WHEN 'FAILED' THEN 520 END,
        answer = CASE status WHEN 'DONE' THEN result::text WHEN 'FAILED' THEN
            jsonb_build_object('error', 'The refresh failed', 'details', error)::text END
    WHERE status IN ('PENDING', 'DONE', 'FAILED')
        OR (status = 'RUNNING' AND started < now() - interval '5 minutes')
""").bindparams(lane=REFRESHING)


def queue_due(session: Session, every: timedelta) -> int:
    """Queue a refresh of each public asset that has had none for `every`; return how many."""
    target = func.concat("/api/assets/", cast(Asset.id, String), "/refresh_data/")
    recent = select(Job.id).where(Job.target == target, Job.created > func.now() - every)
    due = (
        select(
            literal(SYSTEM.user_id),
            literal(REFRESHING),
            literal(REFRESH),
            literal(QUEUED),
            literal(_CALLER, JSONB),
            target,
        )
        .where(Asset.owner_id.is_(None), Asset.is_active, ~recent.exists())
        .order_by(Asset.id)
    )
    columns = [Job.user_id, Job.lane, Job.kind, Job.status, Job.caller, Job.target]
    queued = len(session.scalars(insert(Job).from_select(columns, due).returning(Job.id)).all())
    if queued:
        session.execute(select(func.pg_notify(CHANNEL, REFRESHING)))
    return queued


def adopt_old_jobs(session: Session) -> int:
    """Make jobs of the release before, which may still run, jobs of ours; return how many."""
    adopted: CursorResult[Any] = session.execute(_ADOPT)  # type: ignore[assignment]  # an UPDATE
    return adopted.rowcount
