"""The bus with TLS: the broker is known by its certificate, and the client by its own."""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local import broker, nats, ports, servers
from deploy.local.errors import RunError
from deploy.local.privileges import tied
from shared import bus
from shared.bus.interface import BusUnavailable, Message
from shared.testing import ENOUGH

AMQP = b"AMQP\x00\x00\x09\x01"


@dataclass(frozen=True)
class Authority:
    """Who signs certificates, each for a name and this machine's address."""

    folder: Path
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def made(cls, folder: Path) -> "Authority":
        authority = cls(folder, ec.generate_private_key(ec.SECP256R1()))
        authority._write("ca", authority.key, is_authority=True)
        return authority

    def sign(self, name: str) -> None:
        """Make `<name>.pem` and `<name>.key`."""
        self._write(name, ec.generate_private_key(ec.SECP256R1()), is_authority=False)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def parameters(self, name: str | None = "client") -> str:
        own = {"cert_file": self.file(f"{name}.pem"), "key_file": self.file(f"{name}.key")}
        return urlencode({"ca_file": self.file("ca.pem"), **(own if name else {})})

    def _write(self, name: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> None:
        now = datetime.now(UTC)
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(here), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
        plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (self.folder / f"{name}.key").write_bytes(key.private_bytes(pem, *plain))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority.made(tmp_path_factory.mktemp("certificates"))
    authority.sign("server")
    authority.sign("client")
    return authority


@pytest.fixture(scope="module")
def nats_with_tls(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL, as yet without parameters, of a NATS that wants a certificate."""
    folder, port = tmp_path_factory.mktemp("nats"), ports.free()
    users: list[nats.User] = [{"user": "finance", "password": "secret"}]
    files = {
        "cert_file": authority.file("server.pem"),
        "key_file": authority.file("server.key"),
        "ca_file": authority.file("ca.pem"),
    }
    text = nats.configuration(folder / "store", port, users, pid_file=folder / "pid")
    (folder / "nats.conf").write_text(f"{text}\ntls: {json.dumps({**files, 'verify': True})}\n")
    server = servers.launch(
        tied(nats.command(folder / "nats.conf"), "INT"),
        url=f"tls://finance:secret@127.0.0.1:{port}",
        log=folder / "nats.log",
        answers=lambda: nats.answers(port),
    )
    yield server.url
    server.stop()


def test_what_is_published_to_nats_by_tls_is_consumed_by_tls(
    nats_with_tls: str, authority: Authority
) -> None:
    url = f"{nats_with_tls}?{authority.parameters()}"
    broker.check(url)
    message, stop = Message("1", "note-created", b"{}"), threading.Event()
    consumer = bus.consumer(url, "ledger", ("note-created",))
    consumer.declare()
    publisher = bus.publisher(url)
    publisher.publish([message])
    publisher.close()
    taken: list[Message] = []

    def take(messages: Sequence[Message]) -> None:
        taken.extend(messages)
        stop.set()

    consuming = threading.Thread(target=consumer.consume, args=[take, stop], daemon=True)
    consuming.start()
    consuming.join(ENOUGH)
    assert taken == [message]


@pytest.mark.parametrize("name", ["another authority", "no certificate"])
def test_nats_is_not_believed_and_does_not_believe_without_the_right_certificates(
    nats_with_tls: str, authority: Authority, tmp_path: Path, name: str
) -> None:
    parameters = authority.parameters(None)
    if name == "another authority":
        another = Authority.made(tmp_path)
        another.sign("client")
        parameters = another.parameters()
    url = f"{nats_with_tls}?{parameters}"
    publisher = bus.publisher(url)
    with pytest.raises(BusUnavailable):
        publisher.publish([Message("1", "note-created", b"{}")])
    publisher.close()
    with pytest.raises(RunError, match="can't be opened"):
        broker.check(url)


@pytest.fixture
def amqps(authority: Authority) -> Iterator[tuple[int, list[object]]]:
    """Return a port where TLS is spoken with clients that have a certificate, and what came."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file("ca.pem"))
    context.load_cert_chain(authority.file("server.pem"), authority.file("server.key"))
    context.verify_mode = ssl.CERT_REQUIRED
    came: list[object] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(client, server_side=True) as encrypted:
                    came.append((encrypted.getpeercert() or {}).get("subject"))
                    came.append(encrypted.recv(len(AMQP)))
            except OSError as error:
                came.append(type(error))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)


def test_rabbitmq_is_spoken_to_by_tls_with_our_certificate(
    amqps: tuple[int, list[object]], authority: Authority
) -> None:
    port, came = amqps
    publisher = bus.publisher(f"amqps://u:p@localhost:{port}/?{authority.parameters()}")
    with pytest.raises(BusUnavailable):  # it hangs up after the first word
        publisher.publish([Message("1", "note-created", b"{}")])
    assert came[:2] == [((("commonName", "client"),),), AMQP]


def test_a_rabbitmq_of_another_authority_is_told_nothing(
    amqps: tuple[int, list[object]], authority: Authority, tmp_path: Path
) -> None:
    port, came = amqps
    another = Authority.made(tmp_path)
    another.sign("client")
    publisher = bus.publisher(f"amqps://u:p@localhost:{port}/?{another.parameters()}")
    with pytest.raises(BusUnavailable):
        publisher.publish([Message("1", "note-created", b"{}")])
    assert AMQP not in came
