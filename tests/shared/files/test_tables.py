"""Where a header is, how a file is encoded and delimited, and what its titles mean."""

from typing import Any

import pytest

from shared.files import Column, Columns, FileRefused, Form, Table, read, require_needed

COLUMNS = Columns(
    [
        Column("date", ["trade date", "datum"]),
        Column("close", ["quote", "kurs"], is_number=True),
        Column("volume", is_number=True),
    ],
    {},
    ["Adj Close"],
)


def table(content: str | bytes, columns: Columns = COLUMNS, **said: Any) -> Table:
    content = content.encode() if isinstance(content, str) else content
    return read(content, Form(**said), columns)


def records(found: Table) -> list[dict[str, str]]:
    return [texts for _, texts in found.lines]


ONE = [{"date": "2021-01-04", "close": "10"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_the_one_of_the_header(delimiter: str, end: str) -> None:
    found = table(f"Date{delimiter}Close{end}2021-01-04{delimiter}10{end}")
    assert records(found) == ONE
    assert found.form.delimiter == delimiter


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("cp1252", "windows-1252"),
    ],
)
def test_the_encoding_is_found(encoding: str, name: str) -> None:
    found = table("Datum;Kurs;Börse\n2021-01-04;10;Köln\n".encode(encoding))
    assert (records(found), found.form.encoding) == (ONE, name)


def test_the_encoding_may_be_said() -> None:
    columns = Columns([Column("date"), Column("notes", ["poznámka"])], {})
    content = "date;poznámka\n2021-01-04;č\n".encode("cp1250")
    assert records(table(content, columns, encoding="windows-1250"))[0]["notes"] == "č"
    with pytest.raises(FileRefused, match="Not a text file in utf-8"):
        table(content, columns, encoding="utf-8")


def test_title_lines_before_the_header_are_found_and_shown() -> None:
    found = table("Statement 12, of Ann\n\nPeriod;2021\nDate;Quote\n2021-01-04;10\n")
    assert found.title_lines == ["Statement 12, of Ann", "Period;2021"]
    assert found.form.skip_lines == 3
    assert found.lines == [(5, ONE[0])]


def test_lines_to_skip_may_be_said() -> None:
    found = table("Date;Close\nDate,Quote\n2021-01-04,10\n", skip_lines=1)
    assert records(found) == ONE
    with pytest.raises(FileRefused, match="no header"):
        table("Date,Close\n", skip_lines=5)


def test_a_spreadsheets_line_that_names_the_delimiter_is_no_title() -> None:
    found = table("sep=|\nDate|Close\n2021-01-04|10\n")
    assert (records(found), found.title_lines, found.form.delimiter) == (ONE, [], "|")


def test_a_record_over_two_lines_counts_for_both() -> None:
    columns = Columns([Column("date"), Column("notes")], {})
    found = table('date,notes\n2021-01-04,"a\nb"\n\n2021-01-05,c\n', columns)
    assert [line for line, _ in found.lines] == [2, 5]


def test_titles_that_are_not_known_are_left_out_and_shown() -> None:
    found = table("Date,Close,Adj Close,Exchange\n2021-01-04,10,9,X\n")
    assert [(title.text, title.column) for title in found.titles] == [
        ("Date", "date"),
        ("Close", "close"),
        ("Adj Close", None),
        ("Exchange", None),
    ]


def test_of_two_titles_for_one_column_the_likelier_is_read() -> None:
    found = table("Kurs;Quote;Datum;Date\n1;10;x;2021-01-04\n")
    assert records(found) == ONE


def test_what_the_sender_says_of_columns_goes_before() -> None:
    columns = Columns([Column("date"), Column("close", ["quote"])], {"close": "Last Price"})
    found = table("date,Last-Price,quote\n2021-01-04,10,9\n", columns)
    assert records(found) == ONE
    with pytest.raises(
        FileRefused, match="no column last price, which `columns` names; it has: da"
    ):
        table("date,close\n2021-01-04,10\n", columns)


def test_a_column_may_be_said_not_to_be_read() -> None:
    columns = Columns([Column("date"), Column("close", ["quote"])], {"close": ""})
    assert records(table("date,quote\n2021-01-04,9\n", columns)) == [{"date": "2021-01-04"}]


def test_behind_an_amount_a_column_without_a_title_has_its_currency() -> None:
    columns = Columns([Column("price"), Column("currency", ["price currency"])], {})
    assert records(table("Price,,\n9,EUR,\n", columns)) == [{"price": "9", "currency": "EUR"}]


def test_a_title_twice_is_refused() -> None:
    with pytest.raises(FileRefused, match="stands twice in the header: Close"):
        table("Date,Close,Close\n2021-01-04,1,2\n")


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(FileRefused, match="at most 500 are read"):
        table("a," * 2_000_000)
    for content in ("9" * 4_000_000, '"' * 4_000_000, "\n" * 4_000_000):
        with pytest.raises(FileRefused):
            require_needed(table(content), ["date"], [])


def test_a_misspelt_title_is_known() -> None:
    found = table("Date,Close,Volum,Adj Close,Colour\n")
    assert COLUMNS.misspelt(found.titles) == {"Volum": "volume"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"PK\x03\x04xl/workbook.xml", "workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x81\x8d", "Not a text file in UTF-8"),
        (b"\xff\xfe\x00", "Not a text file in UTF-16"),
        (b'Date,Close\n2021-01-04,"1" 2\n', "Not a CSV file: line 2"),
        (b"Date,Close\n2021-01-04,1,2\n", "Line 2 has more cells than the header"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        table(content)
