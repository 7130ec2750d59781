"""A long import through the real gateway: a job, done once whatever dies meanwhile."""

import uuid

import pytest
import requests

from shared.testing import wait_until
from tests.e2e.conftest import Client, Product
from tests.e2e.test_main_job import make_house

ROWS = 2001


@pytest.fixture
def client(product: Product) -> Client:
    return product.client()


def send(client: Client, portfolio: int, symbol: str, **headers: str) -> requests.Response:
    """Send a file of many purchases of an asset."""
    lines = [f"2022-02-01,BUY,{symbol},1,5,row-{number}" for number in range(ROWS)]
    text = "\n".join(["date,transaction_type,symbol,quantity,price,external_id", *lines])
    return requests.post(
        f"{client.url}/api/transactions/import/?portfolio_id={portfolio}",
        data=text,
        headers={
            "Content-Type": "text/csv",
            "Authorization": f"Token {client.token}",
            **headers,
        },
        timeout=40,
    )


def symbol() -> str:
    return f"J{uuid.uuid4().hex[:10].upper()}"


def test_a_long_import_is_a_job_that_the_list_has_too(client: Client) -> None:
    name = symbol()
    _, portfolio = make_house(client, name, "100")
    answer = send(client, portfolio, name)
    job = answer.json()["job"]
    assert (answer.status_code, job["status"]) == (202, "queued")
    assert answer.headers["Location"] == f"/api/jobs/{job['id']}/"

    def done() -> bool:
        listed = client.get("/api/v1/jobs/", status="done").json()["results"]
        return job["id"] in [each["id"] for each in listed]

    wait_until(done)
    result = client.get(answer.headers["Location"]).json()["result"]
    assert (result["created"], result["skipped"]) == (ROWS, 0)


def test_a_refresh_may_be_a_job_of_assets(client: Client) -> None:
    """The installation has no data source, which is said by the job as by the direct call."""
    asset, _ = make_house(client, symbol(), "100")
    url = f"{client.url}/api/assets/{asset}/refresh_data/"
    headers = {"Authorization": f"Token {client.token}", "Prefer": "respond-async, wait=25"}
    answer = requests.post(url, headers=headers, timeout=40)
    if answer.status_code == 202:  # somebody else waits
        path = answer.headers["Location"]
        wait_until(lambda: client.get(path).json()["status"] == "failed")
    else:
        assert answer.status_code == 409
        assert "no data source" in answer.json()["details"]["message"]
        assert answer.headers["Preference-Applied"] == "respond-async, wait=25"


@pytest.mark.parametrize("victim", ["shared.jobs.process", "services.portfolio.worker"])
def test_a_job_whose_process_is_killed_is_done_once(
    product: Product, client: Client, victim: str
) -> None:
    name = symbol()
    _, portfolio = make_house(client, name, "100")
    path = send(client, portfolio, name, **{"Idempotency-Key": name}).headers["Location"]
    wait_until(lambda: client.get(path).json()["status"] != "queued")
    for process in product.alive(victim)[:1]:
        process.kill()

    def answered() -> requests.Response | None:
        try:
            again = send(client, portfolio, name, **{"Idempotency-Key": name})
        except requests.RequestException:
            return None
        return again if again.status_code == 200 else None

    assert wait_until(answered).json()["created"] == ROWS
    rows = client.get("/api/transactions/", portfolio_id=portfolio, page_size=1).json()
    assert rows["count"] == ROWS + 1  # and the position that it began with
