"""Price records: by the day, week and month, of one asset or of all."""

import csv
import io
from typing import Any
from unittest.mock import patch

import pytest

from shared.testing import Stand
from tests.assets.build import Assets, body


@pytest.fixture
def apple(ann: Assets) -> Assets:
    """Return an owner whose asset 1 has prices of two weeks and two months."""
    ann.make()
    for day, price, volume in [
        ("2024-01-30", "188", 100),  # Tuesday
        ("2024-01-31", "184", 200),
        ("2024-02-02", "186", 300),  # Friday
        ("2024-02-05", "187", 400),  # Monday
    ]:
        ann.price(1, price, date=day, volume=volume)
    return ann


def records(user: Assets, *names: str, **query: Any) -> list[tuple[Any, ...]]:
    found = user.found("assets/1/price_history/", ordering="date", **query)
    return [tuple(record[name] for name in names) for record in found]


def test_a_record_has_these_fields(apple: Assets) -> None:
    record = body(apple.get("price-history/1/"))
    assert record == {
        "id": 1,
        "asset": 1,
        "symbol": "AAPL",
        "date": "2024-01-30",
        "open": None,
        "high": "188.00",
        "low": "188.00",
        "close": "188.00",
        "adjusted_close": "188.00",
        "volume": 100,
        "source": "manual",
    }
    assert apple.get("price-history/1/").headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "assets/1/price_history/",
        "price-history/",
        "price-history/1/",
        "exchange-rates/?from=EUR&to=EUR",
    ],
)
def test_market_data_may_be_kept_for_a_minute_by_who_asked(apple: Assets, path: str) -> None:
    answer = apple.client.get(f"/api/{path}")
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    # Another token, or CSV instead of JSON, is another answer.
    assert answer.vary.as_set() == {"accept", "authorization"}
    if tag := answer.headers.get("ETag"):
        had = apple.client.get(f"/api/{path}", headers={"If-None-Match": tag})
        assert (had.status_code, had.headers["Cache-Control"]) == (304, "private, max-age=60")
        assert had.headers["ETag"] == tag
    csv_too = apple.client.get(f"/api/{path}", headers={"Accept": "text/csv, application/json"})
    assert csv_too.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("path", ["price-history/99/", "price-history/?page=9", "price-history/?x"])
def test_a_refusal_is_not_kept(apple: Assets, path: str) -> None:
    answer = apple.client.get(f"/api/{path}")
    assert answer.status_code in {400, 404}
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_newest_comes_first(apple: Assets) -> None:
    days = [record["date"] for record in apple.found("assets/1/price_history/")]
    assert days == ["2024-02-05", "2024-02-02", "2024-01-31", "2024-01-30"]


def test_both_ends_of_a_window_count(apple: Assets) -> None:
    window = {"start_date": "2024-01-31", "end_date": "2024-02-02"}
    assert records(apple, "date", **window) == [("2024-01-31",), ("2024-02-02",)]


def test_a_week_ends_with_its_last_price(apple: Assets) -> None:
    # Monday 29 January to Sunday 4 February, then the week of 5 February.
    names = ("date", "high", "low", "close", "volume")
    assert records(apple, *names, interval="weekly") == [
        ("2024-02-02", "188.00", "184.00", "186.00", 600),
        ("2024-02-05", "187.00", "187.00", "187.00", 400),
    ]


def test_a_month_ends_with_its_last_price(apple: Assets) -> None:
    assert records(apple, "date", "close", "volume", interval="monthly") == [
        ("2024-01-31", "184.00", 300),
        ("2024-02-05", "187.00", 700),
    ]


def test_a_period_with_an_unknown_day_has_no_volume(apple: Assets) -> None:
    apple.price(1, "185", date="2024-02-01")
    volumes = records(apple, "date", "volume", "high", interval="weekly")
    assert volumes == [("2024-02-02", None, None), ("2024-02-05", 400, "187.00")]


def test_records_are_listed_over_all_assets_that_one_sees(
    apple: Assets, admin: Assets, bob: Assets
) -> None:
    admin.make(symbol="PUBLIC")
    admin.price(2, "1", date="2024-01-31")
    assert [record["symbol"] for record in bob.found("price-history/")] == ["PUBLIC"]
    by_day = apple.found("price-history/", start_date="2024-01-31", end_date="2024-01-31")
    assert [record["symbol"] for record in by_day] == ["PUBLIC", "AAPL"]
    assert len(apple.found("price-history/", symbol="aapl")) == 4
    assert len(apple.found("price-history/", asset_id=2)) == 1


def test_a_record_of_somebody_elses_asset_does_not_exist(apple: Assets, bob: Assets) -> None:
    assert bob.get("price-history/1/").status_code == 404
    assert bob.get("price-history/99/").status_code == 404


def test_a_history_streams_as_csv(apple: Assets) -> None:
    answer = apple.client.get(
        "/api/assets/1/price_history/?ordering=date&page_size=1", headers={"Accept": "text/csv"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert "Content-Length" not in answer.headers
    assert [(row["date"], row["close"]) for row in rows] == [
        ("2024-01-30", "188.00"),
        ("2024-01-31", "184.00"),
        ("2024-02-02", "186.00"),
        ("2024-02-05", "187.00"),
    ]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"interval": "hourly"}, "interval"),
        ({"start_date": "2024-02-01", "end_date": "2024-01-31"}, "start_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"ordering": "close"}, "ordering"),
        ({"search": "a"}, "search"),
    ],
)
def test_a_wrong_parameter_is_named(apple: Assets, query: dict[str, str], named: str) -> None:
    answer = apple.get("assets/1/price_history/", **query)
    assert answer.status_code == 400
    assert f"'{named}'" in body(answer)["details"]["message"]


def test_a_user_has_as_many_prices_of_their_own_as_the_cap_says(
    stand: Stand, apple: Assets
) -> None:
    with patch.dict(stand.app.settings.caps, {"private prices": 5}):
        days = [{"date": f"2024-03-0{day}", "close": "190"} for day in (4, 5)]
        calls = [
            apple.post("assets/1/price_history/bulk/", {"prices": days}),
            apple.post("assets/1/price_history/bulk/", {"prices": days, "atomic": False}),
            apple.client.post(
                "/api/assets/1/price_history/bulk/",
                data="date,close\n2024-03-04,190\n2024-03-05,190\n",
                content_type="text/csv",
            ),
        ]
        for refused in calls:
            assert (refused.status_code, body(refused)["details"]["code"]) == (409, "too_many")
        assert len(records(apple, "date")) == 4
        assert apple.price(1, "190", date="2024-03-04").status_code == 200
        assert apple.price(1, "191", date="2024-03-04").status_code == 200  # the same day
        assert apple.price(1, "190", date="2024-03-05").status_code == 409
