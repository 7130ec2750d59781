"""Who is asking: users by the gateway's `X-Identity`, services by their own short tokens.

Both are EdDSA (Ed25519) JWTs of 60 seconds. Auth alone signs users; each service signs itself, and
for a program of a team, which has a key of its own, auth signs that it may read a service. Keys are
read again while the process runs, so that they can be replaced: `kid` says which one it was.

To sign and to verify take longer than all else that a request needs to know who asks. So auth sends
the same token for some seconds, and a service remembers what a token has proved.
"""

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, NewType

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.errors import Unauthorized, Unavailable
from shared.keyfiles import KeyFiles
from shared.observability import logger

log = logger(__name__)

UserId = NewType("UserId", int)

LIFETIME: Final = 60  # seconds
LEEWAY: Final = 5  # seconds that two machines' clocks may differ
_SENT_AGAIN: Final = 10  # seconds for which a token about a user is the same
_MOST_REMEMBERED: Final = 4096  # tokens, some hundred bytes each
_PUBLIC: Final = ".public.pem"
_PUBLIC_KEY: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.S)

# What is said of a token whose signature is right.
_OUT_OF_TIME: Final = (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError)

PublicKeys = Mapping[str, Ed25519PublicKey]  # by `kid`


QUOTA_HEADERS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


class Quota(NamedTuple):
    """What is left of the user's hour: `reset` in seconds."""

    limit: int
    remaining: int
    reset: int

    @classmethod
    def told(cls, header: str | None) -> "Quota | None":
        """Return what auth tells in `X-Quota`, None where it tells nothing."""
        numbers = (header or "").split()
        is_told = len(numbers) == len(cls._fields) and all(map(str.isdecimal, numbers))
        return cls(*map(int, numbers)) if is_told else None

    @property
    def header(self) -> str:
        """The value of `X-Quota`: "1000 999 3600"."""
        return " ".join(map(str, self))

    @property
    def headers(self) -> Mapping[str, str]:
        """What the user is told of it."""
        return dict(zip(QUOTA_HEADERS, map(str, self), strict=True))


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
    token_id: int | None = None


class Caller(NamedTuple):
    """Who calls an internal API.

    Attributes:
        name: a service's, or that of a program.
        is_reader: whether it is a program that auth vouches for, which may read and no more.
    """

    name: str
    is_reader: bool


class Signer:
    """Signs as one service.

    Args:
        name: the service, `iss` of what it signs.
        key_file: its Ed25519 private key in PEM.
    """

    def __init__(self, name: str, key_file: Path) -> None:
        self.name = name
        self._keys = KeyFiles(lambda: [key_file], _private_key)
        self._sent: dict[tuple[Identity, str], tuple[str, float]] = {}  # the token, and since when

    def identity(self, identity: Identity) -> str:
        """Return the `X-Identity` token of a user; only auth's is believed.

        It may have been signed some seconds ago: what it says is true at this moment.
        """
        _, kid = self._keys.held()
        sent, since = self._sent.get((identity, kid), ("", 0.0))
        now = time.time()
        if 0 <= now - since < _SENT_AGAIN:
            return sent
        token = self._sign(
            {
                "sub": str(identity.user_id),
                "scopes": sorted(identity.scopes),
                "staff": identity.is_staff,
                "currency": identity.currency,
                "token": identity.token_id,
            }
        )
        if len(self._sent) >= _MOST_REMEMBERED:
            self._sent.clear()
        self._sent[identity, kid] = token, now
        return token

    def service_token(self, callee: str) -> str:
        """Return a token that only `callee` accepts."""
        return self._sign({"aud": callee})

    def reader_token(self, program: str, callee: str, until: datetime) -> str:
        """Return a token with which a program may read `callee`; only auth's is believed."""
        return self._sign({"aud": callee, "sub": program, "exp": int(until.timestamp())})

    def _sign(self, claims: Mapping[str, Any]) -> str:
        now = int(time.time())
        payload = {"exp": now + LIFETIME, **claims, "iss": self.name, "iat": now}
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
        self._proofs = _Proofs({})

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
            Unauthorized: no token, or a forged one.
            Unavailable: auth's own, of another time. The gateway asks auth about each request, so
                that it is no fault of the client: a clock is wrong, or the request has waited for
                a minute.
        """
        proofs, keys = self._proofs, self._keys.held()
        if proofs.keys is not keys:
            self._proofs = proofs = _Proofs(keys)
        if token and (identity := proofs.of(token)):
            return identity
        try:
            claims = self._claims(token, issuer="auth", required=["sub", "scopes"])
        except _OUT_OF_TIME as error:
            log.warning("identity_out_of_time", error=type(error).__name__)
            raise Unavailable("The service's clock is wrong, or it is late; try again.") from error
        identity = Identity(
            user_id=UserId(int(claims["sub"])),
            scopes=frozenset(claims["scopes"]),
            is_staff=bool(claims.get("staff")),
            currency=claims.get("currency") or "USD",
            token_id=claims.get("token"),
        )
        proofs.remember(str(token), identity, claims["exp"])
        return identity

    def caller(self, token: str | None) -> Caller:
        """Return who calls us.

        Raises:
            Unauthorized: no token, a forged one, one for another callee, or one that is over.
        """
        try:
            issuer = jwt.decode(token or "", options={"verify_signature": False}).get("iss")
            claims = self._claims(token, issuer=str(issuer), audience=self.name)
        except jwt.InvalidTokenError as error:
            raise Unauthorized("A token for this service is required.") from error
        if issuer != "auth" or "sub" not in claims:
            return Caller(str(issuer), is_reader=False)
        # No leeway: a token that was revoked reads no longer than what it was exchanged for says.
        if claims["exp"] <= time.time():
            raise Unauthorized("The credentials are not valid.")
        return Caller(str(claims["sub"]), is_reader=True)

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
        except _OUT_OF_TIME:
            raise
        except jwt.InvalidTokenError as error:
            raise Unauthorized("The credentials are not valid.") from error
        return claims


class _Proofs:
    """What tokens have proved, each until it is over.

    Args:
        keys: by which it was proved; with other keys nothing of it holds.
    """

    def __init__(self, keys: Mapping[str, PublicKeys]) -> None:
        self.keys = keys
        self._identities: dict[str, tuple[Identity, float]] = {}  # each with its end

    def of(self, token: str) -> Identity | None:
        """Return who it was whom a token proved, None where it is not remembered or over."""
        identity, end = self._identities.get(token, (None, 0.0))
        return identity if time.time() < end + LEEWAY else None

    def remember(self, token: str, identity: Identity, end: float) -> None:
        """Remember what a token has proved."""
        if len(self._identities) >= _MOST_REMEMBERED:
            self._identities.clear()
        self._identities[token] = identity, end


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
