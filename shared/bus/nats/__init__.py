"""NATS JetStream behind the bus."""

from shared.bus.nats.consumer import NatsConsumer
from shared.bus.nats.deadletters import NatsDeadLetters
from shared.bus.nats.publisher import NatsPublisher

__all__ = ["NatsConsumer", "NatsDeadLetters", "NatsPublisher"]
