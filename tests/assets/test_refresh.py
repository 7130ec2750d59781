"""Prices from a data source: what is recorded, what never is, and what takes longer."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import text

from services.assets import commands
from services.assets.app import create_app
from services.assets.domain.access import Actor
from services.assets.domain.feeds import DataSourceError, Delivery
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from services.assets.lanes import REFRESHING
from services.assets.models import Job
from shared.http import jobs
from shared.jobs import Runner
from shared.testing import ENOUGH, Stand, wait_until
from tests.assets.build import Assets, body
from tests.assets.feed import Feed, listening
from tests.assets.telling import Told
from tests.conftest import MakeStand


@pytest.fixture(scope="module")
def listener() -> Iterator[Feed]:
    with listening() as feed:
        yield feed


@pytest.fixture(scope="module")
def fed(make_stand: MakeStand, listener: Feed) -> Stand:
    """Return assets that asks the feed and waits a second for it."""
    return make_stand("assets", create_app, DATA_SOURCE=listener.template, DATA_SOURCE_SECONDS="1")


@pytest.fixture
def feed(listener: Feed) -> Feed:
    listener.start_anew()
    return listener


@pytest.fixture
def ann(fed: Stand, feed: Feed) -> Assets:
    """Return a user whose asset 1 is fed."""
    fed.empty()
    user = Assets(fed.client(user=1))
    user.make()
    return user


def refresh(user: Assets) -> Any:
    return user.post("assets/1/refresh_data/")


def closes(user: Assets) -> list[tuple[str, str]]:
    records = user.found("assets/1/price_history/", ordering="date")
    return [(record["date"], record["close"]) for record in records]


def work(fed: Stand) -> None:
    """Do the jobs that wait, as a runner does."""
    Runner(fed.app, REFRESHING).run_once()


def later(user: Assets) -> str:
    """Ask for a refresh that nobody waits for; return the id of its job."""
    answer = user.post("assets/1/refresh_data/", Prefer="respond-async")
    assert answer.status_code == 202, answer.json
    return str(body(answer)["job"]["id"])


def test_a_refresh_answers_the_asset_with_its_new_price(ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-18,173", "2024-01-19,175.5")
    answer = refresh(ann)
    assert answer.status_code == 200
    assert (body(answer)["current_price"], body(answer)["previous_close"]) == ("175.50", "173.00")
    assert ann.found("assets/1/price_history/")[0]["source"] == "web"


def test_a_symbol_is_only_ever_a_part_of_the_address(ann: Assets, feed: Feed) -> None:
    ann.client.patch("/api/assets/1/", json={"symbol": "A/../B&C=D"})
    feed.says("2024-01-18,173")
    refresh(ann)
    assert feed.asked == ["/prices/A%2F..%2FB%26C%3DD.csv"]


def test_a_refresh_corrects_the_days_before_and_reaches_back_a_week(
    ann: Assets, feed: Feed
) -> None:
    feed.says("2024-01-02,170", "2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    feed.says("2024-01-02,999", "2024-01-19,175.5", "2024-01-22,176")
    refresh(ann)
    assert closes(ann) == [
        ("2024-01-02", "170.00"),  # more than seven days before the newest: not asked for
        ("2024-01-18", "173.00"),
        ("2024-01-19", "175.50"),
        ("2024-01-22", "176.00"),
    ]


def test_what_people_recorded_stays(ann: Assets, feed: Feed) -> None:
    ann.price(1, "100", date="2024-01-18")
    feed.says("2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    assert closes(ann) == [("2024-01-18", "100.00"), ("2024-01-19", "175.00")]


def test_the_prices_of_trades_are_replaced_and_say_nothing_of_the_market(
    fed: Stand, ann: Assets, feed: Feed
) -> None:
    ledger = Told(fed).ledger()
    # A bond in percent, say: no source would be believed beside it, nor asked for what was before.
    ledger.buy(1, 1, "2024-01-18", "1.73")
    ledger.buy(2, 1, "2024-01-20", "1.74")
    feed.says("2023-12-29,170", "2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    records = ann.found("assets/1/price_history/", ordering="date")
    assert [(record["date"], record["close"], record["source"]) for record in records] == [
        ("2023-12-29", "170.00", "web"),
        ("2024-01-18", "173.00", "web"),
        ("2024-01-19", "175.00", "web"),
        ("2024-01-20", "1.74", "trade"),
    ]


def test_a_refresh_is_told_once_and_not_at_all_when_nothing_is_new(
    fed: Stand, ann: Assets, feed: Feed
) -> None:
    feed.says("2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    refresh(ann)
    events = fed.events()
    assert [(event.type, event.sequence) for event in events] == [
        ("asset-created", 1),
        ("price-history-imported", 2),
    ]
    assert events[1].data["count"] == 2


@pytest.mark.parametrize("nonsense", ["-5", "0", "17300", "1.73", "1e3", "NaN"])
def test_nonsense_is_left_out_and_flagged_or_refused(
    ann: Assets, feed: Feed, nonsense: str
) -> None:
    feed.says("2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    feed.says(f"2024-01-22,{nonsense}", "2024-01-23,176")
    answer = refresh(ann)
    days = dict(closes(ann))
    assert "2024-01-22" not in days
    assert days["2024-01-19"] == "175.00"
    if answer.status_code == 200:
        warnings = body(answer)["warnings"]
        assert [warning["code"] for warning in warnings] == ["implausible_price"]
        assert warnings[0]["message"].startswith("2024-01-22: ")
        assert days["2024-01-23"] == "176.00"
    else:
        assert body(answer)["details"]["code"] == "data_source_error"


def test_a_hundredfold_of_everything_is_refused(fed: Stand, ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-18,1.73", "2024-01-19,1.75")
    refresh(ann)
    feed.says("2024-01-19,175", "2024-01-22,176")
    answer = refresh(ann)
    assert answer.status_code == 520  # the gateway makes it the contract's 502
    assert body(answer)["details"]["code"] == "data_source_error"
    assert closes(ann) == [("2024-01-18", "1.73"), ("2024-01-19", "1.75")]
    assert len(fed.events()) == 2


def test_one_wrong_first_day_does_not_hide_the_rest(ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-17,17300", "2024-01-18,173", "2024-01-19,175")
    refresh(ann)
    assert closes(ann) == [("2024-01-18", "173.00"), ("2024-01-19", "175.00")]


def test_a_recorded_split_is_no_jump(ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-18,2", "2024-01-19,2")
    refresh(ann)
    ann.post("assets/1/splits/", {"date": "2024-01-22", "ratio": "1:100"})
    feed.says("2024-01-19,2", "2024-01-22,201")
    refresh(ann)
    assert closes(ann)[-1] == ("2024-01-22", "201.00")
    # 2 before a reverse split of 1:100 is 200 after.
    assert body(ann.get("assets/1/"))["previous_close"] == "200.00"


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        (404, b""),
        (500, b"date,close\n2024-01-22,1"),
        (302, b""),
        (200, b"<html>"),
        (200, b"date,close\n2024-01-22,\xff"),
        (200, b"date,close\nyesterday,1"),
        (200, b"date,close\n2024-01-22,1\n" * 380_000),
    ],
)
def test_a_source_that_fails_is_a_bad_gateway_and_nothing_is_lost(
    ann: Assets, feed: Feed, status: int, answered: bytes
) -> None:
    feed.says("2024-01-19,175")
    refresh(ann)
    feed.status, feed.body = status, answered
    feed.headers = {"Location": feed.template} if status == 302 else {}
    answer = refresh(ann)
    assert answer.status_code == 520  # the gateway makes it the contract's 502
    assert body(answer)["details"]["code"] == "data_source_error"
    assert "127.0.0.1" not in answer.get_data(as_text=True)
    assert closes(ann) == [("2024-01-19", "175.00")]


def test_a_source_that_says_nothing_new_is_no_failure(ann: Assets, feed: Feed) -> None:
    feed.says()
    answer = refresh(ann)
    assert (answer.status_code, body(answer)["current_price"]) == (200, None)


@pytest.mark.parametrize("slow", ["seconds_before", "seconds_between_bytes"])
def test_a_slow_source_becomes_a_job(fed: Stand, ann: Assets, feed: Feed, slow: str) -> None:
    feed.says("2024-01-18,173")
    setattr(feed, slow, 1.5)
    answer = refresh(ann)
    assert (answer.status_code, answer.headers["Location"]) == (202, "/api/jobs/assets-1/")
    assert (body(answer)["job"]["kind"], body(answer)["job"]["status"]) == (
        "refresh_data",
        "queued",
    )
    setattr(feed, slow, 0)
    work(fed)
    job = body(ann.get("jobs/assets-1/"))
    assert (job["status"], job["progress"]) == ("done", 100)
    assert job["result"] == body(ann.get("assets/1/"))
    assert closes(ann) == [("2024-01-18", "173.00")]


def test_asking_again_while_a_job_waits_makes_no_second_one(ann: Assets, feed: Feed) -> None:
    feed.seconds_before = 1.5
    assert [body(refresh(ann))["job"]["id"] for _ in range(2)] == ["assets-1"] * 2
    assert later(ann) == "assets-1"


def test_a_job_that_fails_says_why(fed: Stand, ann: Assets, feed: Feed) -> None:
    number = later(ann)
    feed.status = 404
    work(fed)
    job = body(ann.get(f"jobs/{number}/"))
    assert (job["status"], job["result"]) == ("failed", None)
    assert job["error"]["details"]["code"] == "data_source_error"
    assert job["error"]["details"]["message"] == "The data source answered 404."


def test_a_refresh_is_for_who_may_change(fed: Stand, ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-18,173")
    admin = Assets(fed.client(user=9, staff=True))
    admin.make(symbol="PUBLIC")
    assert ann.post("assets/2/refresh_data/").status_code == 403
    assert Assets(fed.client(user=2)).post("assets/1/refresh_data/").status_code == 404
    assert fed.client(scopes=("read",)).post("/api/assets/1/refresh_data/").status_code == 403
    for asked in (ann, Assets(fed.client(user=2))):
        refused = asked.post("assets/2/refresh_data/", Prefer="respond-async")
        assert refused.status_code == 403
    assert feed.asked == []
    assert admin.post("assets/2/refresh_data/").status_code == 200


def test_the_worker_does_what_waits(fed: Stand, ann: Assets, feed: Feed) -> None:
    feed.says("2024-01-18,173")
    number = later(ann)
    # It has no broker, and does not need one for this.
    worker = subprocess.Popen(
        [sys.executable, "-m", "services.assets.worker"], env={**os.environ, **fed.environment}
    )
    try:
        wait_until(lambda: body(ann.get(f"jobs/{number}/"))["status"] == "done")
    finally:
        worker.terminate()
        worker.wait(ENOUGH)
    assert closes(ann) == [("2024-01-18", "173.00")]


def test_old_jobs_are_forgotten(fed: Stand, ann: Assets, feed: Feed) -> None:
    number = later(ann)
    work(fed)
    with fed.database.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET finished = finished - interval '8 days'"))
    fed.database.unit(lambda session: jobs.purge(session, Job))
    assert ann.get(f"jobs/{number}/").status_code == 404


def test_jobs_that_the_release_before_wrote_are_done_and_shown(
    fed: Stand, ann: Assets, feed: Feed
) -> None:
    feed.says("2024-01-18,173")
    with fed.database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO jobs (user_id, asset_id, kind, status, result, error, finished) VALUES"
                " (1, 1, 'refresh_data', DEFAULT, NULL, NULL, NULL),"
                """ (1, 1, 'refresh_data', 'DONE', '{"prices": 5}', NULL, now()),"""
                """ (1, 1, 'refresh_data', 'FAILED', NULL, '{"code": "x"}', now())"""
            )
        )
    fed.database.unit(commands.adopt_old_jobs)
    work(fed)
    shown = [body(ann.get(f"jobs/{number}/")) for number in (1, 2, 3)]
    assert [job["status"] for job in shown] == ["done", "done", "failed"]
    assert shown[1]["result"] == {"prices": 5}
    assert shown[2]["error"]["details"] == {"code": "x"}
    assert closes(ann) == [("2024-01-18", "173.00")]


def test_without_a_source_the_answer_says_so(stand: Stand) -> None:
    user = Assets(stand.client(user=1))
    user.make()
    answer = refresh(user)
    assert answer.status_code == 409
    assert "no data source" in body(answer)["details"]["message"]


def test_pence_are_divided_and_another_currency_is_refused(fed: Stand, ann: Assets) -> None:
    ann.make(symbol="VOD.L", currency="GBP")
    quoted = [Bar(date(2024, 1, 18), Decimal("71.5"))]
    record(fed, 2, Delivery(quoted, currency="GBp"))
    assert body(ann.get("assets/2/"))["current_price"] == "0.715"
    with pytest.raises(DataSourceError, match="EUR"):
        record(fed, 2, Delivery(quoted, currency="EUR"))


def test_splits_of_a_source_are_recorded_and_its_prices_turned_back(
    fed: Stand, ann: Assets
) -> None:
    friday = Bar(date(2020, 8, 28), Decimal("124.81"))
    monday = Bar(date(2020, 8, 31), Decimal("129.04"))
    split = Split(date(2020, 8, 31), Fraction(4))
    for _ in range(2):
        record(fed, 1, Delivery([friday, monday], [split], "split_adjusted"))
    assert closes(ann) == [("2020-08-28", "499.24"), ("2020-08-31", "129.04")]
    assert [one["ratio"] for one in ann.found("assets/1/splits/")] == ["4:1"]
    assert len(fed.events()) == 2


def record(fed: Stand, asset_id: int, delivery: Delivery) -> None:
    fed.database.unit(
        lambda session: commands.record_delivery(
            session, asset_id, delivery, by=Actor(1), source="yfinance"
        )
    )
