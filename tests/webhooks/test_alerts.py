"""Alert rules through the public API."""

from typing import Any
from unittest.mock import patch

import pytest

from shared.testing import Stand
from tests.webhooks.calling import User, body, fields
from tests.webhooks.owning import OwnersServer
from tests.webhooks.telling import Said


def test_a_rule_is_answered_whole(ann: User, apple: OwnersServer) -> None:
    values = {"name": "Apple over 200", "kind": "PRICE_ABOVE", "asset": 5, "threshold": "200"}
    answer = ann.post("alerts/", values)
    rule = body(answer)
    assert answer.status_code == 201
    assert rule.pop("created") == rule.pop("modified")
    assert rule == {
        "id": 1,
        "name": "Apple over 200",
        "kind": "PRICE_ABOVE",
        "asset": 5,
        "portfolio": None,
        "metric": None,
        "operator": None,
        "threshold": "200.00",
        "window_days": None,
        "cooldown_seconds": 3600,
        "is_active": True,
        "last_fired": None,
    }


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "PRICE_ABOVE"}, "asset"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "portfolio": 1}, "portfolio"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "window_days": 1}, "window_days"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "threshold": "0"}, "threshold"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "threshold": "1e999"}, "threshold"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "threshold": "NaN"}, "threshold"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "cooldown_seconds": -1}, "cooldown_seconds"),
        ({"kind": "PRICE_ABOVE", "asset": "five"}, "asset"),
        ({"kind": "PRICE_SIDEWAYS", "asset": 5}, "kind"),
        ({"kind": "PRICE_CHANGE_PERCENTAGE", "asset": 5, "threshold": "0"}, "threshold"),
        ({"kind": "PRICE_CHANGE_PERCENTAGE", "asset": 5, "window_days": 253}, "window_days"),
        ({"kind": "PORTFOLIO_VALUE_BELOW", "asset": 5, "portfolio": 1}, "asset"),
        ({"kind": "RISK_THRESHOLD", "portfolio": 1, "operator": "gt"}, "metric"),
        ({"kind": "RISK_THRESHOLD", "portfolio": 1, "metric": "beta"}, "operator"),
        ({"kind": "PRICE_ABOVE", "asset": 5, "fired": 3}, "fired"),
    ],
)
def test_what_makes_no_rule_is_refused(
    values: dict[str, Any], wrong: str, ann: User, apple: OwnersServer
) -> None:
    answer = ann.post("alerts/", {"name": "Mine", "threshold": "200", **values})
    assert list(fields(answer)) == [wrong]
    assert ann.found("alerts/") == []


def test_a_rule_on_what_one_does_not_see_is_not_found(ann: User, owners: OwnersServer) -> None:
    owners.asset(6, owner=2)
    owners.portfolio(2, 3)
    rule = {"name": "Mine", "threshold": "1"}
    answers = [
        ann.post("alerts/", {**rule, "kind": "PRICE_ABOVE", "asset": 6}),
        ann.post("alerts/", {**rule, "kind": "PRICE_ABOVE", "asset": 7}),
        ann.post("alerts/", {**rule, "kind": "PORTFOLIO_VALUE_ABOVE", "portfolio": 3}),
        ann.post("alerts/", {**rule, "kind": "PORTFOLIO_VALUE_ABOVE", "portfolio": 4}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert body(answers[0])["error"] == "Asset not found"
    assert body(answers[2])["error"] == "Portfolio not found"


def test_a_rule_on_ones_own_private_asset_is_made(ann: User, owners: OwnersServer) -> None:
    owners.asset(6, owner=1)
    assert ann.watch("PRICE_ABOVE", "1", asset=6)["asset"] == 6


def test_without_the_owner_of_the_asset_no_rule_is_made(ann: User, owners: OwnersServer) -> None:
    owners.down = True
    answer = ann.post(
        "alerts/", {"name": "Mine", "kind": "PRICE_ABOVE", "asset": 5, "threshold": "200"}
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_portfolio_that_is_known_is_not_asked_for(
    ann: User, said: Said, owners: OwnersServer
) -> None:
    said.portfolio(1)
    ann.watch("PORTFOLIO_VALUE_ABOVE", "1000", portfolio=1)
    assert owners.asked == []


def test_somebody_elses_rule_is_not_there(ann: User, bob: User, apple: OwnersServer) -> None:
    path = f"alerts/{ann.watch('PRICE_ABOVE', '200', asset=5)['id']}/"
    answers = [
        bob.get(path),
        bob.patch(path, {"name": "mine"}),
        bob.client.delete(f"/api/{path}"),
        bob.get(f"{path}firings/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert bob.found("alerts/") == []


def test_get_change_put_works(ann: User, apple: OwnersServer) -> None:
    rule = ann.watch("PRICE_ABOVE", "200", asset=5)
    answer = ann.client.put(f"/api/alerts/{rule['id']}/", json={**rule, "name": "Other"})
    changed = body(answer)
    assert changed.pop("modified") >= rule.pop("modified")
    assert changed == {**rule, "name": "Other"}


def test_a_stale_if_match_changes_nothing(ann: User, apple: OwnersServer) -> None:
    path = f"alerts/{ann.watch('PRICE_ABOVE', '200', asset=5)['id']}/"
    etag = ann.get(path).headers["ETag"]
    assert ann.patch(path, {"name": "A"}, **{"If-Match": etag}).status_code == 200
    assert ann.patch(path, {"name": "B"}, **{"If-Match": etag}).status_code == 412
    assert ann.client.delete(f"/api/{path}", headers={"If-Match": etag}).status_code == 412
    assert ann.client.delete(f"/api/{path}").status_code == 204
    assert ann.get(path).status_code == 404


def test_the_list_is_filtered(ann: User, said: Said, apple: OwnersServer) -> None:
    said.portfolio(1)
    ann.watch("PRICE_ABOVE", "200", asset=5)
    ann.watch("PORTFOLIO_VALUE_BELOW", "10", portfolio=1, name="Low")
    assert [rule["id"] for rule in ann.found("alerts/", asset_id=5)] == [1]
    assert [rule["id"] for rule in ann.found("alerts/", kind="PORTFOLIO_VALUE_BELOW")] == [2]
    assert [rule["id"] for rule in ann.found("alerts/", search="low")] == [2]
    assert [rule["id"] for rule in ann.found("alerts/", ordering="-name")] == [1, 2]


def test_a_user_has_as_many_rules_as_the_cap_says(
    stand: Stand, ann: User, apple: OwnersServer
) -> None:
    with patch.dict(stand.app.settings.caps, {"alert rules": 1}):
        ann.watch("PRICE_ABOVE", "200", asset=5)
        values = {"name": "One more", "kind": "PRICE_ABOVE", "asset": 5, "threshold": "300"}
        refused = ann.post("alerts/", values)
        assert (refused.status_code, body(refused)["details"]["code"]) == (409, "too_many")
        assert len(ann.found("alerts/")) == 1
