"""Files of prices as other programs write them."""

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
