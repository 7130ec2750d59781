"""RabbitMQ behind the bus."""

from shared.bus.rabbitmq.consumer import RabbitConsumer
from shared.bus.rabbitmq.deadletters import RabbitDeadLetters
from shared.bus.rabbitmq.publisher import RabbitPublisher

__all__ = ["RabbitConsumer", "RabbitDeadLetters", "RabbitPublisher"]
