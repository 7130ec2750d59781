"""What assets tells the world, in order, and what it hears."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from shared.events import Event
from shared.testing import Stand
from tests.assets.build import APPLE, Assets, body
from tests.assets.telling import Told


def told(stand: Stand) -> list[tuple[str, str, int]]:
    return [(event.type, event.subject, event.sequence) for event in stand.events()]


def test_every_change_is_told_with_the_next_sequence(stand: Stand, ann: Assets) -> None:
    ann.make()
    ann.client.patch("/api/assets/1/", json={"name": "Apple"})
    ann.price(1, "10")
    ann.client.put("/api/assets/1/", json=APPLE)
    ann.client.delete("/api/assets/1/")
    assert told(stand) == [
        ("asset-created", "assets/1", 1),
        ("asset-updated", "assets/1", 2),
        ("price-updated", "assets/1", 3),
        ("asset-updated", "assets/1", 4),
        ("asset-deleted", "assets/1", 5),
    ]


def test_an_asset_is_retired_once(stand: Stand, ann: Assets) -> None:
    ann.make()
    for _ in range(2):
        assert ann.client.delete("/api/assets/1/").status_code == 204
    assert [type_ for type_, _, _ in told(stand)] == ["asset-created", "asset-deleted"]


def test_each_asset_has_a_sequence_of_its_own(stand: Stand, ann: Assets) -> None:
    ann.make()
    ann.make(symbol="MSFT")
    ann.price(2, "10")
    assert told(stand)[1:] == [("asset-created", "assets/2", 1), ("price-updated", "assets/2", 2)]


def test_side_by_side_changes_are_told_one_after_the_other(stand: Stand, ann: Assets) -> None:
    ann.make()

    def quote(hour: int) -> int:
        user = Assets(stand.client(user=1))
        return user.price(1, f"{100 + hour}", timestamp=f"2024-01-22T{hour:02}:00:00Z").status_code

    with ThreadPoolExecutor(3) as threads:  # more of one user may be refused
        assert set(threads.map(quote, range(24))) == {200}
    assert [sequence for _, _, sequence in told(stand)] == list(range(1, 26))
    asset = body(ann.get("assets/1/"))
    # The last quote of the day is the close, whichever came last.
    assert (asset["current_price"], asset["day_low"]) == ("123.00", "100.00")


def test_a_price_is_told_with_the_card_and_the_price_before(stand: Stand, ann: Assets) -> None:
    ann.make()
    ann.price(1, "173", date="2024-01-19")
    ann.price(1, "175.5", date="2024-01-22", open="174", volume=100)
    data = stand.events()[-1].data
    assert data["price"] == {
        "date": "2024-01-22",
        "open": "174.00",
        "high": "175.50",
        "low": "174.00",
        "close": "175.50",
        "volume": 100,
    }
    assert data["previous_price"] == "173.00"
    assert data["asset"]["current_price"] == "175.50"
    assert data["asset"]["previous_close"] == "173.00"
    assert data["asset"]["price_date"] == "2024-01-22"


def test_a_refused_change_is_not_told(stand: Stand, ann: Assets, bob: Assets) -> None:
    ann.make()
    ann.post("assets/", APPLE)
    bob.price(1, "1")
    ann.price(1, "-1")
    assert told(stand) == [("asset-created", "assets/1", 1)]


def test_an_event_carries_the_request_that_caused_it(stand: Stand, ann: Assets) -> None:
    ann.post("assets/", APPLE, **{"X-Request-Id": "request-4711"})
    assert [event.request_id for event in stand.events()] == ["request-4711"]


def test_what_was_private_to_a_user_goes_with_them(
    stand: Stand, admin: Assets, ann: Assets, bob: Assets, heard: Told
) -> None:
    admin.make()
    ann.make()
    ann.price(2, "10")
    bob.make()
    left = Event(
        uuid.uuid4(),
        "/services/auth",
        "user-deleted",
        "users/1",
        datetime.now(UTC),
        2,
        {"user": 1, "username": "ann"},
    )
    for _ in range(2):
        heard.event(left)
    assert ann.get("assets/2/").status_code == 404
    assert ann.get("price-history/1/").status_code == 404
    assert bob.get("assets/3/").status_code == 200
    assert admin.get("assets/1/").status_code == 200
    assert told(stand)[-1] == ("asset-deleted", "assets/2", 3)
    assert stand.events()[-1].data["asset"]["is_active"] is False
