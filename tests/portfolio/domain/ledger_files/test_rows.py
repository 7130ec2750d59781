"""What all formats share: ids, order, errors by line, and no file that breaks the reader."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portfolio.domain.ledger_files import FORMATS, read
from services.portfolio.domain.ledger_files.rows import LedgerFile
from shared.files import FileRefused
from shared.finance.entries import EntryType as T

HEADER = "date,transaction_type,symbol,quantity,price,notes,external_id\n"


def read_rows(*lines: str, header: str = HEADER) -> LedgerFile:
    return read("generic", (header + "\n".join(lines)).encode())


def ids(*lines: str) -> list[str | None]:
    found = read_rows(*lines)
    assert not found.errors
    return [row.external_id for row in found.rows]


BUY = "2024-01-02,BUY,AAPL,10,180.50,,"


def test_the_same_file_gives_the_same_ids() -> None:
    assert ids(BUY, "2024-01-03,SELL,AAPL,1,190,,") == ids(BUY, "2024-01-03,SELL,AAPL,1,190,,")


def test_two_equal_trades_in_one_file_have_two_ids() -> None:
    first, second = ids(BUY, BUY)
    assert first != second


def test_a_longer_file_gives_the_rows_it_had_before_the_ids_they_had_before() -> None:
    assert ids(BUY, BUY) == ids(BUY, BUY, BUY)[:2]


def test_the_id_of_a_row_stays_when_its_notes_or_its_spelling_change() -> None:
    assert ids(BUY) == ids("2024-01-02,buy,AAPL,10.0,180.5,monthly,")


@pytest.mark.parametrize(
    "other",
    [
        "2024-01-03,BUY,AAPL,10,180.50,,",
        "2024-01-02,SELL,AAPL,10,180.50,,",
        "2024-01-02,BUY,MSFT,10,180.50,,",
        "2024-01-02,BUY,AAPL,11,180.50,,",
        "2024-01-02,BUY,AAPL,10,180.51,,",
    ],
)
def test_another_transaction_has_another_id(other: str) -> None:
    assert ids(BUY) != ids(other)


def test_an_id_that_the_file_gives_is_kept() -> None:
    assert ids(f"{BUY}broker-17") == ["broker-17"]


def test_an_id_of_content_that_the_file_gives_is_given_to_no_other_row() -> None:
    first, second, third = ids(BUY, BUY, BUY)
    assert ids(BUY, f"{BUY}{first}", BUY) == [second, first, third]


def test_an_id_given_twice_is_an_error_of_the_second_row() -> None:
    assert read_rows(f"{BUY}broker-17", f"{BUY}broker-17").errors == {
        3: {"external_id": ["Another row has this id too."]}
    }


def test_rows_are_created_by_date_and_acquisitions_before_disposals() -> None:
    # Newest first, as brokers write.
    found = read_rows(
        "2024-01-03,SELL,AAPL,5,190,,",
        "2024-01-03,BUY,AAPL,5,180,,",
        "2024-01-02,TRANSFER_OUT,AAPL,1,,,",
        "2024-01-02,TRANSFER_IN,AAPL,1,180,,",
    )
    assert [row.type for row in found.rows] == [T.TRANSFER_IN, T.TRANSFER_OUT, T.BUY, T.SELL]
    assert [row.line for row in found.rows] == [5, 4, 3, 2]


def test_rows_with_a_place_in_their_day_keep_it() -> None:
    found = read_rows(
        "2024-01-02,30,BUY,AAPL,5,180",
        "2024-01-02,10,BUY,AAPL,5,180",
        "2024-01-02,20,SELL,AAPL,5,190",
        header="date,position_in_day,transaction_type,symbol,quantity,price\n",
    )
    assert [row.position_in_day for row in found.rows] == [10, 20, 30]


def test_every_bad_row_is_listed_with_all_its_fields() -> None:
    found = read_rows(
        "2024-02-30,GRABBED,AAPL,ten,1,,", BUY, '2024-01-02,BUY,AAPL,10,1,"a\nb",', "x"
    )
    assert len(found.rows) == 2
    assert found.errors[2].keys() == {"date", "transaction_type", "quantity"}
    # A record over two lines counts for both of them.
    assert found.errors.keys() == {2, 6}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00", b"%PDF-1.7\n", b"[1, 2]", b"{}"])
def test_what_is_no_file_of_the_format_is_refused(format: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        read(format, content)
    assert set(caught.value.fields) == {"file"}


SCRAPS = st.sampled_from(
    [
        *("date,transaction_type,quantity,price,ratio,currency,notes\n", "Datum;Typ;Wert;Stück\n"),
        *("2024-01-02", "BUY", "Kauf", "1e999", "NaN", "-0", "1.234,56", "9" * 70, "4:0", "'"),
        *(",", ";", '"', "\n", "\r", "\x00", "\ud800".encode("utf-8", "replace").decode(), "€"),
    ]
)
VALUES = st.none() | st.booleans() | st.text(max_size=5) | st.floats() | st.integers()
ACTIVITIES = st.dictionaries(
    st.sampled_from(["type", "date", "symbol", "quantity", "unitPrice", "fee", "currency", "id"]),
    VALUES | st.sampled_from(["BUY", "FEE", "INTEREST", "2024-01-02T00:00:00.000Z"]),
)


@settings(max_examples=150)
@given(st.lists(SCRAPS, max_size=30).map("".join), st.sampled_from(sorted(FORMATS)))
def test_no_text_breaks_a_reader(text: str, format: str) -> None:
    readable(format, text)


@settings(max_examples=150)
@given(st.lists(ACTIVITIES | VALUES), st.lists(ACTIVITIES | VALUES), VALUES)
def test_no_json_breaks_the_reader(activities: object, profiles: object, meta: object) -> None:
    export = {"activities": activities, "assetProfiles": profiles, "meta": meta}
    readable("ghostfolio", json.dumps(export))


@pytest.mark.parametrize("number", ["1e999", "1e99999999999999999999", "-1e-999", "9" * 5000])
def test_no_number_breaks_the_reader(number: str) -> None:
    readable("ghostfolio", f'{{"activities": [{{"type": "BUY", "quantity": {number}}}]}}')


def readable(format: str, text: str) -> None:
    try:
        found = read(format, text.encode())
    except FileRefused:
        return
    assert all(row.external_id for row in found.rows)
