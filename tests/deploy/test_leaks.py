"""A secret in a file is noticed."""

import secrets
import string
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy import leaks
from services.auth.domain import keys


def _private_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _random(length: int) -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(length))


@pytest.mark.parametrize(
    "text",
    [
        _private_key(),
        f'token = "{keys.new_key(keys.SERVICE)}"',
        f'password = "{secrets.token_urlsafe(12)}"',
        f"postgresql://portfolio:{secrets.token_urlsafe(24)}@db.example/portfolio",
        f"AWS_KEY: AKIA{_random(16)}",
    ],
    ids=["private key", "token", "password", "address", "cloud"],
)
def test_a_secret_is_found(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"{text}\n")
    assert {leak.line for leak in leaks.found([file])} == {1}


def test_what_is_none_is_not(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text('password = os.environ["PASSWORD"]\nname = "a quiet portfolio"\n')
    assert leaks.found([file]) == []
