"""When alert rules fire, and who is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.testing import Stand
from tests.webhooks.calling import User, body
from tests.webhooks.owning import OwnersServer
from tests.webhooks.telling import Said
from tests.webhooks.test_fanout import URL, told


def test_a_rule_fires_on_crossing_and_not_on_every_tick(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "105", asset=5, cooldown_seconds=0)
    for sequence, price in enumerate(["104", "105", "106", "107", "104", "105.01"], start=4):
        said.price(5, sequence, price)
    assert [firing["value"] for firing in ann.firings(rule)] == ["105.01", "106.00"]


def test_a_falling_price_fires_a_rule_below(ann: User, said: Said, apple: OwnersServer) -> None:
    rule = ann.watch("PRICE_BELOW", "95", asset=5, cooldown_seconds=0)
    for sequence, price in enumerate(["95", "94.99", "90", "96", "94"], start=4):
        said.price(5, sequence, price)
    assert [firing["value"] for firing in ann.firings(rule)] == ["94.00", "94.99"]


def test_a_rule_made_while_its_condition_holds_waits_for_the_next_crossing(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "99", asset=5)  # it is at 100
    said.price(5, 4, "101")
    assert ann.firings(rule) == []
    said.price(5, 5, "98")
    said.price(5, 6, "101")
    assert len(ann.firings(rule)) == 1


def test_events_from_before_the_rule_say_nothing_to_it(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "99", asset=5)  # made at sequence 3
    said.price(5, 2, "80")
    said.price(5, 3, "100")
    said.price(5, 4, "101")
    assert ann.firings(rule) == []


def test_a_changed_threshold_waits_for_its_own_crossing(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "150", asset=5)
    ann.patch(f"alerts/{rule['id']}/", {"threshold": "90"})  # it is at 100
    said.price(5, 4, "101")
    assert ann.firings(rule) == []


def test_a_new_name_leaves_a_rule_armed(ann: User, said: Said, apple: OwnersServer) -> None:
    rule = ann.watch("PRICE_ABOVE", "150", asset=5)
    apple.down = True
    assert ann.patch(f"alerts/{rule['id']}/", {"name": "Other"}).status_code == 200
    said.price(5, 4, "151")
    assert len(ann.firings(rule)) == 1


def test_an_inactive_rule_does_not_fire(ann: User, said: Said, apple: OwnersServer) -> None:
    rule = ann.watch("PRICE_ABOVE", "105", asset=5)
    ann.patch(f"alerts/{rule['id']}/", {"is_active": False})
    said.price(5, 4, "106")
    assert ann.firings(rule) == []


def test_after_a_firing_a_rule_is_quiet_for_its_cooldown(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "105", asset=5, cooldown_seconds=600)
    first = said.price(5, 4, "106")
    said.price(5, 5, "100")
    said.price(5, 6, "106", at=first.time + timedelta(seconds=599))
    assert len(ann.firings(rule)) == 1
    said.price(5, 7, "100")
    said.price(5, 8, "106", at=first.time + timedelta(seconds=600))
    assert len(ann.firings(rule)) == 2


def test_one_event_fires_a_rule_once_however_often_it_comes(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_ABOVE", "105", asset=5, cooldown_seconds=0)
    said.event(said.price(5, 4, "106"))
    assert len(ann.firings(rule)) == 1


def test_a_firing_is_told_to_the_owner_of_the_rule(
    ann: User, bob: User, said: Said, stand: Stand, apple: OwnersServer
) -> None:
    ann.subscribe(URL, "price.alert")
    bob.subscribe(URL)
    rule = ann.watch("PRICE_ABOVE", "105", asset=5)
    event = said.price(5, 4, "106.5")
    fired = said.own_events()
    assert [(one.type, one.subject, one.sequence) for one in fired] == [
        ("alert-fired", f"alerts/{rule['id']}", 1)
    ]
    assert told(stand)[0] == (
        1,
        {
            "type": "price.alert",
            "timestamp": fired[0].time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": {
                "alert": rule["id"],
                "kind": "PRICE_ABOVE",
                "value": "106.50",
                "threshold": "105.00",
                "asset": 5,
                "portfolio": None,
                "metric": None,
            },
        },
    )
    assert ann.firings(rule) == [
        {
            "id": 1,
            "alert": rule["id"],
            "fired_at": event.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "value": "106.50",
            "threshold": "105.00",
        }
    ]
    last_fired = body(ann.get(f"alerts/{rule['id']}/"))["last_fired"]
    assert last_fired == event.time.strftime("%Y-%m-%dT%H:%M:%SZ")


Change = Callable[..., list[str]]


@pytest.fixture
def change(ann: User, said: Said, apple: OwnersServer) -> Change:
    """Return what a rule on a change of asset 5 fires at, after prices on 2024-01-19."""

    def fired(threshold: str, *prices: str, **values: Any) -> list[str]:
        values = {"asset": 5, "cooldown_seconds": 0, **values}
        rule = ann.watch("PRICE_CHANGE_PERCENTAGE", threshold, **values)
        for sequence, price in enumerate(prices, start=4):
            said.price(5, sequence, price)
        return [firing["value"] for firing in ann.firings(rule)]

    return fired


def test_a_change_is_against_the_close_of_the_market_day_before(change: Change) -> None:
    # (105 − 100) / 100 = 5 %
    assert change("5", "104.99", "105") == ["5.00"]


def test_a_change_may_be_against_an_older_close(change: Change) -> None:
    # 90 was the close three market days before: 108 is 20 % more, 107.99 is 19.99 %
    assert change("20", "107.99", "108", window_days=3) == ["20.00"]


def test_a_positive_threshold_is_a_move_either_way(change: Change) -> None:
    assert change("5", "101", "95") == ["-5.00"]


def test_a_negative_threshold_is_a_fall(change: Change) -> None:
    assert change("-5", "105", "95") == ["-5.00"]


def test_a_window_that_reaches_before_the_first_close_never_fires(change: Change) -> None:
    assert change("5", "1000", window_days=4) == []


def test_the_next_day_is_compared_with_the_last_close_of_this_one(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_CHANGE_PERCENTAGE", "5", asset=5)
    said.price(5, 4, "103", day="2024-01-19")
    said.price(5, 5, "108.15", day="2024-01-22")  # 103 × 1.05
    assert [firing["value"] for firing in ann.firings(rule)] == ["5.00"]
    assert apple.asked == ["assets/5/prices/"]


def test_a_split_is_no_change(ann: User, said: Said, apple: OwnersServer) -> None:
    closes = {"2024-01-18": "100", "2024-01-19": "25.50"}
    rule = ann.watch("PRICE_CHANGE_PERCENTAGE", "5", asset=5)
    apple.asset(5, closes, sequence=4, splits={"2024-01-19": "4:1"})
    # Four new for one old: 100 is 25 now, and 25.50 is 2 % more.
    said.imported(5, 4, "25.50")
    assert ann.firings(rule) == []
    said.price(5, 5, "26.25")  # 5 %
    assert [firing["value"] for firing in ann.firings(rule)] == ["5.00"]


def test_the_price_of_a_trade_fires_nothing_and_the_next_other_price_does(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    above = ann.watch("PRICE_ABOVE", "150", asset=5)
    change = ann.watch("PRICE_CHANGE_PERCENTAGE", "10", asset=5)
    said.imported(5, 4, "200", source="trade")
    assert ann.firings(above) == ann.firings(change) == []
    # The trade's price is a close like another: 220 is 10 % more.
    apple.asset(5, {"2024-01-19": "200", "2024-01-22": "220"}, sequence=5)
    said.price(5, 5, "220", day="2024-01-22")
    fired = [ann.firings(rule)[0]["value"] for rule in (above, change)]
    assert fired == ["220.00", "10.00"]


def test_a_missing_event_is_made_up_for_by_the_owner(
    ann: User, said: Said, apple: OwnersServer
) -> None:
    rule = ann.watch("PRICE_CHANGE_PERCENTAGE", "5", asset=5)
    # Version 4 said 200 for 2024-01-19 and never arrived; 208 is 4 % more than that.
    apple.asset(5, {"2024-01-19": "200", "2024-01-22": "208"}, sequence=5)
    said.price(5, 5, "208", day="2024-01-22")
    assert ann.firings(rule) == []
    said.price(5, 6, "210", day="2024-01-22")
    assert [firing["value"] for firing in ann.firings(rule)] == ["5.00"]
    assert apple.asked == ["assets/5/prices/"] * 2


def test_an_event_that_moves_no_price_is_no_gap(ann: User, said: Said, apple: OwnersServer) -> None:
    ann.watch("PRICE_CHANGE_PERCENTAGE", "5", asset=5)
    card = apple.answers["assets/5/prices/"]["asset"]
    said.say("asset-updated", "assets/5", 4, asset={**card, "name": "Other"})
    said.price(5, 5, "101")
    assert apple.asked == ["assets/5/prices/"]


def test_a_value_above_fires_and_is_told(
    ann: User, said: Said, stand: Stand, owners: OwnersServer
) -> None:
    owners.portfolio(1)
    ann.subscribe(URL, "price.alert")
    rule = ann.watch("PORTFOLIO_VALUE_ABOVE", "1000", portfolio=1)
    said.value(1, "900.00")
    said.value(2, "1000.01")
    said.own_events()
    assert told(stand)[0][1]["data"] == {
        "alert": rule["id"],
        "kind": "PORTFOLIO_VALUE_ABOVE",
        "value": "1000.01",
        "threshold": "1000.00",
        "asset": None,
        "portfolio": 1,
        "metric": None,
    }


def test_a_value_rule_made_while_it_holds_waits(ann: User, said: Said) -> None:
    said.portfolio(1)
    said.value(1, "2000.00")
    rule = ann.watch("PORTFOLIO_VALUE_ABOVE", "1000", portfolio=1)
    said.value(2, "2100.00")
    assert ann.firings(rule) == []


def test_a_change_of_value_is_against_an_earlier_market_day(
    ann: User, said: Said, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.value(1, "1000.00", day="2024-01-18")
    owners.values("2024-01-18", "990.00", None, "1100.00")
    owners.values("2024-01-19", "1000.00", "990.00", None, "1100.00")
    day = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "-10", portfolio=1)
    days = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "-18", portfolio=1, window_days=4)
    unknown = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "1", portfolio=1, window_days=3)
    said.value(2, "950.00", day="2024-01-19")
    said.value(3, "899.99", day="2024-01-19")
    # (899.99 − 1000) / 1000, and (899.99 − 1100) / 1100
    assert [firing["value"] for firing in ann.firings(day)] == ["-10.001"]
    assert [firing["value"] for firing in ann.firings(days)] == ["-18.1827"]
    assert ann.firings(unknown) == []


def test_a_rule_on_a_change_of_value_knows_where_it_stands_from_the_beginning(
    ann: User, said: Said, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.value(1, "1200.00", day="2024-01-19")
    owners.values("2024-01-19", "1000.00", "1190.00")
    holds = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "10", portfolio=1)
    rule = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "10", portfolio=1, window_days=2)
    said.value(2, "1310.00", day="2024-01-19")
    assert ann.firings(holds) == []
    assert [firing["value"] for firing in ann.firings(rule)] == ["10.084"]


def test_a_corrected_past_is_what_a_change_of_value_is_against(
    ann: User, said: Said, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.value(1, "100.20", day="2024-01-19")
    owners.values("2024-01-19", "100.10")
    rule = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "50", portfolio=1)
    owners.values("2024-01-19", "200.10")  # a purchase of long ago was forgotten
    said.value(2, "200.40", day="2024-01-19")
    assert ann.firings(rule) == []


def test_only_rules_on_a_change_ask_for_earlier_values(
    ann: User, said: Said, owners: OwnersServer
) -> None:
    said.portfolio(1)
    ann.watch("PORTFOLIO_VALUE_ABOVE", "1000", portfolio=1)
    said.value(1, "1200.00")
    assert owners.asked == []


def test_the_money_of_a_rule_has_the_decimals_of_its_currency(
    ann: User, bob: User, said: Said, stand: Stand
) -> None:
    ann.subscribe(URL, "price.alert")
    said.portfolio(1, currency="JPY")
    said.value(1, "1000", currency="JPY")
    rule = ann.watch("PORTFOLIO_VALUE_ABOVE", "1500", portfolio=1)
    said.value(2, "1501", currency="JPY")
    said.own_events()
    firing = ann.firings(rule)[0]
    data = told(stand)[0][1]["data"]
    assert rule["threshold"] == "1500"
    assert (firing["value"], firing["threshold"]) == ("1501", "1500")
    assert (data["value"], data["threshold"]) == ("1501", "1500")


def test_a_change_of_any_size_is_a_firing(ann: User, said: Said, owners: OwnersServer) -> None:
    owners.asset(5, {"2024-01-17": "0.00000001", "2024-01-18": "0.00000001"})
    rule = ann.watch("PRICE_CHANGE_PERCENTAGE", "50", asset=5)
    said.price(5, 2, "999999999999")
    assert ann.firings(rule)[0]["value"] == "9999999999989999999900.00"
    said.portfolio(1)
    said.value(1, f"{10**24}.00")


def test_a_risk_threshold_fires_and_is_told_as_a_breach(
    ann: User, said: Said, stand: Stand, owners: OwnersServer
) -> None:
    owners.portfolio(1)
    ann.subscribe(URL, "risk.threshold_breached")
    rule = ann.watch("RISK_THRESHOLD", "1.2", portfolio=1, metric="beta", operator="gt")
    below = ann.watch("RISK_THRESHOLD", "-20", portfolio=1, metric="max_drawdown", operator="lt")
    said.risk(1, beta="1.10", max_drawdown="-12.00")
    said.risk(2, beta="1.25", max_drawdown=None)
    said.risk(3, beta="1.25", volatility="30.00")
    said.own_events()
    assert [content["data"] for _, content in told(stand)] == [
        {
            "alert": rule["id"],
            "kind": "RISK_THRESHOLD",
            "value": "1.25",
            "threshold": "1.20",
            "asset": None,
            "portfolio": 1,
            "metric": "beta",
        }
    ]
    assert ann.firings(below) == []


def test_a_value_says_nothing_to_a_risk_rule(ann: User, said: Said, owners: OwnersServer) -> None:
    owners.portfolio(1)
    rule = ann.watch("RISK_THRESHOLD", "500", portfolio=1, metric="var_95", operator="gt")
    said.risk(1, var_95="-100.00")
    said.value(1, "1000.00")
    assert ann.firings(rule) == []


def test_a_risk_rule_knows_where_it_stands_from_the_beginning(ann: User, said: Said) -> None:
    said.portfolio(1)
    said.risk(1, beta="1.10", volatility="30.00")
    rule = ann.watch("RISK_THRESHOLD", "1.2", portfolio=1, metric="beta", operator="gt")
    holds = ann.watch("RISK_THRESHOLD", "20", portfolio=1, metric="volatility", operator="gt")
    said.risk(2, beta="1.25", volatility="31.00")
    assert [firing["value"] for firing in ann.firings(rule)] == ["1.25"]
    assert ann.firings(holds) == []


def test_risk_figures_that_arrive_late_are_dropped(ann: User, said: Said) -> None:
    said.portfolio(1)
    said.risk(2, beta="1.10")
    rule = ann.watch("RISK_THRESHOLD", "1.2", portfolio=1, metric="beta", operator="gt")
    said.risk(1, beta="1.25")
    assert ann.firings(rule) == []


def test_risk_figures_say_nothing_to_a_rule_on_the_value(ann: User, said: Said) -> None:
    said.portfolio(1)
    said.value(1, "900.00")
    rule = ann.watch("PORTFOLIO_VALUE_ABOVE", "1000", portfolio=1)
    said.risk(2, value="1100.00")
    assert ann.firings(rule) == []
