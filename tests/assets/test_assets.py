"""Assets: made, read, changed, retired, and by whom."""

from typing import Any
from unittest.mock import patch

import pytest

from shared.testing import Stand
from tests.assets.build import APPLE, Assets, body, fields

SAMPLE = APPLE | {
    "exchange": "NASDAQ",
    "market_cap": "2750000000000",
    "sector": "Technology",
    "industry": "Consumer Electronics",
}


def test_an_asset_answers_as_the_published_sample(admin: Assets) -> None:
    admin.make(**SAMPLE)
    admin.price(1, "173", date="2024-01-19")
    answer = admin.price(
        1,
        "175.50",
        high="176.25",
        low="174.80",
        volume=52847392,
        timestamp="2024-01-20T20:00:00Z",
    )
    assert list(body(answer).items()) == [
        ("id", 1),
        ("symbol", "AAPL"),
        ("name", "Apple Inc."),
        ("asset_type", "STOCK"),
        ("currency", "USD"),
        ("exchange", "NASDAQ"),
        ("current_price", "175.50"),
        ("previous_close", "173.00"),
        ("price_change", "2.50"),
        # 2.50 / 173.00 is 1.4450…, half up; the sample's 1.44 is cut off.
        ("price_change_percentage", "1.45"),
        ("day_high", "176.25"),
        ("day_low", "174.80"),
        ("volume", 52847392),
        ("market_cap", "2750000000000.00"),
        ("sector", "Technology"),
        ("industry", "Consumer Electronics"),
        ("last_price_update", "2024-01-20T20:00:00Z"),
        ("isin", None),
        ("country", None),
        ("is_active", True),
        ("visibility", "PUBLIC"),
        ("data_source", None),
        ("data_symbol", None),
        ("warnings", []),
    ]
    assert body(admin.get("assets/1/")) == body(answer)


def test_an_asset_without_a_price_says_so(admin: Assets) -> None:
    asset = admin.make()
    assert asset["current_price"] is None
    assert asset["price_change_percentage"] is None
    assert [warning["code"] for warning in asset["warnings"]] == ["no_price"]


def test_a_first_price_has_nothing_to_compare_with(admin: Assets) -> None:
    admin.make()
    asset = body(admin.price(1, "175.50"))
    assert asset["price_change"] is None
    assert [warning["code"] for warning in asset["warnings"]] == ["no_previous_close"]


def test_an_administrator_makes_public_assets_and_a_user_private_ones(
    admin: Assets, ann: Assets, bob: Assets
) -> None:
    assert admin.make()["visibility"] == "PUBLIC"
    house = ann.make(symbol="HOUSE", asset_type="REAL_ESTATE")
    assert house["visibility"] == "PRIVATE"
    assert body(bob.get("assets/1/"))["symbol"] == "AAPL"
    assert bob.get("assets/2/").status_code == 404
    assert admin.get("assets/2/").status_code == 404


def test_a_public_asset_is_changed_by_administrators_only(admin: Assets, ann: Assets) -> None:
    admin.make()
    assert ann.client.patch("/api/assets/1/", json={"name": "Mine"}).status_code == 403
    assert ann.client.put("/api/assets/1/", json=APPLE).status_code == 403
    assert ann.client.delete("/api/assets/1/").status_code == 403
    assert ann.price(1, "1").status_code == 403
    assert body(ann.get("assets/1/"))["name"] == "Apple Inc."


def test_a_private_asset_of_somebody_else_does_not_exist(ann: Assets, bob: Assets) -> None:
    ann.make()
    assert bob.client.patch("/api/assets/1/", json={"name": "Mine"}).status_code == 404
    assert bob.client.delete("/api/assets/1/").status_code == 404
    assert bob.price(1, "1").status_code == 404
    assert bob.get("assets/1/price_history/").status_code == 404


def test_a_symbol_is_unique_among_the_public_and_for_each_owner(
    admin: Assets, ann: Assets, bob: Assets
) -> None:
    for user in (admin, ann, bob):
        user.make()
    for user in (admin, ann, bob):
        assert user.post("assets/", APPLE | {"symbol": "aapl"}).status_code == 409


def test_a_symbol_cannot_be_changed_to_one_that_is_taken(ann: Assets) -> None:
    ann.make()
    ann.make(symbol="MSFT")
    assert ann.client.patch("/api/assets/2/", json={"symbol": "AAPL"}).status_code == 409
    assert body(ann.get("assets/2/"))["symbol"] == "MSFT"


def test_a_symbol_and_an_isin_are_kept_in_capitals(ann: Assets) -> None:
    asset = ann.make(symbol=" vod.l ", isin="gb00bh4hks39")
    assert (asset["symbol"], asset["isin"]) == ("VOD.L", "GB00BH4HKS39")


