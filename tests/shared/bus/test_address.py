"""The address of the bus."""

import pytest

from shared.bus.interface import Address, Tls


def test_the_namespace_and_the_heartbeat_are_ours_the_rest_is_the_brokers() -> None:
    address = Address.parse("amqps://u:p@broker:5671/vhost?namespace=blue&heartbeat=5")
    assert address == Address("amqps://u:p@broker:5671/vhost", "amqps", "blue", 5, tls=Tls())
    assert address.prefix == "blue."


def test_the_usual_namespace_leaves_queue_names_as_they_are() -> None:
    address = Address.parse("nats://127.0.0.1:4222")
    assert (address.namespace, address.prefix, address.heartbeat) == ("finance", "", 20)


@pytest.mark.parametrize(
    "url",
    [
        "kafka://broker",
        "nats://broker?namespaces=blue",
        "nats://broker?namespace=a.b",
        "nats://broker?namespace=",
        "amqp://broker?heartbeat=0",
        "amqp://broker?heartbeat=soon",
        "amqp://broker?ca_file=/etc/ca.pem",
        "nats://broker?cert_file=/etc/own.pem",
        "tls://broker?key_file=/etc/own.key",
    ],
)
def test_a_mistake_in_the_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Address.parse(url)
