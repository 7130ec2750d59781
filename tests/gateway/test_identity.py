"""Who the services believe a client to be: what auth said, whatever the client sends."""

import pytest
import requests

from tests.gateway.backends import Answer
from tests.gateway.conftest import GOOD, Site
from tests.gateway.traefik import raw

FORGED = {
    "X-Identity": "forged",
    "X-Quota": "9 9 9",
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Uri": "/evil",
    "X-Forwarded-Method": "DELETE",
    "X-Real-Ip": "6.6.6.6",
    "Forwarded": "for=6.6.6.6",
}


def test_a_protected_request_carries_auths_identity_and_no_token(site: Site) -> None:
    requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    (seen,) = site.services["portfolio"].seen
    assert seen.all("X-Identity") == ["signed-by-auth:standard"]
    assert seen.all("X-Quota") == ["1000 999 3600"]
    assert seen.all("Authorization") == []


def test_auth_itself_sees_which_token_it_was(site: Site) -> None:
    requests.get(site.url + "/api/tokens/", headers=GOOD, timeout=30)
    assert site.services["auth"].seen[-1].all("Authorization") == ["Token good"]


def test_auth_is_told_the_method_the_address_and_little_else(site: Site) -> None:
    headers = {**GOOD, "Cookie": "a=b", "X-Other": "x", "X-Request-Id": "request-1"}
    requests.post(site.url + "/api/v1/portfolios/?a=b", json={"a": 1}, headers=headers, timeout=30)
    asked = site.services["auth"].seen[0]
    assert asked.target == "/internal/authorize?class=standard"
    assert asked.method == "GET"
    assert asked.body == b""
    assert asked.all("X-Forwarded-Method") == ["POST"]
    assert asked.all("X-Forwarded-Uri") == ["/api/portfolios/?a=b"]
    assert asked.all("X-Forwarded-For") == ["127.0.0.1"]
    assert asked.all("X-Request-Id") == ["request-1"]
    assert asked.all("Authorization") == ["Token good"]
    assert asked.all("Cookie") == asked.all("X-Other") == []


def test_the_request_id_of_auth_goes_on_to_the_service(site: Site) -> None:
    requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    requests.get(
        site.url + "/api/portfolios/", headers={**GOOD, "X-Request-Id": "request-1"}, timeout=30
    )
    first, second = site.services["portfolio"].seen
    assert first.all("X-Request-Id") == ["made-by-auth"]
    assert second.all("X-Request-Id") == ["request-1"]


@pytest.mark.parametrize(
    ("method", "path", "service", "identity"),
    [
        ("GET", "/api/portfolios/", "portfolio", ["signed-by-auth:standard"]),
        ("POST", "/api/portfolios/", "portfolio", ["signed-by-auth:standard"]),
        ("POST", "/api/auth-token/", "auth", []),
        ("POST", "/api/v1/auth-token/", "auth", []),
    ],
)
def test_what_a_client_says_about_itself_is_thrown_away(
    site: Site, method: str, path: str, service: str, identity: list[str]
) -> None:
    requests.request(method, site.url + path, headers={**GOOD, **FORGED}, timeout=30)
    seen = site.services[service].seen[-1]
    assert seen.all("X-Identity") == identity
    assert seen.all("X-Quota") == ["1000 999 3600"] * len(identity)
    assert seen.all("X-Forwarded-For") == ["127.0.0.1"]
    assert seen.all("X-Forwarded-Host") == [f"127.0.0.1:{site.door.port}"]
    assert seen.all("X-Forwarded-Proto") == ["http"]
    assert seen.all("X-Real-Ip") == ["127.0.0.1"]
    assert seen.all("Forwarded") == seen.all("X-Forwarded-Prefix") == []
    assert all("evil" not in value and "forged" not in value for _, value in seen.headers)


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Authorization: Token bad\r\n",
        b"Authorization: Token good\r\nAuthorization: Token x\r\n",
    ],
)
def test_without_one_valid_token_no_service_hears_of_it(site: Site, authorization: bytes) -> None:
    request = b"GET /api/portfolios/ HTTP/1.1\r\nHost: h\r\n" + authorization + b"\r\n"
    answer = raw(site.door, request)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert site.reached() == []


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_of_auth_passes_as_it_is(site: Site, status: int) -> None:
    headers = {
        "Retry-After": "77",
        "RateLimit-Limit": "100",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "77",
        "X-Request-Id": "request-1",
        "WWW-Authenticate": "Token",
    }
    body = '{"error": "as auth says it"}'
    with site.services["auth"].answering(Answer(status, headers, body)):
        answer = requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    assert answer.status_code == status
    assert answer.text == body
    assert {name: answer.headers[name] for name in headers} == headers
    assert site.reached() == []


def test_a_429_of_a_service_passes_as_it_is(site: Site) -> None:
    mine = Answer(429, {"Retry-After": "42"}, '{"error": "too many logins"}')
    with site.services["auth"].answering(mine):
        answer = requests.post(site.url + "/api/auth-token/", json={}, timeout=30)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "42")
    assert answer.json() == {"error": "too many logins"}
