"""A hundred requests a second and bursts of 200 for each address."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest
import requests
from requests.adapters import HTTPAdapter

from shared.testing import ENOUGH, wait_until
from tests.gateway.conftest import GOOD, Site
from tests.gateway.flooding import ENOUGH_FOR_A_FLOOD, FLOOD, answered, flooding

CLIENTS = 16


def _asked(site: Site, path: str = "/api/portfolios/") -> requests.Response:
    return requests.get(site.url + path, headers=GOOD, timeout=ENOUGH)


def _refused(site: Site, path: str) -> requests.Response:
    """Ask in a flood of our own until it is refused; return the refusal."""
    refusals: list[requests.Response] = []

    def is_refused() -> bool:
        if (answer := _asked(site, path)).status_code == 429:
            refusals.append(answer)
        return bool(refusals)

    with flooding(site.door, "127.0.0.1"):
        wait_until(is_refused)
    return refusals[0]


def test_of_a_burst_no_more_than_that_reaches_anybody(site: Site) -> None:
    with requests.Session() as http, ThreadPoolExecutor(CLIENTS) as threads:
        http.mount("http://", HTTPAdapter(pool_maxsize=CLIENTS))

        def ask(_: int) -> int:
            url = site.url + "/api/portfolios/"
            return http.get(url, headers=GOOD, timeout=ENOUGH).status_code

        started = time.monotonic()
        counted = Counter(threads.map(ask, range(600)))
        allowed = 200 + 100 * (time.monotonic() - started)
    assert 200 <= counted[200] <= allowed * 1.05 + 5
    assert counted[429] == 600 - counted[200]
    assert len(site.services["portfolio"].seen) == counted[200]
    assert len(site.services["auth"].seen) == counted[200]


def test_a_flood_is_stopped_in_json_with_retry_after(site: Site) -> None:
    refused = _refused(site, "/api/portfolios/")
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.headers["Retry-After"] == "1"
    assert refused.json()["details"]["code"] == "rate_limited"
    assert refused.json()["details"]["request_id"] == refused.headers["X-Request-Id"]
    wait_until(lambda: _asked(site).status_code == 200)


@pytest.mark.parametrize("path", ["/api/health/", "/nothing"])
def test_a_refusal_does_not_name_the_program_that_wrote_it(site: Site, path: str) -> None:
    assert "Server" not in _refused(site, path).headers


def test_addresses_have_their_own_limit_and_ipv6_counts_by_64_bits(site: Site) -> None:
    neighbours = [f"2001:db8:0:1::{n:x}" for n in range(ENOUGH_FOR_A_FLOOD)]
    assert 429 in answered(site.door, neighbours)
    assert answered(site.door, ["2001:db8:0:2::1", "192.0.2.1"]) == [200, 200]


def test_paths_for_everybody_and_for_users_have_one_count(site: Site) -> None:
    authorize = "/internal/authorize?class=standard"
    flood = [FLOOD] * ENOUGH_FOR_A_FLOOD
    paths = [*flood, *[*flood[:50], authorize] * 10]
    statuses = answered(site.door, repeat("192.0.2.7"), paths)
    assert 429 in [
        status for status, path in zip(statuses, paths, strict=True) if path == authorize
    ]
    assert answered(site.door, ["192.0.2.8"], [authorize]) == [200]
