"""Long bulks of assets and prices are jobs."""

from datetime import date, timedelta
from typing import Any

from werkzeug.test import TestResponse

from services.assets.lanes import IMPORTING
from shared.events import Event
from shared.jobs import Runner
from shared.testing import Stand
from tests.assets.build import APPLE, Assets, body
from tests.assets.telling import Told

BULK = "assets/1/price_history/bulk/"


def work(stand: Stand) -> None:
    Runner(stand.app, IMPORTING.name).run_once()


def job(user: Assets, answer: TestResponse) -> dict[str, Any]:
    """Return the job that was accepted."""
    assert answer.status_code == 202, answer.json
    return dict(body(user.client.get(answer.headers["Location"])))


def closes(count: int) -> list[tuple[str, str]]:
    first = date(1990, 1, 1)
    return [((first + timedelta(days=number)).isoformat(), "5") for number in range(count)]


def as_csv(rows: list[tuple[str, str]]) -> str:
    return "date,close\n" + "\n".join(map(",".join, rows)) + "\n"


def send_csv(user: Assets, text: str) -> TestResponse:
    return user.client.post(f"/api/{BULK}", data=text, content_type="text/csv")


def test_more_than_ten_thousand_prices_are_a_job(stand: Stand, ann: Assets) -> None:
    ann.make()
    many = closes(10_001)
    assert send_csv(ann, as_csv(many[:10_000])).status_code == 200
    rows = [{"date": day, "close": close} for day, close in many]
    for answer, is_file in (
        (send_csv(ann, as_csv(many)), True),
        (ann.post(BULK, {"prices": rows}), False),
    ):
        work(stand)
        done = job(ann, answer)
        assert (done["kind"], done["status"]) == ("import_prices", "done")
        assert isinstance(done["result"].pop("import_id"), int) is is_file
        assert done["result"] == {
            "asset": 1,
            "count": 10_001,
            "first_date": "1990-01-01",
            "last_date": "2017-05-19",  # 10,000 days later
            "warnings": [],
        }


def test_what_is_wrong_with_a_file_of_prices_is_said_by_its_job(stand: Stand, ann: Assets) -> None:
    ann.make()
    answer = send_csv(ann, as_csv(closes(10_001)).replace("close", "closed", 1))
    work(stand)
    failed = job(ann, answer)
    assert (failed["status"], failed["error"]["details"]["code"]) == ("failed", "validation_error")


def test_prices_of_an_asset_that_is_not_ones_own_are_refused_at_once(
    ann: Assets, bob: Assets
) -> None:
    ann.make()
    assert send_csv(bob, as_csv(closes(10_001))).status_code == 404


def test_more_than_two_thousand_assets_are_a_job(stand: Stand, ann: Assets) -> None:
    rows = [APPLE | {"symbol": f"S{number}"} for number in range(2001)]
    assert ann.post("assets/bulk/", {"assets": rows[:2000]}).status_code == 201
    answer = ann.post("assets/bulk/", {"assets": rows, "atomic": False})
    work(stand)
    done = job(ann, answer)
    assert (done["kind"], done["result"]["created"], done["result"]["failed"]) == (
        "create_assets",
        1,
        2000,
    )


def test_an_administrators_job_makes_public_assets(stand: Stand, admin: Assets) -> None:
    admin.post("assets/bulk/", {"assets": [APPLE]}, Prefer="respond-async")
    work(stand)
    assert admin.found("assets/")[0]["visibility"] == "PUBLIC"


def test_the_jobs_of_a_user_who_is_gone_are_forgotten(stand: Stand, ann: Assets) -> None:
    answer = ann.post("assets/bulk/", {"assets": [APPLE]}, Prefer="respond-async")
    Told(stand).event(
        Event.now("auth", "user-deleted", "users/1", 1, {"user": 1, "username": "ann"})
    )
    work(stand)
    assert ann.client.get(answer.headers["Location"]).status_code == 404
    assert ann.found("assets/") == []
