"""Secrets at rest: encrypted with the service's own key, never in the clear in the database."""

from pathlib import Path

from cryptography.fernet import Fernet


class Seal:
    """Encrypts and decrypts.

    Args:
        key_file: holds a Fernet key.
    """

    def __init__(self, key_file: Path) -> None:
        self._fernet = Fernet(key_file.read_bytes().strip())

    def close(self, secret: str) -> str:
        """Return `secret` encrypted."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the secret in `sealed`.

        Raises:
            cryptography.fernet.InvalidToken: it was sealed with another key.
        """
        return self._fernet.decrypt(sealed.encode()).decode()
