"""Events: the envelope and the catalogue of everything that is said on the bus."""

from shared.events.event import Event

__all__ = ["Event"]
