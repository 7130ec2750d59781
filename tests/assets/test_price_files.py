"""Files of prices as other programs write them."""

import json
from typing import Any

import pytest

from shared.testing import Stand
from tests.assets.build import Assets, body, fields
from tests.assets.test_bulk import records, send_csv

NAMES = ("date", "open", "high", "low", "close", "volume")


def warned(answer: Any) -> list[str]:
    return [warning["code"] for warning in body(answer)["warnings"]]


def test_yahoos_file(ann: Assets) -> None:
    ann.make()
    text = (
        "Date,Open,High,Low,Close,Adj Close,Volume\n"
        "2022-02-01,20.25,21,20,20.50000000000003,19.9,700\n"
        "2022-02-02,null,null,null,null,null,null\n"
        "2022-02-03,20.5,22.12345678901234,20.5,22,21.4,0\n"
    )
    answer = send_csv(ann, text)
    assert (body(answer)["count"], warned(answer)) == (2, ["columns_left_out", "rows_skipped"])
    assert "Adj Close" in body(answer)["warnings"][0]["message"]
    assert records(ann, *NAMES) == [
        ("2022-02-01", "20.25", "21.00", "20.00", "20.50", 700),
        ("2022-02-03", "20.50", "22.12345679", "20.50", "22.00", 0),
    ]


def test_our_own_list_comes_back(ann: Assets) -> None:
    ann.make()
    send_csv(ann, "date,close,volume\n2022-02-01,20.125,7\n2022-02-02,21,\n")
    before = records(ann, *NAMES)
    path = "/api/assets/1/price_history/"
    text = ann.client.get(path, headers={"Accept": "text/csv"}).text
    answer = send_csv(ann, text)
    assert (body(answer)["count"], warned(answer)) == (2, [])
    assert records(ann, *NAMES) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Stooq's volumes of currencies and crypto are fractions.
        ("Date,Open,High,Low,Close,Volume\n2022-02-01,1,3,1,2.5,812.5003\n", ("2.50", 813)),
        ("Date,Quote\n2022-02-01,2.5\n", ("2.50", None)),
        ("Datum;Kurs\n01.02.2022;2,5\n", ("2.50", None)),
        ("Datum;Schlusskurs;Stücke\n01.02.2022;1.234,50;1.000.000\n", ("1234.50", 1000000)),
        ("date;close\n2022-02-01;2.5\n", ("2.50", None)),
        ("Date\tClose\n2022-02-01\t2.5\n", ("2.50", None)),
        ('Date,Close\n2022-02-01T16:00:00-05:00,"$1,234.50"\n', ("1234.50", None)),
        ("Kurse der Nine AG\n\nDatum;Kurs\n01.02.2022 17:35;0,125\n", ("0.125", None)),
        ("Date,Open,High,Low,Close\n20220201,0,0,0,2.5\n", ("2.50", None)),
        ('Date,Close,Volume\n"Feb 01, 2022",2.5,"1,000,000"\n', ("2.50", 1000000)),
        ("Data,Otwarcie,Zamkniecie,Wolumen\n2022-02-01,2,2.5,7\n", ("2.50", 7)),
        ('"Datum","Zuletzt","Eröffn."\n"01.02.2022","2,50","2,40"\n', ("2.50", None)),
        ("snapped_at,price\n2022-02-01 00:00:00 UTC,2.5\n", ("2.50", None)),
        ("timestamp,close\n2022-02-01 00:00:00+00,2.5\n", ("2.50", None)),
    ],
)
def test_one_price_in_many_forms(ann: Assets, text: str, expected: tuple[str, Any]) -> None:
    ann.make()
    assert send_csv(ann, text).status_code == 200
    assert records(ann, "date", "close", "volume") == [("2022-02-01", *expected)]


def test_what_is_ambiguous_is_refused_until_it_is_said(ann: Assets) -> None:
    ann.make()
    text = "date;close\n02/01/2022;1,250\n"
    wrong = fields(send_csv(ann, text))["prices"]["2"]
    assert wrong["close"][0].startswith("Ambiguous: 1,250 may be 1.250 or 1250. Say decimal=")
    assert wrong["date"][0].startswith("Ambiguous: 02/01/2022 may be 2022-01-02 or 2022-02-01.")
    assert send_csv(ann, text, decimal=",", date_format="MM/DD/YYYY").status_code == 200
    assert records(ann, "date", "close") == [("2022-02-01", "1.25")]


def test_a_header_that_lacks_a_column_says_what_is_known(ann: Assets) -> None:
    ann.make()
    [message] = fields(send_csv(ann, "Day,Amount\n2022-02-01,2\n"))["file"]
    assert message.startswith("The header lacks: close. Line 1 was read as the header; it has: Day")
    assert "close may be called closing price, close last, last," in message
    assert message.endswith('Say which one it is: columns={"close": "<title>"}.')


