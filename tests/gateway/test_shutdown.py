"""A gateway that is told to stop finishes what it has begun."""

from concurrent.futures import ThreadPoolExecutor

import requests

from shared.testing import ENOUGH, wait_until
from tests.gateway.backends import Answer
from tests.gateway.conftest import GOOD, Site


def test_requests_in_flight_are_answered_and_then_it_ends(site: Site) -> None:
    with site.services["portfolio"].answering(Answer(delay=1)), ThreadPoolExecutor(4) as threads:
        url = site.url + "/api/portfolios/"
        answers = [threads.submit(requests.get, url, headers=GOOD, timeout=30) for _ in range(4)]
        wait_until(lambda: len(site.reached()) == 4)
        site.door.process.terminate()
        assert [answer.result().status_code for answer in answers] == [200] * 4
        site.door.process.wait(ENOUGH)
