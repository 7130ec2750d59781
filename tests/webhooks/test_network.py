"""The way out: to whom it leads, and how long it waits."""

import socket
import threading
import time
from collections.abc import Sequence

import pytest

from services.webhooks.outside.network import Network, Undelivered
from shared.testing import ENOUGH
from tests.webhooks.receiving import Handler, MakeReceiver, Receiver

PUBLIC = "93.184.215.14"


def test_a_name_is_resolved_once_for_an_attempt(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolver(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    network = Network(allow_private=True, resolver=resolver)
    network.post(f"http://hooks.example.com:{receiver.port}/in?a=1", b"{}", {})
    assert asked == ["hooks.example.com"]
    assert receiver.requests[0].headers["Host"] == f"hooks.example.com:{receiver.port}"
    assert receiver.requests[0].path == "/in?a=1"


def test_a_name_without_an_address_may_be_saved_but_not_delivered_to() -> None:
    def resolver(*_: object) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    network = Network(resolver=resolver)
    network.check("https://not-yet.example.com/")
    with pytest.raises(Undelivered, match="no address"):
        network.post("https://not-yet.example.com/", b"", {})


def test_a_resolver_that_hangs_is_left_alone() -> None:
    released = threading.Event()

    def hanging(*_: object) -> Sequence[str]:
        released.wait(ENOUGH)
        return [PUBLIC]

    network = Network(resolver=hanging)
    with pytest.raises(Undelivered, match="in time"):
        network.post("https://slow.example.com/", b"", {})
    released.set()


def test_the_next_address_is_tried_when_one_refuses(receiver: Receiver) -> None:
    # Nothing listens on 127.0.0.2 at this port.
    network = Network(allow_private=True, resolver=lambda *_: ["127.0.0.2", "127.0.0.1"])
    answer = network.post(f"http://two.example.com:{receiver.port}/", b"{}", {})
    assert answer.status == 200


def test_an_answer_that_drips_ends_by_the_wall_clock(
    make_receiver: MakeReceiver,
) -> None:
    dripped: list[int] = []
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def drip(handler: Handler) -> None:
        for byte in answer:
            dripped.append(handler.wfile.write(bytes([byte])))
            time.sleep(0.2)

    receiver = make_receiver(drip)
    with pytest.raises(Undelivered, match="in time"):
        Network(allow_private=True, answer_within=1.5).post(receiver.url, b"{}", {})
    assert 0 < len(dripped) < len(answer)


def test_of_an_endless_answer_sixteen_kibibytes_are_read(
    make_receiver: MakeReceiver,
) -> None:
    sent: list[int] = []

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(1024**3))
        handler.end_headers()
        for _ in range(1024):
            sent.append(handler.wfile.write(b"x" * 1024**2))

    receiver = make_receiver(endless)
    assert Network(allow_private=True).post(receiver.url, b"{}", {}).status == 200
    assert len(sent) < 50  # what the socket's buffers swallow


def test_endless_headers_are_no_answer(make_receiver: MakeReceiver) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")

    receiver = make_receiver(endless)
    with pytest.raises(Undelivered, match="too long"):
        Network(allow_private=True).post(receiver.url, b"{}", {})


def test_a_receiver_that_closes_without_an_answer_is_told_of(
    make_receiver: MakeReceiver,
) -> None:
    receiver = make_receiver(lambda handler: handler.connection.close())
    with pytest.raises(Undelivered, match="connection failed"):
        Network(allow_private=True).post(receiver.url, b"{}", {})
