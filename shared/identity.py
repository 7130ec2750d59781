"""Who is asking: users by the gateway's `X-Identity`, services by their own short tokens.

Both are EdDSA (Ed25519) JWTs of 60 seconds. Auth alone signs users; each service signs itself. Keys
are read again while the process runs, so that they can be replaced: `kid` says which one it was.
"""

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NewType

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.errors import Unauthorized
from shared.keyfiles import KeyFiles

UserId = NewType("UserId", int)

LIFETIME: Final = 60  # seconds
LEEWAY: Final = 5  # seconds that two machines' clocks may differ
_PUBLIC: Final = ".public.pem"
_PUBLIC_KEY: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.S)

PublicKeys = Mapping[str, Ed25519PublicKey]  # by `kid`


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
        self.name = name
        self._keys = KeyFiles(lambda: [key_file], _private_key)

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
        key, kid = self._keys.held()
        return jwt.encode(payload, key, algorithm="EdDSA", headers={"kid": kid})


class Verifier:
    """Believes what the services' public keys prove.

    Args:
        keys_dir: folder with `<service>.public.pem`; while a key is replaced, the old one and the
            new one stand there one after the other.
        name: the service that verifies, the `aud` of the service tokens it takes.
    """

    def __init__(self, keys_dir: Path, name: str) -> None:
        self.name = name
        self._keys = KeyFiles(lambda: sorted(keys_dir.glob(f"*{_PUBLIC}")), _by_issuer)

    def _key(self, issuer: str, token: str) -> Ed25519PublicKey | None:
        kid = jwt.get_unverified_header(token).get("kid")
        keys = self._keys.held().get(issuer, {})
        if kid is None and len(keys) == 1:
            [key] = keys.values()  # of a program that has one key and does not name it
            return key
        return keys.get(str(kid))

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
        if not token:
            raise Unauthorized("Authentication credentials were not provided.")
        try:
            key = self._key(issuer, token)
            if key is None:
                raise Unauthorized("The credentials are not valid.")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=issuer,
                audience=audience,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", *(required or [])]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthorized("The credentials are not valid.") from error
        return claims


def kid_of(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the first 64 bits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _private_key(files: Sequence[Path]) -> tuple[Ed25519PrivateKey, str]:
    """Return the key in a file, and its `kid`."""
    [file] = files
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file} is not an Ed25519 key")
    return key, kid_of(key.public_key())


def _by_issuer(files: Sequence[Path]) -> dict[str, PublicKeys]:
    return {file.name.removesuffix(_PUBLIC): _public_keys(file) for file in files}


def _public_keys(file: Path) -> PublicKeys:
    keys = [load_pem_public_key(pem) for pem in _PUBLIC_KEY.findall(file.read_bytes())]
    ours = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if not ours or len(ours) < len(keys):
        raise TypeError(f"{file} is not an Ed25519 key")
    return {kid_of(key): key for key in ours}
