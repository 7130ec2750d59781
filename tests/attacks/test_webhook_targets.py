"""No webhook leads to an address that is not public, however that is written."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from services.webhooks.domain import targets
from services.webhooks.domain.targets import Refused
from services.webhooks.outside.network import Network, Undelivered
from shared.testing import wait_until
from tests.webhooks.receiving import Receiver

PUBLIC = "93.184.215.14"

# Loopback, private and metadata addresses as somebody might write them.
SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


class Canary:
    """Listens on the loopback addresses and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self._server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


@pytest.fixture(scope="module")
def strict() -> Network:
    """Return the way out as it is in production."""
    return Network()


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_private_address_is_refused_however_it_is_written(
    host: str, canary: Canary, strict: Network
) -> None:
    url = f"https://{host}:{canary.port}/hook"
    with pytest.raises(Refused):
        strict.check(url)
    with pytest.raises(Undelivered):
        strict.post(url, b"{}", {})
    assert canary.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"])
def test_without_that_rule_it_is_reached(host: str, canary: Canary) -> None:
    """So that the test above could fail: development lets webhooks call this machine."""
    url = f"http://{host}:{canary.port}/hook"
    with suppress(Undelivered):
        Network(allow_private=True).post(url, b"{}", {})
    wait_until(lambda: canary.connections)


def test_a_public_address_is_allowed(strict: Network) -> None:
    for host in ("1.1.1.1", "93.184.215.14", "[2606:4700:4700::1111]", "[64:ff9b::101:101]"):
        strict.check(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "",
        "https://",
        "https:///hook",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://example.com:22/",
        "https://example.com:25/",
        "https://example.com:80/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com /",
        "https://example.com/a b",
        "https://example.com/\r\nX-Injected: 1",
        "https://exa\tmple.com/",
        "https://127。0。0。1/",
        "https://①②⑦.0.0.1/",
        "https://exämple.com/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://example.com%00.evil.com/",
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        targets.parse(url)


def test_one_private_address_among_public_ones_refuses_them_all(canary: Canary) -> None:
    network = Network(resolver=lambda *_: [PUBLIC, "127.0.0.1"])
    with pytest.raises(Refused):
        network.check(f"https://example.com:{canary.port}/")
    with pytest.raises(Undelivered):
        network.post(f"https://example.com:{canary.port}/", b"", {})
    assert canary.connections == 0


def test_a_name_that_changes_its_answer_is_refused_at_the_attempt(canary: Canary) -> None:
    answers: list[Sequence[str]] = [[PUBLIC], ["127.0.0.1"]]
    network = Network(resolver=lambda *_: answers.pop(0))
    url = f"https://rebinding.example.com:{canary.port}/"
    network.check(url)
    with pytest.raises(Undelivered, match="public internet"):
        network.post(url, b"", {})
    assert canary.connections == 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    assert Network(allow_private=True).post(receiver.url, b"{}", {}).status == 200
    assert canary.connections == 0
