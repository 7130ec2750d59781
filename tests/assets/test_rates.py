"""Exchange rates: direct, inverse, crossed; the last one on or before the day."""

import pytest

from tests.assets.build import Assets, body


@pytest.fixture
def market(admin: Assets) -> Assets:
    """Return an administrator of EURUSD, EURGBP and USDJPY, each with a few closes."""
    for symbol, closes in [
        ("EURUSD", [("2024-01-18", "1.0875"), ("2024-01-19", "1.08")]),
        ("EURGBP", [("2024-01-17", "0.8")]),
        ("USDJPY", [("2024-01-19", "148")]),
    ]:
        asset = admin.make(symbol=symbol, asset_type="CURRENCY", currency=symbol[3:])
        for day, close in closes:
            admin.price(asset["id"], close, date=day)
    return admin


def rate(user: Assets, source: str, target: str, day: str) -> list[object]:
    found = body(user.get("exchange-rates/", **{"from": source, "to": target, "date": day}))
    return [found["rate"], found["rate_date"], found["via"]]


def test_a_rate_answers_these_fields(market: Assets, ann: Assets) -> None:
    answer = ann.get("exchange-rates/", **{"from": "EUR", "to": "USD", "date": "2024-01-21"})
    assert body(answer) == {
        "from": "EUR",
        "to": "USD",
        "date": "2024-01-21",
        "rate": "1.08",
        "rate_date": "2024-01-19",
        "via": ["EURUSD"],
    }


def test_the_last_close_on_or_before_the_day_counts(market: Assets) -> None:
    assert rate(market, "EUR", "USD", "2024-01-18") == ["1.0875", "2024-01-18", ["EURUSD"]]


def test_a_pair_is_read_the_other_way_round(market: Assets) -> None:
    # 1 / 1.08 to twelve decimals.
    assert rate(market, "USD", "EUR", "2024-01-19") == ["0.925925925926", "2024-01-19", ["EURUSD"]]


def test_a_cross_goes_through_the_euro_and_is_as_old_as_its_older_leg(market: Assets) -> None:
    # 1 / 0.8 × 1.08.
    expected = ["1.35", "2024-01-17", ["EURGBP", "EURUSD"]]
    assert rate(market, "GBP", "USD", "2024-01-19") == expected


def test_a_cross_goes_through_the_dollar_where_the_euro_knows_nothing(market: Assets) -> None:
    # 1.08 × 148.
    assert rate(market, "EUR", "JPY", "2024-01-19") == [
        "159.84",
        "2024-01-19",
        ["EURUSD", "USDJPY"],
    ]


def test_a_currency_is_one_of_itself(ann: Assets) -> None:
    assert rate(ann, "EUR", "EUR", "2024-01-19") == ["1.00", None, []]


def test_no_rate_is_not_found_and_never_one(market: Assets) -> None:
    for source, target, day in [
        ("CHF", "USD", "2024-01-19"),
        ("EUR", "USD", "2024-01-17"),
        ("GBP", "JPY", "2024-01-19"),  # two bridges would be needed
    ]:
        query = {"from": source, "to": target, "date": day}
        assert market.get("exchange-rates/", **query).status_code == 404


def test_today_is_the_default(market: Assets) -> None:
    answer = body(market.get("exchange-rates/", **{"from": "EUR", "to": "USD"}))
    assert (answer["rate"], answer["rate_date"]) == ("1.08", "2024-01-19")


def test_a_private_pair_counts_for_its_owner_alone_and_in_crosses_too(
    market: Assets, ann: Assets, bob: Assets
) -> None:
    pair = ann.make(symbol="SEKUSD", asset_type="CURRENCY")
    ann.price(pair["id"], "0.1", date="2024-01-19")
    assert rate(ann, "SEK", "USD", "2024-01-19") == ["0.10", "2024-01-19", ["SEKUSD"]]
    # 0.1 × 148, and 1.08 / 0.1.
    assert rate(ann, "SEK", "JPY", "2024-01-19") == ["14.80", "2024-01-19", ["SEKUSD", "USDJPY"]]
    assert rate(ann, "EUR", "SEK", "2024-01-19") == ["10.80", "2024-01-19", ["EURUSD", "SEKUSD"]]
    for other in (bob, market):
        query = {"from": "SEK", "to": "USD", "date": "2024-01-19"}
        assert other.get("exchange-rates/", **query).status_code == 404
        assert other.get("exchange-rates/", **query | {"to": "JPY"}).status_code == 404


