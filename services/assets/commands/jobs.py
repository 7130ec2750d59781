"""Refreshes as jobs, and the jobs of the release before."""

from typing import Any, Final

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from services.assets.lanes import REFRESHING

REFRESH: Final = "refresh_data"

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


def adopt_old_jobs(session: Session) -> int:
    """Make jobs of the release before, which may still run, jobs of ours; return how many."""
    adopted: CursorResult[Any] = session.execute(_ADOPT)  # type: ignore[assignment]  # an UPDATE
    return adopted.rowcount
