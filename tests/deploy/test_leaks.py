"""A secret in a file is noticed."""

import secrets
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy import leaks
from services.auth.domain import keys
from services.webhooks.domain import signatures


def _private_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _random(length: int) -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(length))


_KINDS: dict[str, Callable[[], str]] = {
    "private key": _private_key,
    "token": lambda: f'token = "{keys.new_key(keys.PERSONAL)}"',
    "service token": lambda: f'token = "{keys.new_key(keys.SERVICE)}"',
    "token without quotes": lambda: f"Authorization: Bearer {keys.new_key(keys.PERSONAL)}",
    "webhook": lambda: f'example = "{signatures.new_secret()}"',
    "password": lambda: f'password = "{secrets.token_urlsafe(12)}"',
    "password that begins with a dash": lambda: f'password = "-{secrets.token_urlsafe(12)}"',
    "address": lambda: f"postgresql://me:{secrets.token_urlsafe(24)}@db.example/portfolio",
    "cloud": lambda: f"AWS_KEY: AKIA{_random(16)}",
}


@pytest.mark.parametrize("kind", _KINDS)
def test_a_secret_is_found_whatever_it_is_made_of(tmp_path: Path, kind: str) -> None:
    files = [tmp_path / f"{number}.py" for number in range(200)]
    for file in files:
        file.write_text(f"{_KINDS[kind]()}\n")
    at = {(leak.file, leak.line) for leak in leaks.found(files)}
    assert [file.read_text() for file in files if (str(file), 1) not in at] == []


def test_what_is_none_is_not(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text('password = os.environ["PASSWORD"]\nname = "a quiet portfolio"\n')
    assert leaks.found([file]) == []
