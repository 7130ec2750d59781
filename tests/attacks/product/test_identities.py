"""Nobody is who they say they are: not at the gateway, and not inside with another's key."""

import json
import re
from collections.abc import Iterator
from typing import Final

import requests

from shared.identity import Identity, Signer, UserId
from shared.settings import SERVICES
from tests.attacks.product.conftest import Cast, port_of
from tests.attacks.product.operations import METHODS
from tests.e2e.conftest import Client, Product
from tests.gateway.traefik import sent

# `%s` is the identity of somebody else, as auth itself signs it.
SPELLINGS: Final = (
    "X-Identity: %s",
    "x-identity: %s",
    "X_Identity: %s",
    "X.Identity: %s",
    "X-Identity : %s",
    "X-Identity:\t%s",
    "X-Identity: %s\r\nX-Identity: %s",
    "X-Identity: %s\r\nX_Identity: %s",
    "X-Identity: %s\r\nConnection: X-Identity",
    "Connection: close, X-Identity\r\nX-Identity: %s",
    "Connection: X-Forwarded-For, X-Request-Id, Authorization\r\nX-Identity: %s",
    "A: b\r\n X-Identity: %s",
    "A: b\nX-Identity: %s",
    "A: b\rX-Identity: %s",
    "X-Auth: %s\r\nX-Forwarded-User: 1\r\nX-User-Id: 1",
    "Trailer: X-Identity\r\nX-Identity: %s",
    "HTTP_X_IDENTITY: %s",
    "Authorization: Bearer %s",
    "Proxy-Authorization: Bearer %s",
    "Cookie: X-Identity=%s",
    "X-Original-Url: /api/users/1/\r\nX-Identity: %s",
    "SCRIPT_NAME: /api\r\nX-Identity: %s",
)


# How the internal API might be reached from outside.
WAYS_IN: Final = ("", "/api", "/api/v1", "//", "/api/portfolios/..%2f..", "/api/docs/..", "/%2e")


def _signer(product: Product, service: str) -> Signer:
    return Signer(service, product.run_dir / "keys" / f"{service}.pem")


def test_the_gateway_believes_no_identity_that_a_client_brings(
    product: Product, cast: Cast
) -> None:
    owner = int(cast.belongings.ids["user_id"])
    other = cast.other.get("/api/users/me/").json()["id"]
    scopes = frozenset({"read", "write", "admin"})
    identity = Identity(UserId(owner), scopes, is_staff=True, currency="USD")
    forged = _signer(product, "auth").identity(identity)
    # Who is inside, and has the key of auth, is believed.
    assert owner in _identified(port_of(product, "auth-web"), forged, cast.nobody)
    assert _identified(product.port, forged, cast.nobody) == {None}
    assert _identified(product.port, forged, cast.other) == {None, other}


def _identified(port: int, identity: str, who: Client) -> set[int | None]:
    """Return as whom forged requests are answered; None where they are refused."""
    token = f"Authorization: Token {who.token}\r\n" if who.token else ""
    start = f"GET /api/users/me/ HTTP/1.1\r\nHost: h\r\n{token}"
    headers = [spelling.replace("%s", identity) for spelling in SPELLINGS]
    answers = [sent(("127.0.0.1", port), f"{start}{header}\r\n\r\n".encode()) for header in headers]
    assert all(answer.status < 500 for answer in answers)
    return {
        int(json.loads(answer.body)["id"]) if answer.status == 200 else None for answer in answers
    }


def test_an_internal_call_is_for_those_services_alone_that_have_business_there(
    product: Product,
) -> None:
    """Auth has none with anybody."""
    for service in SERVICES:
        inside = f"http://127.0.0.1:{port_of(product, f'{service}-web')}"
        for method, path in _internal_calls(inside):
            statuses = [
                requests.request(method, inside + path, headers=headers, timeout=30).status_code
                for headers in (
                    {},
                    _bearing(_signer(product, "portfolio").service_token("another")),
                    _bearing(_signer(product, "auth").service_token(service)),
                )
            ]
            assert statuses == [401, 401, 403], (service, method, path)


def test_an_internal_call_is_for_nobody_outside(product: Product, cast: Cast) -> None:
    token = _signer(product, "portfolio").service_token("assets")
    inside = f"http://127.0.0.1:{port_of(product, 'assets-web')}"
    calls = list(_internal_calls(inside))
    path = "/internal/v1/assets/1/"
    assert ("GET", path) in calls
    assert requests.get(inside + path, headers=_bearing(token), timeout=30).status_code == 200
    exchange = "/internal/v1/tokens/?callee=assets"
    for called in [*(path for _, path in calls), exchange]:
        for way in WAYS_IN:
            for bearer in (token, str(cast.admin.token)):
                request = f"GET {way}{called} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {bearer}"
                answer = sent(("127.0.0.1", product.port), f"{request}\r\n\r\n".encode())
                assert answer.status in {400, 401, 404}, way + called


def _internal_calls(inside: str) -> Iterator[tuple[str, str]]:
    document = requests.get(f"{inside}/internal/openapi/internal.json", timeout=30).json()
    for path, methods in document["paths"].items():
        for method in methods.keys() & set(METHODS):
            if {"service": []} in methods[method].get("security", ()):
                yield method.upper(), re.sub(r"\{\w+\}", "1", path)


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
