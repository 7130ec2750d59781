"""How the web page is served; what it does is in tests/dashboard."""

import gzip
import re
from typing import Final

import pytest
import requests

from gateway.portal.dashboard import FOLDER, VERSION
from tests.gateway.conftest import Site

MOST: Final = 150_000  # bytes of the whole page, as gzip sends it


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/holdings/", "/dashboard/assets/17/"])
def test_every_address_of_it_is_the_page_under_a_strict_policy(site: Site, path: str) -> None:
    answer = requests.get(site.url + path, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert site.reached() == []


def test_without_the_slash_it_is_found_too(site: Site) -> None:
    answer = requests.get(f"{site.url}/dashboard", timeout=30)
    assert [step.status_code for step in answer.history] == [308]
    assert answer.url == f"{site.url}/dashboard/"


def test_the_page_is_asked_for_again_and_unchanged_is_304(site: Site) -> None:
    first = requests.get(f"{site.url}/dashboard/", timeout=30)
    assert first.headers["Cache-Control"] == "no-cache"
    tagged = {"If-None-Match": first.headers["ETag"]}
    again = requests.get(f"{site.url}/dashboard/", headers=tagged, timeout=30)
    assert (again.status_code, again.content) == (304, b"")


def test_its_files_are_kept_for_ever_and_compressed(site: Site) -> None:
    page = requests.get(f"{site.url}/dashboard/", timeout=30).text
    paths = set(re.findall(r'"(/dashboard/files/[^"]+)"', page))
    assert f"/dashboard/files/{VERSION}/main.js" in paths
    for path in paths:
        answer = requests.get(site.url + path, headers={"Accept-Encoding": "gzip"}, timeout=30)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        is_large = len(answer.content) > 1024
        assert answer.headers.get("Content-Encoding") == ("gzip" if is_large else None), path


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/files/0123456789ab/main.js",
        f"/dashboard/files/{VERSION}/types/api.d.ts",
        f"/dashboard/files/{VERSION}/index.html",
        f"/dashboard/files/{VERSION}/../portal/app.py",
        "/dashboard/main.js",
    ],
)
def test_of_another_version_or_not_of_the_page_is_404(site: Site, path: str) -> None:
    assert requests.get(site.url + path, timeout=30).status_code == 404


def test_all_of_it_is_light() -> None:
    served = [path for path in FOLDER.rglob("*") if path.suffix in {".js", ".css", ".svg", ".html"}]
    weight = sum(len(gzip.compress(path.read_bytes(), 6)) for path in served)
    print(f"{weight} bytes")
    assert weight < MOST
