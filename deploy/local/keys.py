"""The run's keys: each service signs with its own Ed25519 key, everybody knows the public ones.

Webhooks has one more, with which it encrypts the secrets of its subscribers.
"""

from collections.abc import Iterable
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.local.rundir import write_private


def private_key(folder: Path, service: str) -> Path:
    """Return the file of the private key of `service`."""
    return folder / f"{service}.pem"


def secret_key(folder: Path) -> Path:
    """Return the file of the key with which webhooks encrypts its subscribers' secrets."""
    return folder / "webhooks.secret"


def make(folder: Path, services: Iterable[str]) -> None:
    """Make the keys that are missing in `folder`, which only the owner may open."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not secret_key(folder).exists():
        write_private(secret_key(folder), Fernet.generate_key().decode("ascii"))
    for service in services:
        private = private_key(folder, service)
        if not private.exists():
            write_private(private, _new_key())
        public = folder / f"{service}.public.pem"
        if not public.exists():
            public.write_text(_public_part(private), encoding="ascii")


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_part(private: Path) -> str:
    key = load_pem_private_key(private.read_bytes(), password=None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
