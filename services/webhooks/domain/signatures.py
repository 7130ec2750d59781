"""Standard Webhooks 1.0 (standardwebhooks.com): secrets and signatures."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

_PREFIX: Final = "whsec_"
_BYTES: Final = 32  # the standard asks for 24 to 64


def new_secret() -> str:
    """Return a secret: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(
    keys: Iterable[str], message_id: UUID, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """Return the headers by which a receiver knows that `body` is ours.

    Args:
        keys: secrets; the receiver needs one of them.
        message_id: the same at every attempt, so that a receiver can drop a repetition.
        timestamp: of the attempt, in seconds since 1970.
    """
    name = f"msg_{message_id.hex}"
    content = f"{name}.{timestamp}.".encode() + body
    return {
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(key, content)}" for key in keys),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
