"""Events on their way out and in, and answers that may be asked for again."""

from services.webhooks.models.base import Base
from shared.bus.inbox import InboxMixin
from shared.bus.outbox import OutboxMixin
from shared.http.idempotency import IdempotencyMixin


class OutboxMessage(OutboxMixin, Base):
    """Webhooks' events on their way to the bus."""


class InboxMessage(InboxMixin, Base):
    """Events that webhooks has applied."""


class IdempotencyKey(IdempotencyMixin, Base):
    """Answers given under an `Idempotency-Key`."""
