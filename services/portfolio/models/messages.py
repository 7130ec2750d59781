"""Events on their way out and in, answers that may be asked for again, and those to come."""

from services.portfolio.models.base import Base
from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.http.idempotency import IdempotencyMixin
from shared.http.jobs import JobMixin


class OutboxMessage(OutboxMixin, Base):
    """The portfolio service's events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that the portfolio service has applied."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under an `Idempotency-Key`."""


class Job(JobMixin, Base):
    """Imports and bulks that take longer than a request."""
