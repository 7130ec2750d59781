"""Proxies before the gateway: what trusted ones say of a client is believed, and nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from gateway.__main__ import main
from shared.http.proxies import client_of
from shared.settings import parse_networks
from shared.testing import wait_until
from tests.gateway.backends import Seen
from tests.gateway.conftest import GOOD, Site, standing_site
from tests.gateway.flooding import ENOUGH_FOR_A_FLOOD, answered

# Loopback has many addresses, so that one may come from any of them.
NEAR, FAR, STRANGER = "127.0.0.2", "10.9.0.1", "127.0.0.3"
TRUSTED = f"{NEAR},10.9.0.0/16,2001:db8:ff::/48,::1"
FORGED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "api.example",
    "X-Forwarded-Method": "DELETE",
    "X-Forwarded-Uri": "/evil",
    "X-Identity": "forged",
    "Forwarded": "for=6.6.6.6",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    trusting = f"--trusted-proxies={TRUSTED}"
    with standing_site(tmp_path_factory.mktemp("traefik"), trusting) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    running.forget()
    return running


class _From(HTTPAdapter):
    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        super().init_poolmanager(*sizes, **more, source_address=(self._address, 0))


def ask(site: Site, address: str, path: str = "/api/portfolios/", **headers: str) -> int:
    """Ask from an address; return the status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with requests.Session() as http:
        http.mount("http://", _From(address))
        return http.get(site.url + path, headers={**GOOD, **named}, timeout=30).status_code


def seen(site: Site) -> tuple[Seen, Seen]:
    """Return what auth was asked, and what the service got then."""
    return site.services["auth"].seen[-1], site.services["portfolio"].seen[-1]


def client(request: Seen) -> str:
    """Return who it was, as a service finds it."""
    [forwarded_for] = request.all("X-Forwarded-For")
    return client_of(forwarded_for, parse_networks(TRUSTED))


def test_a_stranger_is_who_it_is_whatever_it_says(site: Site) -> None:
    assert ask(site, STRANGER, **FORGED) == 200
    for request in seen(site):
        assert request.all("X-Forwarded-For") == [STRANGER]
    _, got = seen(site)
    assert got.all("X-Forwarded-Proto") == ["http"]
    assert got.all("X-Forwarded-Host") == [site.url.removeprefix("http://")]


def test_a_trusted_proxy_says_who_the_client_is_and_how_it_came(site: Site) -> None:
    assert ask(site, NEAR, **FORGED) == 200
    asked, got = seen(site)
    assert client(asked) == client(got) == "203.0.113.7"
    assert (got.all("X-Forwarded-Proto"), got.all("X-Forwarded-Host")) == (
        ["https"],
        ["api.example"],
    )
    # And nothing else: not who the user is, and not what is asked.
    assert asked.all("X-Forwarded-Method") == ["GET"]
    assert asked.all("X-Forwarded-Uri") == ["/api/portfolios/"]
    assert got.all("X-Identity") == ["signed-by-auth:standard"]
    assert got.all("Forwarded") == []


@pytest.mark.parametrize(
    ("forwarded_for", "expected"),
    [
        (f"203.0.113.7, {FAR}", "203.0.113.7"),
        (f"6.6.6.6, 203.0.113.7, {FAR}", "203.0.113.7"),
        ("2001:db8:1::7, 2001:db8:ff::1", "2001:db8:1::7"),
        (f"{FAR}, 2001:db8:1::7", "2001:db8:1::7"),
        ("no address", "no address"),
        (f"{FAR}, {FAR}", FAR),
        ("", NEAR),
    ],
)
def test_behind_several_proxies_the_client_is_the_last_stranger(
    site: Site, forwarded_for: str, expected: str
) -> None:
    assert ask(site, NEAR, X_Forwarded_For=forwarded_for) == 200
    asked, got = seen(site)
    assert client(asked) == client(got) == expected


@pytest.mark.parametrize(
    ("flooding", "hops", "other"),
    [
        ("198.51.100.1", "", "198.51.100.2"),
        ("198.51.100.3", f", {FAR}", "198.51.100.4"),
        ("2001:db8:1::1", ", 2001:db8:ff::1", "2001:db8:2::1"),
    ],
)
def test_each_client_behind_a_proxy_has_a_count_of_its_own_whatever_it_forges(
    site: Site, flooding: str, hops: str, other: str
) -> None:
    def told(number: int, address: str) -> str:
        return f"6.6.6.{number % 250}, {address}{hops}, {NEAR}"

    flood = [told(number, flooding) for number in range(ENOUGH_FOR_A_FLOOD)]
    assert 429 in answered(site.door, flood)
    assert answered(site.door, [told(0, other)]) == [200]


def test_a_proxy_may_have_an_address_of_ipv6(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ipv6")
    with standing_site(folder, f"--trusted-proxies={TRUSTED}", host="::1") as site:
        assert ask(site, "::1", **FORGED) == 200
        asked, got = seen(site)
        assert client(asked) == client(got) == "203.0.113.7"
        assert got.all("X-Forwarded-Proto") == ["https"]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_where_the_gateway_has_the_certificate_a_service_hears_of_https(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with standing_site(tmp_path_factory.mktemp("tls"), scheme="https") as site:
        url = f"{site.url}/api/portfolios/"

        def answers() -> bool:
            forged = {**GOOD, "X-Forwarded-Proto": "http"}
            return requests.get(url, headers=forged, timeout=30, verify=False).status_code == 200

        wait_until(answers)
        _, got = seen(site)
        assert got.all("X-Forwarded-Proto") == ["https"]
        assert got.all("X-Forwarded-Host") == [url.split("/")[2]]


def test_what_is_no_network_is_refused(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"--out={tmp_path_factory.mktemp('refused')}"
    assert main(["render", out, "--trusted-proxies=10.0.0.1/8"]) == 1
    assert "'10.0.0.1/8' is no network" in capsys.readouterr().err
