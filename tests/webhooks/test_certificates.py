"""Receivers are believed by their certificates alone."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.webhooks.outside.network import Network, Undelivered
from tests.webhooks.receiving import MakeReceiver, answering


class Certificates:
    """An authority of our own and the certificate that it gave to hooks.example.com."""

    def __init__(self, folder: Path) -> None:
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = _certificate("Authority", authority_key, "Authority", authority_key)
        key = ec.generate_private_key(ec.SECP256R1())
        own = _certificate("hooks.example.com", key, "Authority", authority_key)
        self.authority = folder / "authority.pem"
        self.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        chain = folder / "server.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + own.public_bytes(serialization.Encoding.PEM)
        )
        self.names: list[str | None] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.context.sni_callback = lambda _, name, __: self.names.append(name)

    def network(self) -> Network:
        """Return a way out that finds every name here and trusts the authority."""
        return Network(
            allow_private=True,
            resolver=lambda *_: ["127.0.0.1"],
            certificates=str(self.authority),
        )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


def test_https_is_verified_against_the_name_and_speaks_it(
    certificates: Certificates, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(200), certificates.context)
    network = certificates.network()
    answer = network.post(f"https://hooks.example.com:{receiver.port}/", b"{}", {})
    assert answer.status == 200
    assert certificates.names == ["hooks.example.com"]
    assert receiver.requests[0].headers["Host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.parametrize("host", ["other.example.com", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(
    host: str, certificates: Certificates, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(200), certificates.context)
    network = certificates.network()
    with pytest.raises(Undelivered, match="certificate is not valid"):
        network.post(f"https://{host}:{receiver.port}/", b"{}", {})
    assert receiver.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    certificates: Certificates, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(200), certificates.context)
    network = Network(allow_private=True, resolver=lambda *_: ["127.0.0.1"])
    with pytest.raises(Undelivered, match="certificate is not valid"):
        network.post(f"https://hooks.example.com:{receiver.port}/", b"{}", {})
    assert receiver.requests == []