@pytest.mark.parametrize("unit", ["GBX", "GBp"])
def test_a_minor_unit_is_kept_as_its_currency(ann: Assets, unit: str) -> None:
    asset = ann.make(currency=unit)
    assert asset["currency"] == "GBP"
    assert "minor_unit_converted" in [warning["code"] for warning in asset["warnings"]]


@pytest.mark.parametrize(
    ("currency", "market_cap"),
    [("JPY", "1000"), ("KWD", "999.500"), ("USD", "999.50")],
)
def test_a_market_cap_has_its_currencys_minor_unit(
    ann: Assets, currency: str, market_cap: str
) -> None:
    assert ann.make(currency=currency, market_cap="999.5")["market_cap"] == market_cap


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"symbol": None}, "symbol"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": "A,B"}, "symbol"),
        ({"symbol": "A" * 33}, "symbol"),
        ({"symbol": "A\x00"}, "symbol"),
        ({"name": ""}, "name"),
        ({"name": "N" * 256}, "name"),
        ({"asset_type": "HORSE"}, "asset_type"),
        ({"currency": "USX"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"isin": "US0378331006"}, "isin"),  # Apple's ends in 5
        ({"isin": "US037833100"}, "isin"),
        ({"market_cap": "-1"}, "market_cap"),
        ({"market_cap": "1e999"}, "market_cap"),
        ({"market_cap": "NaN"}, "market_cap"),
        ({"market_cap": "9" * 30}, "market_cap"),
        ({"market_cap": True}, "market_cap"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"current_price": "1"}, "current_price"),
        ({"owner_id": 7}, "owner_id"),
        ({"visibility": "PUBLIC"}, "visibility"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(
    stand: Stand, ann: Assets, values: dict[str, Any], field: str
) -> None:
    assert list(fields(ann.post("assets/", APPLE | values))) == [field]
    assert ann.found("assets/") == []
    assert stand.events() == []


@pytest.mark.parametrize("missing", ["symbol", "name", "asset_type", "currency"])
def test_what_is_required_is_named(ann: Assets, missing: str) -> None:
    given = {name: value for name, value in APPLE.items() if name != missing}
    assert list(fields(ann.post("assets/", given))) == [missing]


def test_malformed_json_is_refused(ann: Assets) -> None:
    answer = ann.client.post("/api/assets/", data="{", content_type="application/json")
    assert answer.status_code == 400


def test_get_change_put_works(admin: Assets) -> None:
    admin.make(**SAMPLE)
    admin.price(1, "175.50")
    asset = body(admin.get("assets/1/"))
    answer = admin.client.put("/api/assets/1/", json=asset | {"name": "Apple"})
    assert body(answer) == asset | {"name": "Apple"}


def test_put_replaces_and_patch_changes(ann: Assets) -> None:
    ann.make(**SAMPLE)
    changed = body(ann.client.patch("/api/assets/1/", json={"sector": "IT"}))
    assert (changed["sector"], changed["exchange"]) == ("IT", "NASDAQ")
    replaced = body(ann.client.put("/api/assets/1/", json=APPLE))
    assert (replaced["sector"], replaced["exchange"]) == (None, None)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_asset_stays_in_its_currency(ann: Assets, method: str) -> None:
    ann.make()
    for currency, status in (("EUR", 422), ("USD", 200)):
        asset = APPLE | {"currency": currency}
        answer = ann.client.open("/api/assets/1/", method=method, json=asset)
        assert answer.status_code == status
    assert body(ann.get("assets/1/"))["currency"] == "USD"


def test_a_minor_unit_is_the_currency_it_is_kept_in(ann: Assets) -> None:
    ann.make(currency="GBX")
    assert ann.client.patch("/api/assets/1/", json={"currency": "GBX"}).status_code == 200


def test_an_asset_of_a_wrong_currency_is_retired_and_made_again(ann: Assets) -> None:
    ann.make(currency="JPY")
    [message] = fields(ann.client.patch("/api/assets/1/", json={"currency": "USD"}))["currency"]
    assert message == (
        "The asset stays in JPY: retire it by DELETE, which sets its symbol free,"
        " and make another one."
    )
    assert ann.client.delete("/api/assets/1/").status_code == 204
    assert ann.make()["currency"] == "USD"


def test_an_older_tag_does_not_overwrite(ann: Assets) -> None:
    ann.make()
    tag = ann.get("assets/1/").headers["ETag"]
    old = {"If-Match": tag}
    first = ann.client.patch("/api/assets/1/", json={"name": "First"}, headers=old)
    second = ann.client.patch("/api/assets/1/", json={"name": "Second"}, headers=old)
    removed = ann.client.delete("/api/assets/1/", headers=old)
    assert [first.status_code, second.status_code, removed.status_code] == [200, 412, 412]
    assert body(ann.get("assets/1/"))["name"] == "First"


def test_a_moving_price_does_not_refuse_a_new_name(ann: Assets) -> None:
    ann.make()
    tag = ann.get("assets/1/").headers["ETag"]
    ann.price(1, "10")
    headers = {"If-Match": tag}
    changed = ann.client.patch("/api/assets/1/", json={"name": "New"}, headers=headers)
    assert changed.status_code == 200
    assert ann.client.get("/api/assets/1/", headers={"If-None-Match": tag}).status_code == 200


def test_what_the_client_has_is_not_sent_again(ann: Assets) -> None:
    ann.make()
    headers = {"If-None-Match": ann.get("assets/1/").headers["ETag"]}
    assert ann.client.get("/api/assets/1/", headers=headers).status_code == 304


def test_a_retired_asset_leaves_lists_and_search_but_keeps_its_prices(ann: Assets) -> None:
    ann.make()
    ann.price(1, "10")
    assert ann.client.delete("/api/assets/1/").status_code == 204
    assert ann.found("assets/") == []
    assert ann.found("assets/search/", q="apple") == []
    assert [asset["id"] for asset in ann.found("assets/", is_active="false")] == [1]
    assert body(ann.get("assets/1/"))["is_active"] is False
    assert len(ann.found("assets/1/price_history/")) == 1


def test_a_retired_asset_gives_its_symbol_back(ann: Assets) -> None:
    ann.make()
    ann.client.delete("/api/assets/1/")
    ann.make()
    revived = ann.client.patch("/api/assets/1/", json={"is_active": True})
    assert revived.status_code == 409


def test_a_post_with_a_key_happens_once(ann: Assets) -> None:
    first = ann.post("assets/", APPLE, **{"Idempotency-Key": "apple"})
    again = ann.post("assets/", APPLE, **{"Idempotency-Key": "apple"})
    assert body(again) == body(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(ann.found("assets/")) == 1


def test_nobody_gets_nothing(stand: Stand) -> None:
    nobody = stand.client(user=None)
    for path in ("assets/", "assets/1/", "assets/search/?q=a", "price-history/"):
        answer = nobody.get(f"/api/{path}")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Token"
    assert nobody.post("/api/assets/", json=APPLE).status_code == 401


def test_a_token_for_reading_writes_nothing(stand: Stand, ann: Assets) -> None:
    ann.make()
    reader = stand.client(user=1, scopes=("read",))
    assert reader.get("/api/assets/1/").status_code == 200
    assert reader.post("/api/assets/", json=APPLE).status_code == 403
    assert reader.put("/api/assets/1/", json=APPLE).status_code == 403
    assert reader.patch("/api/assets/1/", json={"name": "N"}).status_code == 403
    assert reader.delete("/api/assets/1/").status_code == 403
    assert reader.post("/api/assets/1/update_price/", json={"price": "1"}).status_code == 403


def test_an_id_that_no_asset_can_have_is_not_found(ann: Assets) -> None:
    for path in ("assets/99/", "assets/0/", f"assets/{2**63}/", "assets/x/"):
        assert ann.get(path).status_code == 404


def test_a_user_has_as_many_private_assets_as_the_cap_says(
    stand: Stand, ann: Assets, admin: Assets
) -> None:
    with patch.dict(stand.app.settings.caps, {"private assets": 3}):
        ann.make(symbol="A")
        ann.make(symbol="B")
        # One that is retired is kept with its prices, and counts.
        assert ann.client.delete("/api/assets/1/").status_code == 204
        rows = [APPLE | {"symbol": symbol} for symbol in "CD"]
        for body_of in ({"assets": rows}, {"assets": rows, "atomic": False}):
            refused = ann.post("assets/bulk/", body_of)
            assert (refused.status_code, body(refused)["details"]["code"]) == (409, "too_many")
        ann.make(symbol="C")
        assert ann.post("assets/", APPLE | {"symbol": "D"}).status_code == 409
        assert [row["symbol"] for row in ann.found("assets/")] == ["B", "C"]
        assert admin.post("assets/bulk/", {"assets": rows}).status_code == 201


def test_a_file_makes_no_private_asset_beyond_the_cap(stand: Stand) -> None:
    portfolio = stand.service_client("portfolio")
    assets = [{"symbol": symbol, "name": symbol, "currency": "USD"} for symbol in "AB"]
    with patch.dict(stand.app.settings.caps, {"private assets": 1}):
        trial = portfolio.post("/internal/v1/assets/trial/", json={"user": 1, "assets": assets})
        message = "You may have 1 private assets, and this would be more."
        assert trial.get_json()["refused"] == [None, {"asset": [message]}]
        made = [
            portfolio.post("/internal/v1/assets/", json={"user": 1, **asset}) for asset in assets
        ]
        assert [answer.status_code for answer in made] == [201, 409]
        again = portfolio.post("/internal/v1/assets/", json={"user": 1, **assets[0]})
        assert again.status_code == 201  # it is there already
