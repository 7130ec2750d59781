import re

import pytest
import requests

from gateway.routes import Route, load_routes
from tests.gateway.conftest import GOOD, Site

SERVED = [route for route in load_routes() if route.service != "portal"]


@pytest.mark.parametrize("route", SERVED, ids=lambda route: str(route.path))
def test_each_route_reaches_its_service(site: Site, route: Route) -> None:
    path = re.sub(r"\{\w+\}", "7", route.path)
    for method in route.methods:
        requests.request(method, site.url + path, headers=GOOD, timeout=30)
    assert site.reached() == [f"{route.service} {method} {path}" for method in route.methods]


def test_v1_is_the_same_api(site: Site) -> None:
    requests.get(site.url + "/api/v1/portfolios/7/?page=2", headers=GOOD, timeout=30)
    requests.post(site.url + "/api/v1/auth-token/", json={}, timeout=30)
    assert site.reached() == [
        "auth POST /api/auth-token/",
        "portfolio GET /api/portfolios/7/?page=2",
    ]


@pytest.mark.parametrize(
    "forged", [{}, {"X-Replaced-Path": "/api/v1/x/"}, {"X_Replaced_Path": "/"}]
)
def test_a_service_learns_from_the_gateway_alone_that_v1_was_asked(
    site: Site, forged: dict[str, str]
) -> None:
    for path in ("/api/v1/portfolios/7/", "/api/portfolios/7/"):
        requests.get(site.url + path, headers=GOOD | forged, timeout=30)
    written = [seen.all("X-Replaced-Path") for seen in site.services["portfolio"].seen]
    assert written == [["/api/v1/portfolios/7/"], []]


def test_a_redirect_stays_below_the_prefix_that_was_asked(site: Site) -> None:
    for path in ("/api/v1/health", "/api/health"):
        answer = requests.get(f"{site.url}{path}?x=1", allow_redirects=False, timeout=30)
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"{site.url}{path}/?x=1"


def test_a_path_without_its_last_slash_reaches_the_service_that_redirects(site: Site) -> None:
    requests.get(site.url + "/api/portfolios?page=2", headers=GOOD, timeout=30)
    requests.post(site.url + "/api/auth-token", json={}, timeout=30)
    assert site.reached() == ["auth POST /api/auth-token", "portfolio GET /api/portfolios?page=2"]


def test_words_go_before_parameters(site: Site) -> None:
    requests.get(site.url + "/api/assets/7/performance_metrics/", headers=GOOD, timeout=30)
    requests.get(site.url + "/api/assets/search/?q=apple", headers=GOOD, timeout=30)
    assert site.reached() == [
        "assets GET /api/assets/search/?q=apple",
        "analytics GET /api/assets/7/performance_metrics/",
    ]


def test_a_job_is_asked_for_at_the_service_that_its_id_names(site: Site) -> None:
    for path in ("", "portfolio-7/", "assets-7/", "7/", "nothing-7/"):
        requests.get(f"{site.url}/api/v1/jobs/{path}", headers=GOOD, timeout=30)
    assert site.reached() == [
        "portfolio GET /api/jobs/",
        "portfolio GET /api/jobs/portfolio-7/",
        "assets GET /api/jobs/assets-7/",
        "assets GET /api/jobs/7/",
        "assets GET /api/jobs/nothing-7/",
    ]


def test_another_method_reaches_the_service_too_which_answers_405(site: Site) -> None:
    requests.get(site.url + "/api/auth-token/", timeout=30)
    requests.delete(site.url + "/api/portfolios/", headers=GOOD, timeout=30)
    assert site.reached() == ["auth GET /api/auth-token/", "portfolio DELETE /api/portfolios/"]


def test_the_query_arrives_as_it_was_sent(site: Site) -> None:
    query = "targets=STOCK:60,BOND:40&search=a%2Fb%20c&mapping=%7B%22VWRL%22%3A17%7D"
    requests.get(f"{site.url}/api/portfolios/?{query}", headers=GOOD, timeout=30)
    assert site.reached() == [f"portfolio GET /api/portfolios/?{query}"]


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/portfolios/7/nothing/", "/api/a.b/"])
def test_an_unknown_path_of_the_api_is_401_without_and_404_with_a_token(
    site: Site, path: str
) -> None:
    assert requests.get(site.url + path, timeout=30).status_code == 401
    answer = requests.post(site.url + path, json={}, headers=GOOD, timeout=30)
    assert answer.status_code == 404
    assert answer.json()["details"]["code"] == "not_found"
    assert site.reached() == []


@pytest.mark.parametrize("path", ["/nothing", "/apis/", "/API/portfolios/", "/favicon.ico"])
def test_elsewhere_is_404_in_json_and_needs_no_token(site: Site, path: str) -> None:
    answer = requests.get(site.url + path, timeout=30)
    assert answer.status_code == 404
    assert answer.json()["error"] == "Not Found"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["API-Version"] == "1.0"
    assert answer.headers["X-Request-Id"] == answer.json()["details"]["request_id"]
    assert "Server" not in answer.headers


def test_the_front_door_tells_a_program_where_the_api_is(site: Site) -> None:
    for accept in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        answer = requests.get(site.url, headers=accept, allow_redirects=False, timeout=30)
        assert answer.status_code == 200
        assert answer.json() == {
            "docs": "/api/docs/",
            "schema": "/api/schema/",
            "health": "/api/health/",
            "dashboard": "/dashboard/",
        }
    assert "Accept" in answer.headers["Vary"]


def test_the_front_door_leads_a_browser_to_the_web_page(site: Site) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    answer = requests.get(site.url, headers=browser, timeout=30)
    assert [step.status_code for step in answer.history] == [303]
    assert answer.url == f"{site.url}/dashboard/"
    assert "/main.js" in answer.text


def test_without_being_asked_to_no_page_of_another_origin_may_call(site: Site) -> None:
    page = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    preflight = requests.options(f"{site.url}/api/portfolios/", headers=page, timeout=30)
    assert preflight.status_code == 401
    answer = requests.get(f"{site.url}/api/portfolios/", headers=GOOD | page, timeout=30)
    for headers in (preflight.headers, answer.headers):
        assert not [name for name in headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/", "/api/schema/"),
        ("/api/health/", "services"),
        ("/api/schema/", "openapi"),
        ("/api/v1/schema/", "openapi"),
        ("/api/events/", "asyncapi"),
        ("/api/v1/events/", "asyncapi"),
        ("/api/docs/", "swagger-ui.css"),
        ("/api/docs/setup.js", "SwaggerUIBundle"),
        ("/api/docs/swagger-ui.css", "swagger-ui"),
    ],
)
def test_the_portal_is_public(site: Site, path: str, text: str) -> None:
    answer = requests.get(site.url + path, timeout=30)
    assert answer.status_code == 200
    assert text in answer.text