@pytest.mark.parametrize("first", ["own", "public"])
def test_of_an_own_and_a_public_pair_the_later_close_counts_and_of_one_day_the_own_one(
    admin: Assets, ann: Assets, bob: Assets, first: str
) -> None:
    closes = {
        "own": (ann, [("2024-01-02", "1.5"), ("2024-01-04", "1.6")]),
        "public": (admin, [("2024-01-03", "1.1"), ("2024-01-04", "1.2"), ("2024-01-05", "1.3")]),
    }
    for whose in sorted(closes, key=lambda whose: whose != first):
        user, days = closes[whose]
        pair = user.make(symbol="EURUSD", asset_type="CURRENCY")
        for day, close in days:
            user.price(pair["id"], close, date=day)
    asked = [f"2024-01-0{day}" for day in range(2, 7)]
    assert [rate(ann, "EUR", "USD", day)[0] for day in asked] == [
        *("1.50", "1.10", "1.60", "1.30", "1.30")
    ]
    assert [rate(bob, "EUR", "USD", day)[0] for day in asked[1:]] == [
        *("1.10", "1.20", "1.30", "1.30")
    ]
    query = {"from": "EUR", "to": "USD", "date": "2024-01-02"}
    assert bob.get("exchange-rates/", **query).status_code == 404


def test_a_retired_pair_of_ones_own_counts_as_a_public_one_does(ann: Assets) -> None:
    pair = ann.make(symbol="SEKNOK", asset_type="CURRENCY", currency="NOK")
    ann.price(pair["id"], "0.98", date="2024-01-18")
    ann.client.delete(f"/api/assets/{pair['id']}/")
    assert rate(ann, "SEK", "NOK", "2024-01-19") == ["0.98", "2024-01-18", ["SEKNOK"]]
    newer = ann.make(symbol="SEKNOK", asset_type="CURRENCY", currency="NOK")
    ann.price(newer["id"], "0.97", date="2024-01-17")
    assert rate(ann, "SEK", "NOK", "2024-01-19") == ["0.97", "2024-01-17", ["SEKNOK"]]


def test_a_retired_pair_counts_until_another_has_its_symbol(market: Assets) -> None:
    market.client.delete("/api/assets/1/")
    assert rate(market, "EUR", "USD", "2024-01-21") == ["1.08", "2024-01-19", ["EURUSD"]]
    newer = market.make(symbol="EURUSD", asset_type="CURRENCY")
    market.price(newer["id"], "1.07", date="2024-01-18")
    assert rate(market, "EUR", "USD", "2024-01-21") == ["1.07", "2024-01-18", ["EURUSD"]]
    market.client.delete(f"/api/assets/{newer['id']}/")
    assert rate(market, "EUR", "USD", "2024-01-21") == ["1.07", "2024-01-18", ["EURUSD"]]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"to": "USD"}, "from"),
        ({"from": "EUR"}, "to"),
        ({"from": "EUR", "to": "GBX"}, "to"),
        ({"from": "XXX", "to": "USD"}, "from"),
        ({"from": "EUR", "to": "USD", "date": "today"}, "date"),
        ({"from": "EUR", "to": "USD", "base": "EUR"}, "base"),
    ],
)
def test_a_wrong_parameter_is_named(ann: Assets, query: dict[str, str], named: str) -> None:
    answer = ann.get("exchange-rates/", **query)
    assert answer.status_code == 400
    assert f"'{named}'" in body(answer)["details"]["message"]
