"""Who is asking: users by the gateway's `X-Identity`, services by their own short tokens.

Both are EdDSA (Ed25519) JWTs of 60 seconds. Auth alone signs users; each service signs itself.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NewType

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.errors import Unauthorized

UserId = NewType("UserId", int)

LIFETIME: Final = 60  # seconds
_LEEWAY: Final = 5  # seconds that two machines' clocks may differ


@dataclass(frozen=True)
class Quota:
    """What is left of the user's hour: `reset` in seconds."""

    limit: int
    remaining: int
    reset: int


@dataclass(frozen=True)
class Identity:
    """A user that auth has vouched for.

    Attributes:
        scopes: of `read`, `write`, `admin`.
        currency: the user's base currency, the default for what they make.
        token_id: the personal token that they came with.
    """

    user_id: UserId
    scopes: frozenset[str]
    is_staff: bool
    currency: str
    quota: Quota | None = None
    token_id: int | None = None


class Signer:
    """Signs as one service.

    Args:
        name: the service, `iss` of what it signs.
        key_file: its Ed25519 private key in PEM.
    """

    def __init__(self, name: str, key_file: Path) -> None:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{key_file} is not an Ed25519 key")
        self.name = name
        self._key = key

    def identity(self, identity: Identity) -> str:
        """Return the `X-Identity` token of a user; only auth's is believed."""
        quota = identity.quota
        return self._sign(
            {
                "sub": str(identity.user_id),
                "scopes": sorted(identity.scopes),
                "staff": identity.is_staff,
                "currency": identity.currency,
                "quota": [quota.limit, quota.remaining, quota.reset] if quota else None,
                "token": identity.token_id,
            }
        )

    def service_token(self, callee: str) -> str:
        """Return a token that only `callee` accepts."""
        return self._sign({"aud": callee})

    def _sign(self, claims: Mapping[str, Any]) -> str:
        now = int(time.time())
        payload = {**claims, "iss": self.name, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(payload, self._key, algorithm="EdDSA")


class Verifier:
    """Believes what the services' public keys prove.

    Args:
        keys_dir: folder with `<service>.public.pem`.
        name: the service that verifies, the `aud` of the service tokens it takes.
    """

    def __init__(self, keys_dir: Path, name: str) -> None:
        self.name = name
        self._keys: dict[str, Ed25519PublicKey] = {}
        for file in sorted(keys_dir.glob("*.public.pem")):
            key = load_pem_public_key(file.read_bytes())
            if not isinstance(key, Ed25519PublicKey):
                raise TypeError(f"{file} is not an Ed25519 key")
            self._keys[file.name.removesuffix(".public.pem")] = key

    def identity(self, token: str | None) -> Identity:
        """Return the user that auth vouches for.

        Raises:
            Unauthorized: no token, a forged one, or one that is over.
        """
        claims = self._claims(token, issuer="auth", required=["sub", "scopes"])
        quota = claims.get("quota")
        return Identity(
            user_id=UserId(int(claims["sub"])),
            scopes=frozenset(claims["scopes"]),
            is_staff=bool(claims.get("staff")),
            currency=claims.get("currency") or "USD",
            quota=Quota(*quota) if quota else None,
            token_id=claims.get("token"),
        )

    def service(self, token: str | None) -> str:
        """Return the name of the service that calls us.

        Raises:
            Unauthorized: no token, a forged one, one for another callee, or one that is over.
        """
        try:
            issuer = jwt.decode(token or "", options={"verify_signature": False}).get("iss")
        except jwt.InvalidTokenError as error:
            raise Unauthorized("A service token is required.") from error
        return str(self._claims(token, issuer=str(issuer), audience=self.name)["iss"])

    def _claims(
        self,
        token: str | None,
        *,
        issuer: str,
        audience: str | None = None,
        required: list[str] | None = None,
    ) -> dict[str, Any]:
        key = self._keys.get(issuer)
        if not token or key is None:
            raise Unauthorized("Authentication credentials were not provided.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=issuer,
                audience=audience,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", *(required or [])]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthorized("The credentials are not valid.") from error
        return claims
