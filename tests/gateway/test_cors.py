"""Pages of other origins: what a browser asks before it lets one call, and what it may read."""

from collections.abc import Iterator

import pytest
import requests

from tests.gateway.conftest import GOOD, Site, standing_site

PAGE = {"Origin": "https://app.example"}
ASKS = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,if-match",
}
# What no page reads without being let.
READABLE = (
    "ETag,Location,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,Retry-After,X-Request-Id,"
    "Idempotency-Replayed,API-Version"
)


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    origins = "--cors-origins=https://app.example,http://localhost:3000"
    with standing_site(tmp_path_factory.mktemp("traefik"), origins) as site:
        yield site


@pytest.mark.parametrize("path", ["/api/portfolios/7/", "/api/v1/auth-token/", "/api/nothing/"])
def test_a_preflight_needs_no_token_and_asks_nobody(site: Site, path: str) -> None:
    answer = requests.options(site.url + path, headers=PAGE | ASKS, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"].split(",")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(",")
    assert {"authorization", "content-type", "if-match"} <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert [seen for service in site.services.values() for seen in service.seen] == []


@pytest.mark.parametrize("origin", ["https://app.example", "http://localhost:3000"])
def test_a_page_that_is_named_reads_answers_and_their_headers(site: Site, origin: str) -> None:
    answer = requests.get(
        f"{site.url}/api/portfolios/7/", headers=GOOD | {"Origin": origin}, timeout=30
    )
    assert answer.json()["service"] == "portfolio"
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Expose-Headers"] == READABLE
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/api/portfolios/7/", {}, 401),
        ("/api/nothing/", GOOD, 404),
        ("/nothing", {}, 404),
        ("/api/portfolios/7%2F/", GOOD, 400),
    ],
)
def test_it_reads_refusals_too(site: Site, path: str, token: dict[str, str], status: int) -> None:
    answer = requests.get(site.url + path, headers=PAGE | token, timeout=30)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]


def test_a_page_that_is_not_named_is_let_do_nothing(site: Site) -> None:
    for other in ("https://evil.example", "https://app.example.evil.example", "null"):
        page = {"Origin": other}
        preflight = requests.options(
            site.url + "/api/portfolios/7/", headers=page | ASKS, timeout=30
        )
        answer = requests.get(site.url + "/api/portfolios/7/", headers=page | GOOD, timeout=30)
        assert "Access-Control-Allow-Origin" not in preflight.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
