"""A hundred requests a second and bursts of 200 for each address."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.gateway.conftest import GOOD, Site


def _burst(site: Site, path: str, count: int) -> list[requests.Response]:
    with ThreadPoolExecutor(16) as threads:
        return list(
            threads.map(
                lambda _: requests.get(site.url + path, headers=GOOD, timeout=10), range(count)
            )
        )


def _ask(site: Site, address: str) -> int:
    """Ask the loopback entry point about a client, as the other one does."""
    url = f"http://127.0.0.1:{site.door.internal_port}/flood"
    return requests.get(url, headers={"X-Forwarded-For": address}, timeout=5).status_code


def test_a_flood_is_stopped_in_json_with_retry_after(site: Site) -> None:
    started = time.monotonic()
    answers = _burst(site, "/api/portfolios/", 600)
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
    assert requests.get(site.url + "/api/portfolios/", headers=GOOD, timeout=5).status_code == 200


def test_addresses_have_their_own_limit_and_ipv6_counts_by_64_bits(site: Site) -> None:
    with ThreadPoolExecutor(16) as threads:
        addresses = [f"2001:db8:0:1::{n:x}" for n in range(500)]
        statuses = list(threads.map(lambda address: _ask(site, address), addresses))
    assert 429 in statuses
    assert _ask(site, "2001:db8:0:2::1") == 200
    assert _ask(site, "192.0.2.1") == 200
