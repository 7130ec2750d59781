"""The internal API: what portfolios were worth, for the rules on a change of value."""

import pytest
from flask.testing import FlaskClient

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import ten_shares


@pytest.fixture
def webhooks(desk: Desk) -> FlaskClient:
    return desk.stand.service_client("webhooks")


def closes(webhooks: FlaskClient, portfolio: int, before: str) -> list[str | None]:
    path = f"/internal/v1/portfolios/{portfolio}/closes/"
    answer = webhooks.get(path, query_string={"before": before})
    assert answer.status_code == 200, answer.text
    found: list[str | None] = answer.get_json()["closes"]
    return found


def test_the_values_before_a_day_come_as_printed_the_newest_first(
    desk: Desk, webhooks: FlaskClient
) -> None:
    number = ten_shares(desk)
    bare = desk.world.asset("BARE")
    desk.world.record(number, "BUY", "2024-01-05", asset=bare, quantity="1", price="1")
    desk.hear()
    desk.appraise()
    assert closes(webhooks, number, "2024-01-05") == ["990.00", "1100.00", "1000.00"]
    assert closes(webhooks, number, "2024-01-08") == [None, "990.00", "1100.00", "1000.00"]


def test_a_year_of_market_days_is_enough(desk: Desk, webhooks: FlaskClient) -> None:
    number = ten_shares(desk)
    desk.hear()
    with desk.stand.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO snapshots (portfolio_id, date, total_value, position_count)"
            f" SELECT {number}, date '2020-01-01' + n, n, 0 FROM generate_series(1, 300) AS n"
        )
    found = closes(webhooks, number, "2020-10-01")
    assert (len(found), found[0], found[-1]) == (252, "273.00", "22.00")


def test_of_a_portfolio_that_is_unknown_or_gone_nothing_is_told(
    desk: Desk, webhooks: FlaskClient
) -> None:
    number = ten_shares(desk)
    desk.world.delete_portfolio(number)
    desk.hear()
    for portfolio in (number, 999):
        path = f"/internal/v1/portfolios/{portfolio}/closes/?before=2024-01-08"
        assert webhooks.get(path).status_code == 404
