"""Ed25519 keys for a run of the tests."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shared.settings import SERVICES


def make_keys(folder: Path) -> Path:
    """Write `<service>.pem` and `<service>.public.pem` of every service; return `folder`."""
    for service in SERVICES:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{service}.pem").write_bytes(private)
        (folder / f"{service}.public.pem").write_bytes(public)
    return folder
