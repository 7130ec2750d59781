"""What a handler needs of another service: asked for while no transaction is open.

A handler runs inside the consumer's transaction and holds rows, so it asks nobody. It says what it
needs by `answered`; if nobody has asked for that yet, this raises, the transaction is rolled back,
and `with_owners` asks and does the work again, which then finds the answer.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from shared.bus.inbox import with_patience
from shared.events import Event
from shared.observability import logger, traced

T = TypeVar("T")
log = logger(__name__)

_ANSWERS: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


class Missing(Exception):
    """A handler needs an answer that nobody has asked for yet.

    Args:
        event: that which needs it.
        question: what tells it from others.
        ask: returns the answer; takes its time, and units of work of its own.
    """

    def __init__(self, event: Event, question: Hashable, ask: Callable[[], object]) -> None:
        super().__init__(f"{event.type} of {event.subject} needs an answer to {question}")
        self.event = event
        self.question = question
        self.ask = ask


def answered(event: Event, question: Hashable, ask: Callable[[], T]) -> T:
    """Return what `ask` returned when it was called for this question.

    Raises:
        Missing: it was not called yet.
    """
    answers = _ANSWERS.get() or {}
    if question not in answers:
        raise Missing(event, question, ask)
    return cast(T, answers[question])


def with_owners(work: Callable[[], T]) -> T:
    """Do `work`, a transaction; ask for what it misses and do it again, until it misses nothing.

    `work` may handle one event or many. Each question is asked once, after the last event came
    in, so that the answer is of use to all of them; and so this ends, whatever the answers are.

    Raises:
        Unavailable: somebody who must be asked does not answer, or the database.
    """
    answers: dict[Hashable, object] = {}
    token = _ANSWERS.set(answers)
    try:
        while True:
            try:
                return work()
            except Missing as missing:
                if missing.question in answers:
                    raise
                answers[missing.question] = _asked(missing)
    finally:
        _ANSWERS.reset(token)


def _asked(missing: Missing) -> object:
    event = missing.event
    with traced(event.request_id, event.traceparent):
        log.info("owner_asked", subject=event.subject, sequence=event.sequence)
        return with_patience(missing.ask)
