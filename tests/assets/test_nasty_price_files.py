"""Files of prices that nobody should send: refused with line, cell and mend, or read right.

What is no table at all, in no matter which encoding, is refused by the same reader as files of
transactions (`tests/portfolio/nasty.py`).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.testing import Stand
from tests.assets.build import Assets, body, fields
from tests.assets.test_bulk import send_csv

DAY = "2022-02-01"
NUMBERS = ("open", "high", "low", "close", "volume")


@pytest.fixture(scope="module")
def ann(migrated: Stand) -> Assets:
    migrated.empty()
    user = Assets(migrated.client(user=1))
    user.make()
    return user


@pytest.fixture(autouse=True)
def nothing_is_left(migrated: Stand, ann: Assets) -> Iterator[None]:
    before = migrated.rows()
    yield
    assert migrated.rows() == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The file is empty"),
        ("\ufeff\n", "The file is empty"),
        ("<!DOCTYPE html><html>", "web page (HTML)"),
        ('{"prices": []}', "This is JSON"),
        ("<prices/>", "This is XML"),
        ("date;price;close;close\n", "A column stands twice in the header: close"),
        ("date,symbol,close\n2022-02-01,A,1\n2022-02-01,B,1\n", "prices of several assets"),
        (f'date,close\n{DAY},"1\n', "line 2: a quotation mark has no end"),
        (f"date,close\n{DAY},1,2\n", "Line 2 has more cells than the header"),
        ("day;close\n", "1 to 50000 prices at once, not 0"),
        ("date,close\n" + f"{DAY},1\n" * 50_001, "more than 50,000 rows: send it in parts"),
    ],
)
def test_it_is_refused_as_a_whole(ann: Assets, text: str, reason: str) -> None:
    [[message]] = fields(send_csv(ann, text.encode())).values()
    assert reason in message


@pytest.mark.parametrize(
    ("row", "cell", "reason"),
    [
        ("44593,,,,1,", "date", "2022-02-01 as a spreadsheet counts days"),
        ("2022-02-30,,,,1,", "date", "Not a valid date"),
        ("02/01/2022,,,,1,", "date", "may be 2022-01-02 or 2022-02-01"),
        ("01.02.22,,,,1,", "date", "say date_format"),
        ("0001-01-01,,,,1,", "date", "before 1900"),
        ("9999-12-31,,,,1,", "date", "in the future"),
        (",,,,1,", "date", "needs a date"),
        ("Total,,,,1,", "date", "Not a valid date"),
        (f"{DAY},,,,0,", "close", "greater than 0"),
        (f"{DAY},,,,-0,", "close", "greater than 0"),
        (f"{DAY},,,,-1,", "close", "greater than 0"),
        (f"{DAY},,,,Infinity,", "close", "Not a decimal number"),
        (f"{DAY},,,,NaN,", "close", "Not a decimal number"),
        (f"{DAY},,,,1.23457E+11,", "close", "write it in full"),
        (f"{DAY},,,,=1+1,", "close", "formula: save its value"),
        (f"{DAY},,,,{'9' * 13},", "close", "At most 12 digits"),
        (f"{DAY},,,,0.000000001,", "close", "greater than 0"),
        (f'{DAY},"1.234,50",,,"1,234.50",', "open", "in a file that writes"),
        (f'{DAY},,,,"1,234",', "close", "may be 1.234 or 1234"),
        (f"{DAY},,1,,2,", "high", "below another price"),
        (f"{DAY},,,3,2,", "low", "above another price"),
        (f"{DAY},,,,1,-5", "volume", "negative"),
        (f"{DAY},,,,1,{'9' * 19}", "volume", "At most 9223372036854775807"),
        (f"{DAY},,,,1,{'9' * 20}", "volume", "At most 19 digits"),
        (f"{DAY},,,,1\0,", "close", "Control characters"),
    ],
)
def test_a_row_is_refused_by_its_line_and_cell(
    ann: Assets, row: str, cell: str, reason: str
) -> None:
    text = f"date,open,high,low,close,volume\n2022-01-31,,,,1,\n{row}\n"
    rows = fields(send_csv(ann, text))["prices"]
    assert list(rows) == ["3"]
    [message] = rows["3"][cell]
    assert reason in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"date,close\n{DAY},1e-05\n", {"close": "0.00001"}),
        (f"date,close\n{DAY},2.5e-1\n", {"close": "0.25"}),
        (f"date;close\n{DAY};1\u2009234,5\n", {"close": "1234.50"}),
        (f"\u200bdate,close\n\u200e{DAY},2\u200b\n", {"close": "2.00"}),
        (f'date,close\n="{DAY}",="2"\n', {"close": "2.00"}),
        (f"date,close,volume\r{DAY},2,1.5e-1\r", {"close": "2.00", "volume": 0}),
        (f"sep=;\ndate;close\n{DAY};2,0\n", {"close": "2.00"}),
        (f"date;close\n{DAY};2,0\n\n;\n".encode("utf-16-be"), {"close": "2.00"}),
    ],
)
def test_it_is_read_right(ann: Assets, text: str | bytes, expected: dict[str, Any]) -> None:
    answer = send_csv(ann, text, dry_run=True)
    assert answer.status_code == 200, answer.text
    [row] = body(answer)["rows"]
    assert row["date"] == DAY
    assert {name: row[name] for name in NUMBERS if row[name] is not None} == expected
