"""Secrets at rest: encrypted with the service's own key, never in the clear in the database."""

from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet


class Seal:
    """Encrypts with the first of its keys, decrypts with any of them.

    Args:
        key_file: holds Fernet keys, one a line; read again when it has changed, so that a key can
            be replaced while we run.
    """

    def __init__(self, key_file: Path) -> None:
        self._file = key_file
        self._read()

    def close(self, secret: str) -> str:
        """Return `secret` encrypted."""
        return self._keys().encrypt(secret.encode()).decode()

    def again(self, sealed: str) -> str:
        """Return `sealed`, encrypted with the first key.

        Raises:
            cryptography.fernet.InvalidToken: it was sealed with another key.
        """
        return self._keys().rotate(sealed).decode()

    def open(self, sealed: str) -> str:
        """Return the secret in `sealed`.

        Raises:
            cryptography.fernet.InvalidToken: it was sealed with another key.
        """
        return self._keys().decrypt(sealed).decode()

    def _keys(self) -> MultiFernet:
        if self._file.stat().st_mtime_ns != self._changed:
            self._read()
        return self._fernet

    def _read(self) -> None:
        self._changed = self._file.stat().st_mtime_ns
        self._fernet = MultiFernet([Fernet(line) for line in self._file.read_bytes().split()])
