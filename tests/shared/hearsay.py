"""How events reach a service on a bad day: late, twice, in another order, or never."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from uuid import uuid4

from shared.events import Event


def mishear(random: Random, said: list[Event], hear: Callable[[Event], object]) -> None:
    """Let some of what was `said` be heard; what is left in it may be heard another time."""
    for _ in range(random.randint(0, len(said))):
        event = random.choice(said)
        fate = random.choice(("heard", "heard", "heard", "heard and said again", "lost"))
        if fate != "lost":
            hear(event)
        if fate == "heard and said again":
            # As a service may that was restored: the inbox does not know it.
            said[said.index(event)] = replace(event, id=uuid4())
        else:
            said.remove(event)
