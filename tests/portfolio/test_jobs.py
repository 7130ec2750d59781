"""Long imports and bulks are jobs, which answer what the direct call would; one list has all."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.portfolio.lanes import IMPORTING
from shared.jobs import Runner
from shared.testing import Stand
from tests.portfolio.build import User, answered
from tests.portfolio.filing import HEADER, listed, send
from tests.portfolio.owning import Assets

BULK = "/api/transactions/bulk/"
IMPORT = "/api/transactions/import/"


@pytest.fixture
def stand(knowing_nothing: Stand, assets: Assets) -> Stand:
    assets.make("AAPL")
    return knowing_nothing


def work(stand: Stand) -> None:
    Runner(stand.app, IMPORTING.name).run_once()


def job(user: User, answer: TestResponse) -> dict[str, Any]:
    """Return the job that was accepted."""
    assert answer.status_code == 202, answer.text
    return user.get(answer.headers["Location"])


def a_file(rows: int, *more: str) -> str:
    lines = [f"2024-01-02,BUY,AAPL,1,5,,{number}" for number in range(rows)]
    return HEADER + "\n".join([*lines, *more]) + "\n"


def rows(portfolio: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            "portfolio": portfolio,
            "transaction_type": "DEPOSIT",
            "date": "2024-01-02",
            "amount": "1",
            "notes": '[{ "are no rows',
        }
    ] * count


def test_a_file_of_two_thousand_rows_is_recorded_at_once_and_a_longer_one_is_a_job(
    stand: Stand, ann: User
) -> None:
    portfolio = ann.portfolio()
    assert answered(send(ann, portfolio, a_file(2000)), 200)["created"] == 2000
    accepted = send(ann, portfolio, a_file(2001))
    assert job(ann, accepted)["kind"] == "import_transactions"
    work(stand)
    done = job(ann, accepted)
    result = done["result"]
    assert (done["status"], result["created"], result["skipped"]) == ("done", 1, 2000)
    assert len(listed(ann, f"import_id={result['import_id']}")) == 1


def test_a_preview_may_be_a_job_and_makes_nothing(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    accepted = send(ann, portfolio, a_file(2001), dry_run="true")
    work(stand)
    assert job(ann, accepted)["result"]["created"] == 2001
    assert ann.get("/api/transactions/")["count"] == 0


def test_a_refused_file_names_its_rows_as_the_direct_call_does(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    accepted = send(ann, portfolio, a_file(2001, "2024-01-02,SELL,AAPL,3000,5,,x"))
    work(stand)
    failed = job(ann, accepted)
    assert (failed["status"], failed["result"]) == ("failed", None)
    details = failed["error"]["details"]
    assert (details["code"], list(details["fields"]["rows"])) == ("validation_error", ["2003"])
    assert ann.get("/api/transactions/")["count"] == 0


def test_an_export_of_another_program_is_counted_by_its_activities(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    activity = {
        "accountId": None,
        "comment": None,
        "currency": "USD",
        "dataSource": "YAHOO",
        "date": "2024-01-02T00:00:00.000Z",
        "fee": 0,
        "quantity": 1,
        "symbol": "AAPL",
        "type": "BUY",
        "unitPrice": 5,
        "tags": [{"id": "{["}],
    }
    for count, status in ((1, 200), (2001, 202)):
        text = json.dumps({"meta": {"version": "1"}, "activities": [activity] * count})
        answer = send(
            ann, portfolio, text, format="ghostfolio", content_type="application/json", dry_run=True
        )
        assert answer.status_code == status, answer.text


def test_what_is_wrong_with_the_request_is_refused_at_once(
    stand: Stand, ann: User, bob: User
) -> None:
    portfolio, text = ann.portfolio(), a_file(2001)
    assert send(bob, portfolio, text).status_code == 404
    assert send(ann, portfolio, text, format="nonsense").status_code == 400
    assert send(ann, portfolio, text, format="ghostfolio").status_code == 415
    assert send(ann, portfolio, text, content_type="application/json").status_code == 415


def test_a_bulk_of_two_thousand_rows_is_recorded_at_once_and_a_longer_one_is_a_job(
    stand: Stand, ann: User
) -> None:
    portfolio = ann.portfolio()
    assert ann.client.post(BULK, json={"transactions": rows(portfolio, 2000)}).status_code == 201
    body = {"transactions": [*rows(portfolio, 2000), {"portfolio": portfolio}], "atomic": False}
    key = {"Idempotency-Key": "bulk"}
    assert ann.client.post(BULK, json=body, headers=key).status_code == 202
    work(stand)
    answer = answered(ann.client.post(BULK, json=body, headers=key), 207)
    assert (answer["created"], answer["failed"]) == (2000, 1)
    assert answer["results"][-1]["error"]["fields"].keys() == {"transaction_type", "date"}
    assert ann.totals(portfolio)["cash_balance"] == "4000.00"


def test_a_bulk_of_too_many_rows_is_refused_at_once(stand: Stand, ann: User) -> None:
    many = {"transactions": rows(ann.portfolio(), 10_001)}
    assert ann.client.post(BULK, json=many).status_code == 422


def test_the_list_has_the_jobs_of_all_services(stand: Stand, ann: User, assets: Assets) -> None:
    portfolio, of_assets = ann.portfolio(), assets.stand.client(user=1)
    send(ann, portfolio, a_file(2001))
    new = [{"symbol": f"S{number}", "name": "x", "asset_type": "STOCK"} for number in range(2001)]
    assert of_assets.post("/api/assets/bulk/", json={"assets": new}).status_code == 202
    work(stand)
    send(ann, portfolio, a_file(2001))
    page = ann.get("/api/jobs/?ordering=created")
    assert {each["id"] for each in page["results"]} == {"portfolio-1", "portfolio-2", "assets-1"}
    assert page["count"] == 3
    [done] = ann.get("/api/jobs/?status=done")["results"]
    assert (done["id"], done["result"]["created"]) == ("portfolio-1", 2001)
    assert done == ann.get("/api/jobs/portfolio-1/")
    assert ann.get("/api/jobs/?status=queued&page_size=1")["count"] == 2
    assert ann.get("/api/jobs/?search=ASSETS")["results"][0]["kind"] == "create_assets"
    table = ann.client.get("/api/jobs/", headers={"Accept": "text/csv"}).text.splitlines()
    assert table[0] == "id,kind,status,progress,result,error,created,started,finished"
    assert len(table) == 4
    assert ann.client.get("/api/jobs/?status=over").status_code == 400
    assert User(stand.client(user=2)).get("/api/jobs/")["count"] == 0


def test_an_answer_that_is_long_stands_in_the_job_and_not_in_the_list(
    stand: Stand, ann: User
) -> None:
    accepted = ann.client.post(BULK, json={"transactions": rows(ann.portfolio(), 2001)})
    work(stand)
    assert job(ann, accepted)["result"]["created"] == 2001
    assert ann.get("/api/jobs/")["results"][0]["result"] is None


def test_the_list_needs_all_who_have_jobs(migrated: Stand) -> None:
    migrated.empty()
    assert migrated.client().get("/api/jobs/").status_code == 503
