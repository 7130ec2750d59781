"""A hundred requests a second and bursts of 200 for each address."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.gateway.conftest import GOOD, Site

CLIENTS = 16


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """Return a client that keeps its connections: a flood is one on a busy machine, too."""
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=CLIENTS))
        yield session


def _burst(http: requests.Session, url: str, count: int) -> list[requests.Response]:
    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(lambda _: http.get(url, headers=GOOD, timeout=30), range(count)))


def _ask(http: requests.Session, site: Site, address: str, path: str = "/flood") -> int:
    """Ask the loopback entry point about a client, as the other one does."""
    url = f"http://127.0.0.1:{site.door.internal_port}{path}"
    headers = {**GOOD, "X-Forwarded-For": address}
    return http.get(url, headers=headers, timeout=30).status_code


def test_a_flood_is_stopped_in_json_with_retry_after(site: Site, http: requests.Session) -> None:
    started = time.monotonic()
    answers = _burst(http, site.url + "/api/portfolios/", 600)
    allowed = 200 + 100 * (time.monotonic() - started)
    counted = Counter(answer.status_code for answer in answers)
    assert set(counted) == {200, 429}
    assert 200 <= counted[200] <= allowed * 1.05 + 5
    assert len(site.services["portfolio"].seen) == counted[200]
    assert len(site.services["auth"].seen) == counted[200]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.headers["Retry-After"] == "1"
    assert refused.json()["details"]["code"] == "rate_limited"
    assert refused.json()["details"]["request_id"] == refused.headers["X-Request-Id"]
    time.sleep(1)
    assert requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=30).status_code == 200


@pytest.mark.parametrize("path", ["/api/health/", "/nothing"])
def test_a_refusal_does_not_name_the_program_that_wrote_it(
    site: Site, http: requests.Session, path: str
) -> None:
    refused = [it for it in _burst(http, site.url + path, 600) if it.status_code == 429]
    assert refused
    assert {it.headers.get("Server") for it in refused} == {None}


def test_addresses_have_their_own_limit_and_ipv6_counts_by_64_bits(
    site: Site, http: requests.Session
) -> None:
    with ThreadPoolExecutor(CLIENTS) as threads:
        addresses = [f"2001:db8:0:1::{n:x}" for n in range(500)]
        statuses = list(threads.map(lambda address: _ask(http, site, address), addresses))
    assert 429 in statuses
    assert _ask(http, site, "2001:db8:0:2::1") == 200
    assert _ask(http, site, "192.0.2.1") == 200


def test_paths_for_everybody_and_for_users_have_one_count(
    site: Site, http: requests.Session
) -> None:
    authorize = "/internal/authorize?class=standard"
    with ThreadPoolExecutor(CLIENTS) as threads:
        flood = list(threads.map(lambda _: _ask(http, site, "192.0.2.7"), range(500)))
        asked = list(threads.map(lambda _: _ask(http, site, "192.0.2.7", authorize), range(50)))
    assert 429 in flood
    assert 429 in asked
    assert _ask(http, site, "192.0.2.8", authorize) == 200
