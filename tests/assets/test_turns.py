"""Refreshes that nobody asks for: of whom, in which order, and what an outage does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from services.assets import commands
from services.assets.app import create_app
from services.assets.parts.turns import Turns
from shared.testing import ENOUGH, Stand, wait_until
from tests.assets.build import Assets, body
from tests.assets.feed import Feed, listening
from tests.assets.telling import Told
from tests.conftest import MakeStand

CLOSES = ("2024-01-18,173", "2024-01-19,175")


@pytest.fixture(scope="module")
def listeners() -> Iterator[tuple[Feed, Feed]]:
    with listening() as one, listening() as two:
        yield one, two


@pytest.fixture(scope="module")
def fed(make_stand: MakeStand, listeners: tuple[Feed, Feed]) -> Stand:
    """Return assets with two sources, `first` and `second`."""
    first, second = (f"{feed.template}?since={{since}}" for feed in listeners)
    return make_stand(
        "assets",
        create_app,
        DATA_SOURCES="first,second",
        DATA_SOURCE_FIRST=first,
        DATA_SOURCE_SECOND=second,
    )


@pytest.fixture
def feeds(listeners: tuple[Feed, Feed]) -> tuple[Feed, Feed]:
    for feed in listeners:
        feed.start_anew()
        feed.says(*CLOSES)
    return listeners


@pytest.fixture
def feed(feeds: tuple[Feed, Feed]) -> Feed:
    """Return what is asked by default."""
    return feeds[0]


@pytest.fixture
def ann(fed: Stand, feed: Feed) -> Assets:
    fed.empty()
    return Assets(fed.client(user=1))


@pytest.fixture
def admin(ann: Assets, fed: Stand) -> Assets:
    return Assets(fed.client(user=9, staff=True))


@pytest.fixture
def turns(fed: Stand) -> Turns:
    return Turns(fed.database, fed.app.extensions["data_sources"].sources, timedelta(hours=24))


def enrol(fed: Stand) -> None:
    """Do what the worker does once a minute."""
    fed.database.unit(commands.enrol_feeds)


def take(turns: Turns, count: int) -> None:
    """Do some turns, and those that ask nobody between them."""
    for _ in range(count):
        while turns.take():
            pass


def later(fed: Stand, hours: float) -> None:
    """Let time pass for everything that is due."""
    with fed.database.engine.begin() as connection:
        connection.execute(text("UPDATE feeds SET due = due - make_interval(secs => :seconds)"),
                           {"seconds": hours * 3600})  # fmt: skip


def symbols(feed: Feed) -> list[str]:
    return [path.removeprefix("/prices/").partition(".csv")[0] for path in feed.asked]


def price(user: Assets, asset_id: int) -> object:
    return body(user.get(f"assets/{asset_id}/"))["current_price"]


def test_a_private_asset_with_a_source_is_refreshed(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(symbol="HOUSE")
    ann.make(symbol="FUND", data_source="first", data_symbol="fund.x")
    enrol(fed)
    take(turns, 3)
    assert symbols(feed) == ["fund.x"]
    found = ann.found("assets/2/price_history/", ordering="date")
    assert [(record["date"], record["close"], record["source"]) for record in found] == [
        ("2024-01-18", "173.00", "first"),
        ("2024-01-19", "175.00", "first"),
    ]
    assert price(ann, 1) is None


def test_public_assets_in_use_are_refreshed_by_the_first_source(
    fed: Stand, admin: Assets, turns: Turns, feeds: tuple[Feed, Feed]
) -> None:
    admin.make(symbol="USED")
    admin.make(symbol="NAMED", data_source="second")
    admin.make(symbol="RETIRED")
    enrol(fed)
    admin.client.delete("/api/assets/3/")
    enrol(fed)
    take(turns, 4)
    assert [symbols(feed) for feed in feeds] == [["USED"], ["NAMED"]]


def test_an_asset_is_due_once_a_day(fed: Stand, admin: Assets, turns: Turns, feed: Feed) -> None:
    admin.make()
    for hours in (0, 23, 1.1):
        later(fed, hours)
        enrol(fed)
        take(turns, 2)
    assert symbols(feed) == ["AAPL", "AAPL"]


def test_owners_have_turns(
    fed: Stand, ann: Assets, admin: Assets, turns: Turns, feed: Feed
) -> None:
    bob = Assets(fed.client(user=2))
    for number in range(3):
        ann.make(symbol=f"ANN{number}", data_source="first")
    enrol(fed)
    for number in range(3):
        admin.make(symbol=f"PUBLIC{number}")
    bob.make(symbol="BOB", data_source="first")
    enrol(fed)
    take(turns, 7)
    assert symbols(feed) == ["ANN0", "PUBLIC0", "BOB", "ANN1", "PUBLIC1", "ANN2", "PUBLIC2"]


def test_history_goes_back_to_the_first_trade_and_an_earlier_one_asks_again(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(data_source="first")
    ledger = Told(fed).ledger()
    ledger.buy(1, 1, "2023-06-01", "170")
    enrol(fed)
    take(turns, 1)
    later(fed, 25)
    take(turns, 1)
    ledger.buy(2, 1, "2021-06-01", "120")
    later(fed, 25)
    take(turns, 1)
    later(fed, 25)
    take(turns, 1)
    # A year before the first trade, then a week before the newest close.
    since = [path.partition("since=")[2] for path in feed.asked]
    assert since == ["2022-05-31", "2024-01-12", "2020-05-31", "2024-01-12"]


def test_without_a_trade_history_has_a_bound(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(data_source="first")
    enrol(fed)
    take(turns, 1)
    since = date.fromisoformat(feed.asked[0].partition("since=")[2])
    assert 3650 <= (datetime.now(UTC).date() - since).days <= 3662


def test_another_symbol_is_asked_for_everything_and_soon(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(data_source="first", data_symbol="wrong")
    enrol(fed)
    take(turns, 1)
    feed.says("2023-12-29,171", *CLOSES)
    ann.client.patch("/api/assets/1/", json={"name": "Apple", "data_symbol": "right"})
    enrol(fed)
    take(turns, 2)
    assert symbols(feed) == ["wrong", "right"]
    assert len(ann.found("assets/1/price_history/")) == 3


def test_history_from_long_ago_is_believed_beside_the_newest_price(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(data_source="first")
    ann.price(1, "175", date="2024-01-19")
    feed.says("2019-01-02,1", "2019-01-03,1.1", "2024-01-18,30")
    enrol(fed)
    take(turns, 1)
    assert len(ann.found("assets/1/price_history/")) == 4


def test_an_outage_loses_nothing_and_keeps_nobody_else_waiting(
    fed: Stand, ann: Assets, turns: Turns, feeds: tuple[Feed, Feed]
) -> None:
    first, second = feeds
    for number in range(3):
        ann.make(symbol=f"ONE{number}", data_source="first")
    ann.make(symbol="TWO", data_source="second")
    enrol(fed)
    take(turns, 4)
    events = len(fed.events())
    later(fed, 25)
    first.status = 503
    take(turns, 4)
    # One question shows that it is down; the others of its assets are put off.
    assert (len(first.asked), len(second.asked)) == (4, 2)
    assert [price(ann, number) for number in (1, 2, 3)] == ["175.00"] * 3
    assert len(fed.events()) == events
    first.status = 200
    later(fed, 2)
    take(Turns(fed.database, turns.sources, turns.every), 4)
    assert len(first.asked) == 7


def test_what_fails_again_pauses_longer(fed: Stand, ann: Assets, turns: Turns, feed: Feed) -> None:
    ann.make(data_source="first", data_symbol="nosuch")
    ann.make(symbol="MSFT", data_source="first")
    feed.status = 404
    enrol(fed)
    take(turns, 2)
    # It does answer, and knows neither: it does not rest.
    assert symbols(feed) == ["nosuch", "MSFT"]
    later(fed, 0.3)
    take(turns, 2)
    assert len(feed.asked) == 4
    later(fed, 0.3)
    take(turns, 2)
    assert len(feed.asked) == 4
    later(fed, 0.3)
    take(turns, 2)
    assert len(feed.asked) == 6


def test_a_source_that_was_switched_off_is_no_error_of_the_rest(
    fed: Stand, ann: Assets, turns: Turns, feed: Feed
) -> None:
    ann.make(data_source="first")
    ann.make(symbol="MSFT", data_source="first")
    with fed.database.engine.begin() as connection:
        connection.execute(text("UPDATE assets SET data_source = 'gone' WHERE id = 1"))
    enrol(fed)
    take(turns, 2)
    assert symbols(feed) == ["MSFT"]


def test_what_is_due_is_gone_with_its_user(fed: Stand, ann: Assets, turns: Turns) -> None:
    ann.make(data_source="first")
    enrol(fed)
    fed.database.unit(lambda session: commands.delete_private_assets(session, 1))
    assert fed.database.unit(commands.take_turn) is None


def test_the_worker_asks_unasked(fed: Stand, ann: Assets, feed: Feed) -> None:
    ann.make(data_source="first")
    worker = subprocess.Popen(
        [sys.executable, "-m", "services.assets.worker"], env={**os.environ, **fed.environment}
    )
    try:
        wait_until(lambda: price(ann, 1) == "175.00")
    finally:
        worker.terminate()
        worker.wait(ENOUGH)
