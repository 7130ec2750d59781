"""Tables of other programs: their titles, their words, their habits."""

from datetime import date, time
from decimal import Decimal

import pytest

from services.portfolio.domain.ledger_files import generic
from services.portfolio.domain.ledger_files.layouts import Said
from services.portfolio.domain.ledger_files.rows import LedgerFile, Skip
from shared.files import FileRefused, Form
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import exactly


def read(*lines: str, said: Said | None = None) -> LedgerFile:
    return generic.read("\n".join([*lines, ""]).encode(), said or Said())


def test_the_usual_titles_and_words_of_english_files_need_nothing_said() -> None:
    found = read(
        "Trade Date,Action,Ticker,Security Name,Qty,Share Price,Commission,Total,Currency,Balance",
        '03/31/2021 10:30,Bought,AAPL,Apple Inc.,10,"$1,234.50",$1.00,"$12,346.00",usd,1',
        "04/01/2021 00:00,Sold,AAPL,Apple Inc.,-4,$10.50,$1.00,$41.00,usd,1",
    )
    assert not found.errors
    bought, sold = found.rows
    assert (bought.date, bought.time, bought.type) == (date(2021, 3, 31), time(10, 30), T.BUY)
    assert (bought.quantity, bought.price) == exactly(10, "1234.50")
    assert (bought.amount, bought.fees) == exactly("-12346.00", 1)  # no sign: a purchase costs
    assert sold.type is T.SELL
    assert (sold.quantity, sold.amount) == exactly(4, 41)
    assert [(note.code, note.message) for note in found.notes] == [
        ("columns_left_out", "Columns that are not read: Balance")
    ]


def test_the_usual_titles_and_words_of_german_files_need_nothing_said() -> None:
    [row] = read(
        "Buchungstag;Uhrzeit;Vorgang;ISIN;Bezeichnung;Stück;Kurs;Provision;Betrag;Währung",
        "31.03.2021;09:05;Kauf;IE00B3RBWM25;Vanguard;0,498;100,40;-1,00;-51,00;EUR",
    ).rows
    assert (row.date, row.time, row.type) == (date(2021, 3, 31), time(9, 5), T.BUY)
    assert (row.quantity, row.price, row.fees) == exactly("0.498", "100.40", 1)
    assert row.amount == -51
    assert row.asset is not None
    assert (row.asset.isin, row.asset.money) == ("IE00B3RBWM25", "EUR")


def test_columns_and_words_may_be_said() -> None:
    said = Said(columns={"date": "When", "quantity": "How many"}, types={"In": T.BUY})
    [row] = read("When,Type,Symbol,How many,Price,Qty", "2021-01-05,in,A,3,1,9", said=said).rows
    assert row.type is T.BUY
    assert row.quantity == 3


@pytest.mark.parametrize("column", ["when", "DATE"])
def test_a_column_that_there_is_not_cannot_be_said(column: str) -> None:
    with pytest.raises(
        FileRefused, match=f"columns: there is no {column}; known are amount, asset"
    ):
        read("When,Type", said=Said(columns={column: "When"}))


def test_a_word_that_is_not_known_says_how_to_say_it() -> None:
    [fields] = read("date,type,symbol", "2021-01-05,Storno,A").errors.values()
    assert 'types={"Storno": "BUY"}' in fields["transaction_type"][0]


def test_a_header_that_lacks_a_column_says_what_there_is_and_what_is_known() -> None:
    with pytest.raises(FileRefused) as caught:
        read("When,Type,Symbol", "2021-01-05,BUY,A")
    message = caught.value.message
    assert message.startswith(
        "The header lacks: date. Line 1 was read as the header; it has: When,"
    )
    assert "Known columns: date, time, transaction_type" in message
    assert message.endswith('Say which one it is: columns={"date": "<title>"}.')


def test_what_is_ambiguous_names_the_cell_and_both_readings() -> None:
    lines = ["date;type;symbol;quantity;price", "2021-01-05;BUY;A;1;400,125"]
    [fields] = read(*lines).errors.values()
    message = "Ambiguous: 400,125 may be 400.125 or 400125. Say decimal=, or decimal=.."
    assert fields == {"price": [message]}
    [row] = read(*lines, said=Said(form=Form(decimal=","))).rows
    assert row.price == Decimal("400.125")


def test_amounts_of_our_own_column_keep_their_sign() -> None:
    [row] = read("date,transaction_type,symbol,quantity,amount", "2021-01-05,BUY,A,1,5").rows
    assert row.amount == 5  # refused by the ledger: the sign of a purchase is a minus


def test_what_moves_nothing_is_skipped_and_counted() -> None:
    found = read(
        "date,type,symbol,quantity,price,amount",
        "2021-01-05,DIVIDEND,A,,,0",
        "2021-01-05,DEPOSIT,,,,0.00",
        "2021-01-05,BUY,A,1,0,",
    )
    assert [row.type for row in found.rows] == [T.BUY]
    assert found.skipped == {Skip.NOTHING: 2}


def test_how_a_table_was_read_is_kept() -> None:
    sheet = read("Statement 12", "Datum;Typ;Wert", "31.03.2021;Einlage;5,00").sheet
    assert sheet is not None
    assert sheet.form == Form(encoding="utf-8", delimiter=";", decimal=",", skip_lines=1)
    assert [(title.text, title.column) for title in sheet.titles] == [
        ("Datum", "date"),
        ("Typ", "transaction_type"),
        ("Wert", "amount"),
    ]
    assert sheet.title_lines == ["Statement 12"]
