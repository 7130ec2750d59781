"""Values of portfolios: told when the printed value changed, at most once a minute."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.webhooks.commands import valuations
from shared.testing import Stand
from tests.webhooks.calling import Json, User
from tests.webhooks.owning import OwnersServer
from tests.webhooks.telling import Said, portfolio_card
from tests.webhooks.test_fanout import URL, told

pytestmark = pytest.mark.usefixtures("portfolio")
NOW = datetime(2024, 1, 19, 21, 0, tzinfo=UTC)


@pytest.fixture
def portfolio(said: Said) -> None:
    """Have portfolio 1 of ann."""
    said.portfolio(1)


def tell(stand: Stand, after: int = 0) -> list[Json]:
    """Let the timer run so many seconds after `NOW`; return all that was told by then."""
    at = NOW + timedelta(seconds=after)
    stand.database.unit(lambda session: valuations.tell_values(session, at))
    return [content["data"] for _, content in told(stand)]


def test_a_changed_value_is_told_to_the_owner(
    said: Said, stand: Stand, ann: User, bob: User
) -> None:
    bob.subscribe(URL)
    ann.subscribe(URL, "portfolio.value_changed")
    said.value(1, "1050.00", previous="1000.00")
    assert tell(stand) == [
        {
            "portfolio": 1,
            "total_value": "1050.00",
            "previous_value": "1000.00",
            "change_percentage": "5.0000",
            "currency": "USD",
        }
    ]
    assert told(stand)[0][0] == 2


def test_within_a_minute_the_last_value_wins(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.value(1, "1000.00")
    assert len(tell(stand)) == 1
    said.value(2, "1100.00")
    said.value(3, "1200.00")
    assert len(tell(stand, 59)) == 1
    values = tell(stand, 60)
    assert [value["total_value"] for value in values] == ["1000.00", "1200.00"]
    assert values[1]["previous_value"] == "1000.00"
    assert values[1]["change_percentage"] == "20.0000"


def test_a_value_that_came_back_is_not_told(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.value(1, "1000.00")
    tell(stand)
    said.value(2, "1100.00")
    said.value(3, "1000.00")
    assert len(tell(stand, 60)) == 1


def test_a_change_that_is_not_printed_is_not_told(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.value(1, "1000.004", previous="1000.00")
    assert tell(stand) == []


def test_a_value_is_printed_in_its_currency(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.portfolio(1, currency="JPY")
    said.value(1, "1234567", currency="JPY")
    assert tell(stand)[0] == {
        "portfolio": 1,
        "total_value": "1234567",
        "previous_value": None,
        "change_percentage": None,
        "currency": "JPY",
    }


def test_an_older_value_and_an_unknown_one_are_dropped(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.value(2, "1000.00")
    said.value(1, "900.00")
    said.value(3, None)
    assert [value["total_value"] for value in tell(stand)] == ["1000.00"]


def test_a_value_that_comes_before_its_portfolio_is_asked_for(
    said: Said, stand: Stand, ann: User, owners: OwnersServer
) -> None:
    ann.subscribe(URL)
    owners.portfolio(1, 1)
    with stand.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM portfolios"))
    said.value(1, "1000.00")
    assert [value["total_value"] for value in tell(stand)] == ["1000.00"]
    assert owners.asked == ["portfolios/1/"]


def test_a_value_that_comes_after_the_end_of_its_portfolio_brings_nothing_back(
    said: Said, stand: Stand, ann: User
) -> None:
    ann.subscribe(URL)
    forget(said)
    said.value(1, "1000.00")
    assert tell(stand) == []
    rule = {"name": "Mine", "kind": "PORTFOLIO_VALUE_ABOVE", "portfolio": 1, "threshold": "1"}
    assert ann.post("alerts/", rule).status_code == 404


def forget(said: Said) -> None:
    said.say("portfolio-deleted", "portfolios/1", 2, portfolio=portfolio_card(1))


def test_a_value_is_told_once_by_two_timers(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.value(1, "1000.00")
    with stand.database.sessions() as first, stand.database.sessions() as second:
        valuations.tell_values(first, NOW)
        valuations.tell_values(second, NOW)
        first.commit()
        second.commit()
    assert len(told(stand)) == 1