def test_foreign_columns_are_said_in_the_query(ann: Assets) -> None:
    ann.make()
    text = "Jour,Close,Adj Close,Clôture\n2022-02-01,9,2,3\n"
    said = json.dumps({"date": "Jour", "close": "Clôture"})
    dry = body(send_csv(ann, text, dry_run="true", columns=said))
    assert [title["column"] for title in dry["columns"]] == ["date", None, None, "close"]
    assert send_csv(ann, text, columns=said).status_code == 200
    assert records(ann, "date", "close") == [("2022-02-01", "3.00")]
    [message] = fields(send_csv(ann, text, columns='{"day": "Jour"}'))["file"]
    assert message.startswith("columns: there is no day; known are close, date, high, low, open,")


def test_a_dry_run_shows_the_rows_as_they_were_read(stand: Stand, ann: Assets) -> None:
    ann.make()
    before = stand.events()
    text = "Kurse\nDatum;Kurs;Platz\n01.02.2022;2,50;X\n"
    found = body(send_csv(ann, text, dry_run=True))
    assert (found["count"], found["first_date"]) == (1, "2022-02-01")
    assert found["rows"] == [
        {"line": 3, "date": "2022-02-01", "open": None, "high": None, "low": None,
         "close": "2.50", "volume": None}
    ]  # fmt: skip
    assert found["columns"][1:] == [
        {"title": "Kurs", "column": "close"},
        {"title": "Platz", "column": None},
    ]
    assert (found["form"]["delimiter"], found["title_lines"]) == (";", ["Kurse"])
    assert records(ann, "date") == []
    assert stand.events() == before
    assert list(fields(send_csv(ann, "date,close\n2999-01-01,1\n", dry_run=True))) == ["prices"]


def test_a_file_of_nothing_is_refused(ann: Assets) -> None:
    ann.make()
    assert list(fields(send_csv(ann, "date,close\n"))) == ["prices"]
    assert list(fields(send_csv(ann, "date,close\n2022-02-01,null\n"))) == ["prices"]


def names_of(user: Assets) -> tuple[Any, ...]:
    asset = body(user.get("assets/1/"))
    return tuple(asset[name] for name in ("current_price", "previous_close", "day_high", "volume"))


def taken_back(user: Assets, import_id: int) -> int:
    return user.client.delete(f"/api/price-history/imports/{import_id}/").status_code


def test_a_file_is_taken_back(stand: Stand, ann: Assets) -> None:
    ann.make()
    first = body(send_csv(ann, "date,close\n2022-02-01,10\n2022-02-02,11\n"))["import_id"]
    again = body(send_csv(ann, "date,close\n2022-02-01,10\n2022-02-02,11\n"))["import_id"]
    wrong = body(send_csv(ann, "date,close,high\n2022-02-02,110,110\n2022-02-03,120,120\n"))
    assert (again, wrong["import_id"] > first) == (None, True)
    assert taken_back(ann, wrong["import_id"]) == 204
    # What it replaced is gone too.
    assert records(ann, "date", "close") == [("2022-02-01", "10.00")]
    assert names_of(ann) == ("10.00", None, None, None)
    event = stand.events()[-1]
    assert (event.type, event.data["count"]) == ("price-history-imported", 0)
    days = (event.data["first_date"], event.data["last_date"])
    assert days == ("2022-02-02", "2022-02-03")
    assert event.data["asset"]["current_price"] == "10.00"
    assert taken_back(ann, wrong["import_id"]) == 404


def test_what_came_since_stays_when_a_file_is_taken_back(ann: Assets) -> None:
    ann.make()
    first = body(send_csv(ann, "date,close\n2022-02-01,10\n2022-02-02,11\n"))["import_id"]
    ann.price(1, "12", date="2022-02-02")
    assert taken_back(ann, first) == 204
    assert records(ann, "date", "close") == [("2022-02-02", "12.00")]


def test_the_last_price_deleted_leaves_an_asset_without_one(stand: Stand, ann: Assets) -> None:
    ann.make()
    ann.price(1, "12", date="2022-02-02", volume=5)
    [price] = ann.found("price-history/", asset_id=1)
    assert ann.client.delete(f"/api/price-history/{price['id']}/").status_code == 204
    assert names_of(ann) == (None, None, None, None)
    assert stand.events()[-1].data["asset"]["price_date"] is None
    assert ann.client.delete(f"/api/price-history/{price['id']}/").status_code == 404


def test_prices_are_deleted_by_who_may_change_the_asset(
    stand: Stand, admin: Assets, ann: Assets, bob: Assets
) -> None:
    ann.make()
    mine = body(send_csv(ann, "date,close\n2022-02-01,10\n"))["import_id"]
    [price] = ann.found("price-history/", asset_id=1)
    reader = Assets(stand.client(user=1, scopes=("read",)))
    for user, status in ((bob, 404), (reader, 403)):
        assert user.client.delete(f"/api/price-history/{price['id']}/").status_code == status
        assert taken_back(user, mine) == status
    admin.make()
    admin.price(2, "12")
    [public] = bob.found("price-history/", asset_id=2)
    assert bob.client.delete(f"/api/price-history/{public['id']}/").status_code == 403
    assert admin.client.delete(f"/api/price-history/{public['id']}/").status_code == 204
