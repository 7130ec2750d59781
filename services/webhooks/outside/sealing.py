"""Secrets at rest: encrypted with the service's own key, never in the clear in the database."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from shared.keyfiles import KeyFiles


class Seal:
    """Encrypts with the first of its keys, decrypts with any of them.

    Args:
        key_file: holds Fernet keys, one a line.
    """

    def __init__(self, key_file: Path) -> None:
        self._keys = KeyFiles(lambda: [key_file], _fernet)

    def close(self, secret: str) -> str:
        """Return `secret` encrypted."""
        return self._keys.held().encrypt(secret.encode()).decode()

    def again(self, sealed: str) -> str:
        """Return `sealed`, encrypted with the first key.

        Raises:
            cryptography.fernet.InvalidToken: it was sealed with another key.
        """
        return self._keys.held().rotate(sealed).decode()

    def open(self, sealed: str) -> str:
        """Return the secret in `sealed`.

        Raises:
            cryptography.fernet.InvalidToken: it was sealed with another key.
        """
        return self._keys.held().decrypt(sealed).decode()


def _fernet(files: Sequence[Path]) -> MultiFernet:
    [file] = files
    return MultiFernet([Fernet(line) for line in file.read_bytes().split()])
