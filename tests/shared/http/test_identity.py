"""Who may: the gateway's `X-Identity` for users, services' own tokens for the internal API."""

import base64
import hmac
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shared.errors import Unauthorized
from shared.identity import Identity, Signer, UserId, Verifier
from shared.testing import Stand, make_keys, wait_until
from tests.shared.http.notes import NAME


def claims(**changed: Any) -> dict[str, Any]:
    """Return what auth says of user 1."""
    now = int(time.time())
    said = {"iss": "auth", "sub": "1", "scopes": ["read"], "iat": now, "exp": now + 60, **changed}
    return {name: value for name, value in said.items() if value is not None}


def signed(stand: Stand, by: str = "auth", **changed: Any) -> str:
    key = (stand.keys / f"{by}.pem").read_text()
    return jwt.encode(claims(**changed), key, algorithm="EdDSA")


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def status(stand: Stand, token: str | None) -> int:
    client = stand.client(None)
    headers = {} if token is None else {"X-Identity": token}
    return client.get("/api/notes/", headers=headers).status_code


def test_a_request_that_auth_vouches_for_is_answered(stand: Stand) -> None:
    assert status(stand, signed(stand)) == 200


def test_a_request_without_an_identity_is_401_and_says_how_to_get_one(stand: Stand) -> None:
    answer = stand.client(None).get("/api/notes/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json["details"]["code"] == "unauthorized"  # type: ignore[index]


def test_an_identity_that_another_service_signed_is_not_believed(stand: Stand) -> None:
    assert status(stand, signed(stand, by="portfolio")) == 401
    assert status(stand, signed(stand, by="portfolio", iss="portfolio")) == 401


def test_an_identity_that_a_stranger_signed_is_not_believed(stand: Stand, tmp_path: Path) -> None:
    forger = Signer("auth", make_keys(tmp_path) / "auth.pem")
    token = forger.identity(Identity(UserId(1), frozenset({"read"}), True, "USD"))
    assert status(stand, token) == 401


@pytest.mark.parametrize("seconds", [-600, -66, 60, 600])
def test_an_identity_of_another_time_is_not_believed_and_no_fault_of_the_client(
    stand: Stand, seconds: int
) -> None:
    """Auth has just vouched for it: so one of two clocks is wrong, and a 401 would end a login."""
    now = int(time.time())
    assert status(stand, signed(stand, exp=now - 4)) == 200  # two clocks may differ by 5 s
    token = signed(stand, iat=now + seconds, exp=now + seconds + 60)
    answer = stand.client(None).get("/api/notes/", headers={"X-Identity": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    stranger = signed(stand, by="portfolio", iat=now + seconds, exp=now + seconds + 60)
    assert status(stand, stranger) == 401


def test_what_a_token_has_proved_is_over_with_it(stand: Stand) -> None:
    token = signed(stand, exp=int(time.time()) - 3)
    assert status(stand, token) == 200
    wait_until(lambda: status(stand, token) == 503)


def test_what_a_token_has_proved_ends_with_its_key(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    verifier, signer = Verifier(keys, NAME), Signer("auth", keys / "auth.pem")
    token = signer.identity(Identity(UserId(1), frozenset({"read"}), False, "USD"))
    assert verifier.identity(token) == verifier.identity(token)
    (keys / "auth.public.pem").write_bytes((keys / "portfolio.public.pem").read_bytes())

    def is_refused() -> bool:
        try:
            verifier.identity(token)
        except Unauthorized:
            return True
        return False

    wait_until(is_refused)


def test_a_user_has_the_same_token_for_some_seconds_and_another_by_another_key(
    tmp_path: Path,
) -> None:
    keys = make_keys(tmp_path)
    signer = Signer("auth", keys / "auth.pem")
    user = Identity(UserId(1), frozenset({"read"}), False, "USD")
    first = signer.identity(user)
    assert len({signer.identity(user) for _ in range(5)} | {first}) <= 2  # ten seconds may end
    assert signer.identity(replace(user, currency="EUR")) != first
    (keys / "auth.pem").write_bytes((keys / "portfolio.pem").read_bytes())
    head = jwt.get_unverified_header(first)
    wait_until(lambda: jwt.get_unverified_header(signer.identity(user)) != head)


@pytest.mark.parametrize("missing", ["exp", "iss", "sub", "scopes"])
def test_an_identity_that_lacks_something_is_not_believed(stand: Stand, missing: str) -> None:
    key = (stand.keys / "auth.pem").read_text()
    token = jwt.encode(claims(**{missing: None}), key, algorithm="EdDSA")
    assert status(stand, token) == 401


def test_an_unsigned_identity_is_not_believed(stand: Stand) -> None:
    assert status(stand, jwt.encode(claims(), "", algorithm="none")) == 401


def test_an_identity_signed_with_the_public_key_is_not_believed(stand: Stand) -> None:
    """The classic confusion: HS256 with what everybody may read as its secret."""
    head = b64(b'{"alg":"HS256","typ":"JWT"}') + b"." + b64(json.dumps(claims()).encode())
    public = (stand.keys / "auth.public.pem").read_bytes()
    signature = hmac.digest(public, head, "sha256")
    assert status(stand, (head + b"." + b64(signature)).decode()) == 401


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "Bearer x", "é"])
def test_nonsense_is_no_identity(stand: Stand, token: str) -> None:
    assert status(stand, token) == 401


def test_a_token_for_a_service_is_no_identity(stand: Stand) -> None:
    auth = Signer("auth", stand.keys / "auth.pem")
    assert status(stand, auth.service_token(NAME)) == 401


def test_a_token_without_the_scope_is_403(stand: Stand) -> None:
    reader = stand.client(scopes=("read",))
    assert reader.get("/api/notes/").status_code == 200
    refused = reader.post("/api/notes/", json={"title": "x"})
    assert (refused.status_code, refused.json["details"]["code"]) == (403, "forbidden")  # type: ignore[index]


def test_what_is_for_administrators_is_403_for_others(stand: Stand) -> None:
    made = stand.client().post("/api/notes/", json={"title": "x"})
    path = f"/api/notes/{made.json['id']}/"  # type: ignore[index]
    assert stand.client(staff=False).delete(path).status_code == 403
    assert stand.client(staff=True, scopes=("read", "write")).delete(path).status_code == 403
    assert stand.client(staff=True).delete(path).status_code == 204


def test_what_is_somebody_elses_does_not_exist(stand: Stand) -> None:
    made = stand.client(1).post("/api/notes/", json={"title": "x"})
    path = f"/api/notes/{made.json['id']}/"  # type: ignore[index]
    other, missing = stand.client(2).get(path), stand.client(2).get("/api/notes/999/")
    assert (other.status_code, missing.status_code) == (404, 404)
    assert {**other.json["details"], "request_id": ""} == {  # type: ignore[index]
        **missing.json["details"],  # type: ignore[index]
        "request_id": "",
    }


class TestInternal:
    """The internal API takes a short token of the caller, made for this callee."""

    path = "/internal/v1/notes/1/"

    def status(self, stand: Stand, token: str | None) -> int:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return stand.client(None).get(self.path, headers=headers).status_code

    def test_another_service_is_let_in(self, stand: Stand) -> None:
        stand.client().post("/api/notes/", json={"title": "x"})
        assert stand.service_client("portfolio").get(self.path).status_code == 200

    def test_a_service_that_has_no_business_here_is_not(self, stand: Stand) -> None:
        answer = stand.service_client("webhooks").get(self.path)
        assert answer.status_code == 403
        assert answer.get_json()["details"]["message"] == "The service webhooks may not call this."

    def test_further_callers_read_and_do_no_more(
        self, stand: Stand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        more = replace(stand.app.settings, internal_readers=["webhooks"])
        monkeypatch.setattr(stand.app, "settings", more)
        stand.client().post("/api/notes/", json={"title": "x"})
        team = stand.service_client("webhooks")
        assert team.get(self.path).status_code == 200
        assert team.delete(self.path).status_code == 403

    def test_a_program_that_auth_vouches_for_reads_and_does_no_more(self, stand: Stand) -> None:
        stand.client().post("/api/notes/", json={"title": "x"})
        token = signed(stand, sub="reports", aud=NAME, scopes=None)
        client, bearing = stand.client(None), {"Authorization": f"Bearer {token}"}
        assert client.get(self.path, headers=bearing).status_code == 200
        refused = client.delete(self.path, headers=bearing)
        assert refused.status_code == 403
        assert refused.get_json()["details"]["message"] == "The program reports may not call this."

    def test_a_program_that_is_named_like_a_service_is_none(self, stand: Stand) -> None:
        token = signed(stand, sub="portfolio", aud=NAME, scopes=None)
        bearing = {"Authorization": f"Bearer {token}"}
        assert stand.service_client("portfolio").delete(self.path).status_code == 404
        assert stand.client(None).delete(self.path, headers=bearing).status_code == 403

    def test_auth_alone_vouches_for_programs(self, stand: Stand) -> None:
        token = signed(stand, by="webhooks", iss="webhooks", sub="reports", aud=NAME, scopes=None)
        assert self.status(stand, token) == 403

    def test_a_program_is_refused_as_soon_as_its_minute_is_over(self, stand: Stand) -> None:
        """No leeway: a minute after a token was revoked nobody reads with it."""
        past = int(time.time()) - 1
        over = signed(stand, sub="reports", aud=NAME, scopes=None, exp=past)
        assert self.status(stand, over) == 401
        service = signed(stand, by="portfolio", iss="portfolio", aud=NAME, exp=past)
        assert self.status(stand, service) == 404

    def test_nobody_is_not(self, stand: Stand) -> None:
        assert self.status(stand, None) == 401

    def test_a_user_is_not(self, stand: Stand) -> None:
        assert stand.client(staff=True).get(self.path).status_code == 401
        assert self.status(stand, signed(stand)) == 401

    def test_a_token_for_another_callee_is_not(self, stand: Stand) -> None:
        portfolio = Signer("portfolio", stand.keys / "portfolio.pem")
        assert self.status(stand, portfolio.service_token("analytics")) == 401
        assert self.status(stand, portfolio.service_token(NAME)) == 404

    def test_a_token_in_anothers_name_is_not(self, stand: Stand) -> None:
        assert self.status(stand, signed(stand, by="webhooks", iss="portfolio", aud=NAME)) == 401
        assert self.status(stand, signed(stand, by="webhooks", iss="stranger", aud=NAME)) == 401

    def test_a_token_that_is_over_is_not(self, stand: Stand) -> None:
        over = signed(stand, by="portfolio", iss="portfolio", aud=NAME, exp=int(time.time()) - 6)
        assert self.status(stand, over) == 401


def test_a_key_of_another_kind_is_refused_at_the_start(tmp_path: Path) -> None:
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "auth.pem").write_bytes(pem)
    with pytest.raises(TypeError, match="not an Ed25519 key"):
        Signer("auth", tmp_path / "auth.pem")
    public = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "auth.public.pem").write_bytes(public)
    with pytest.raises(TypeError, match="not an Ed25519 key"):
        Verifier(tmp_path, NAME)
