"""Events: the envelope and the catalogue of everything that is said on the bus."""

from shared.events.event import Event, announced_topic

__all__ = ["Event", "announced_topic"]
