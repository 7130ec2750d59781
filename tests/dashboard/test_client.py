"""The page's client of the API, called from a page as its pages call it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from gateway.portal.dashboard import VERSION
from tests.dashboard.conftest import PASSWORD, OpenPage, log_in
from tests.e2e.conftest import Product


@pytest.fixture
def client(open_page: OpenPage, name: str) -> Page:
    """Return the page of that user."""
    page = open_page(refusals=["ERR_CONNECTION_RESET", "status of 422"])
    log_in(page, name, PASSWORD)
    return page


def run(page: Page, script: str) -> Any:
    """Run a script that has `api`; return what it does."""
    module = f"/dashboard/files/{VERSION}/api.js"
    return page.evaluate(f"async () => {{ const api = await import('{module}'); {script} }}")


def test_a_post_whose_answer_is_lost_is_done_once(
    client: Page, product: Product, name: str
) -> None:
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort("connectionreset")

    client.route("**/api/portfolios/", lose, times=2)
    body = "{body: {name: 'Once', currency: 'EUR'}}"
    assert run(client, f"return (await api.post('/api/portfolios/', {body})).name") == "Once"
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert product.client(name, PASSWORD).get("/api/portfolios/").json()["count"] == 1


def test_an_answer_is_kept_and_after_a_change_asked_for_by_its_tag(client: Page) -> None:
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    client.on("request", note)
    names = run(
        client,
        """
        const {id} = await api.post("/api/portfolios/", {body: {name: "First", currency: "EUR"}});
        const path = "/api/portfolios/{portfolio_id}/", call = {path: {portfolio_id: id}};
        const names = [(await api.get(path, call)).name, (await api.get(path, call)).name];
        const ifMatch = api.etagOf(path, call);
        await api.patch(path, {...call, ifMatch, body: {name: "Second"}});
        return [...names, (await api.get(path, call)).name];
        """,
    )
    assert names == ["First", "First", "Second"]
    # The page, which shows portfolios too, loads its own anew.
    gets = [one for one in asked if one.method == "GET"]
    of_one = [one.all_headers() for one in gets if re.search(r"/api/portfolios/\d+/$", one.url)]
    assert ["if-none-match" in headers for headers in of_one] == [False, True]


def test_a_job_is_followed_to_its_result(client: Page) -> None:
    result, progress = run(
        client,
        """
        const {id} = await api.post("/api/portfolios/", {body: {name: "Long", currency: "EUR"}});
        const rows = Array.from({length: 2500}, (_, n) => `2021-01-04,DEPOSIT,1,row-${n}`);
        const content = ["date,transaction_type,amount,external_id", ...rows].join("\\n");
        const progress = [];
        const query = {portfolio_id: id}, file = {content, type: "text/csv"};
        const onProgress = (part) => progress.push(part);
        const result = await api.post("/api/transactions/import/", {query, file, onProgress});
        return [result, progress];
        """,
    )
    assert result["created"] == 2500
    assert progress[-1] == 1


def test_a_refusal_says_which_field_and_why(client: Page) -> None:
    refused = run(
        client,
        """
        try {
          await api.post("/api/portfolios/", {body: {name: "", currency: "EUR"}});
        } catch (error) {
          return {status: error.status, code: error.code, fields: Object.keys(error.fields)};
        }
        """,
    )
    assert refused == {"status": 422, "code": "validation_error", "fields": ["name"]}


def test_decimals_are_exact(open_page: OpenPage) -> None:
    calls = {
        "sum(['0.1', '0.2', '-1000000000000.00000001'])": "-999999999999.70000001",
        "difference('345196.62', '348915.29')": "-3718.67",
        "product('85869.01', '1.0666')": "91587.886066",
        "percentageOf('1', '3')": "33.3333333333333333",
        "percentageOf('1', '0')": None,
        "compare('-0.5', '-0.49')": -1,
    }
    page = open_page()
    assert {call: imported(page, "decimal.js", call) for call in calls} == calls


def test_a_range_begins_with_the_close_of_its_base(open_page: OpenPage) -> None:
    calls = {
        "baseOf('1M', '2024-03-31')": "2024-02-29",
        "baseOf('3M', '2023-05-31')": "2023-02-28",
        "baseOf('YTD', '2024-03-31')": "2023-12-31",
        "baseOf('1Y', '2024-02-29')": "2023-02-28",
        "baseOf('max', '2024-03-31')": "",
    }
    page = open_page()
    assert {call: imported(page, "curve.js", call) for call in calls} == calls


def imported(page: Page, module: str, call: str) -> Any:
    """Return what a function of a module answers."""
    address = f"/dashboard/files/{VERSION}/{module}"
    return page.evaluate(f"async () => (await import('{address}')).{call}")
