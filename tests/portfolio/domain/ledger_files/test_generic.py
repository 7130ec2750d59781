"""Our own CSV."""

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portfolio.domain.ledger_files import generic
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from shared.files import FileRefused
from shared.finance.entries import EntryType as T


def only_row(text: str) -> LedgerRow:
    found = generic.read(text.encode())
    assert not found.errors
    (row,) = found.rows
    return row


def errors(column: str, cell: str) -> list[str]:
    """Return the messages about one cell."""
    found = generic.read(f"date,transaction_type,{column}\n2024-01-02,BUY,{cell}\n".encode())
    (fields,) = found.errors.values()
    assert set(fields) == {column}
    return list(fields[column])


def test_the_columns_are_the_fields_of_a_transaction() -> None:
    row = only_row(
        "date,transaction_type,symbol,isin,asset_name,asset_currency,quantity,price,amount,fees,"
        "taxes,currency,exchange_rate,notes,external_id\n"
        "2024-01-02,BUY,VOD.L,GB00BH4HKS39,Vodafone,GBP,0.6242,48.05,-30.99,1.00,0,EUR,1.1625,"
        '"first, second",x-1\n'
    )
    assert row == LedgerRow(
        line=2,
        date=date(2024, 1, 2),
        type=T.BUY,
        asset=AssetReference(symbol="VOD.L", isin="GB00BH4HKS39", name="Vodafone", currency="GBP"),
        quantity=Decimal("0.6242"),
        price=Decimal("48.05"),
        amount=Decimal("-30.99"),
        fees=Decimal(1),
        currency="EUR",
        exchange_rate=Decimal("1.1625"),
        notes="first, second",
        external_id="x-1",
    )


def test_a_split_has_a_ratio() -> None:
    row = only_row("date,transaction_type,symbol,ratio\n2024-01-02,SPLIT,AAPL,4:1\n")
    assert row.ratio == Fraction(4)


def test_what_is_left_out_or_empty_is_not_given() -> None:
    row = only_row("date,transaction_type,amount,quantity\n2024-01-02,DEPOSIT,100,\n")
    assert (row.asset, row.quantity, row.currency, row.notes) == (None, None, None, "")


def test_a_price_keeps_the_decimals_it_was_given_with() -> None:
    row = only_row("date,transaction_type,price\n2024-01-02,BUY,48.50\n")
    assert str(row.price) == "48.50"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_may_be_separated_by_commas_semicolons_or_tabs(separator: str) -> None:
    lines = ["date,transaction_type,amount", "2024-01-02,DEPOSIT,1.50"]
    text = "\r\n".join(line.replace(",", separator) for line in lines)
    assert only_row(text).amount == Decimal("1.50")


def test_a_byte_order_mark_blanks_and_empty_lines_do_no_harm() -> None:
    text = "\ufeffDate , Transaction_Type,amount,\n\n 2024-01-02 ,deposit , 5 ,\n,,,\n , ,\n"
    row = only_row(text)
    assert row.line == 3
    assert row.amount == 5


def test_columns_of_the_list_that_only_a_get_gives_are_left_alone() -> None:
    row = only_row(
        "id,portfolio,asset,date,transaction_type,amount,created\n7,1,3,2024-01-02,FEE,-5,x\n"
    )
    assert row.asset is None
    assert row.amount == -5


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("date,amount", "The header lacks: transaction_type. Line 1 was read as the header; it"),
        ("date,transaction_type,feees", r"unknown columns: feees \(did you mean fees\?\)\."),
        ("date,transaction_type,date", "A column stands twice in the header."),
    ],
)
def test_a_wrong_header_is_refused(header: str, message: str) -> None:
    with pytest.raises(FileRefused, match=message):
        generic.read(f"{header}\n".encode())


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    with pytest.raises(FileRefused, match="Line 2 has more cells than the header"):
        generic.read(b"date,transaction_type,amount\n2024-01-02,DEPOSIT,1,5\n")


def test_broken_quotes_are_refused() -> None:
    with pytest.raises(FileRefused, match="Not a CSV file: line 2"):
        generic.read(b'date,transaction_type,notes\n2024-01-02,BUY,"a" b\n')


def test_what_is_not_utf_8_is_read_as_spreadsheets_on_windows_write_and_that_is_said() -> None:
    found = generic.read("date,transaction_type,notes\n2024-01-02,BUY,Gebühr\n".encode("cp1252"))
    assert found.rows[0].notes == "Gebühr"
    assert [note.code for note in found.notes] == ["encoding_guessed"]


@pytest.mark.parametrize(
    "cell",
    ["ten", "1.2.3", '"1,23,4"', "1e5", "=1", "NaN", "Infinity", "0x10", "١", "--1", "9" * 65],
)
def test_a_quantity_that_is_no_number_is_an_error(cell: str) -> None:
    [message] = errors("quantity", cell)
    assert message.startswith("Not a decimal number. ")


def test_numbers_are_bounded() -> None:
    assert errors("quantity", "1000000000000") == [
        "At most 12 digits before the point are accepted."
    ]
    assert errors("quantity", "0.123456789") == ["At most 8 decimals are accepted."]
    assert errors("price", "0.123456789012345678901") == ["At most 20 decimals are accepted."]
    assert errors("position_in_day", "1.5") == ["At most 0 decimals are accepted."]


def test_zeros_at_the_end_are_no_decimals_too_many() -> None:
    row = only_row("date,transaction_type,price\n2024-01-02,BUY,0.1000000000\n")
    assert row.price == Decimal("0.1")


@pytest.mark.parametrize("cell", ["02/01/2024", "2024-13-01", "2024-1", "1899-12-31", ""])
def test_a_wrong_date_is_an_error(cell: str) -> None:
    found = generic.read(f"date,transaction_type\n{cell},BUY\n".encode())
    assert set(found.errors[2]) == {"date"}


def test_a_wrong_currency_ratio_or_text_is_an_error() -> None:
    assert errors("currency", "EURO") == ["Not an ISO 4217 currency code."]
    assert errors("ratio", "4/1")[0].startswith("Not a ratio")
    assert errors("symbol", "A" * 33) == ["Longer than 32 characters."]
    assert errors("notes", "a\x00b") == ["Control characters are not allowed."]


@pytest.mark.parametrize(("cell", "code"), [("usd", "USD"), ("GBX", "GBX"), ("GBp", "GBp")])
def test_currencies_and_the_minor_units_of_exchanges_are_read(cell: str, code: str) -> None:
    assert only_row(f"date,transaction_type,currency\n2024-01-02,BUY,{cell}\n").currency == code


numbers = st.decimals("-999999999999", "999999999999", places=8)
positive = st.decimals("0", "999999999999", places=4)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(str.strip)
names = texts.map(lambda text: text or None)
symbols = st.text("AZ09.^=_/:&+#-'@", max_size=32).map(lambda text: text or None)
assets = st.builds(
    AssetReference,
    symbol=symbols,
    isin=st.none(),
    name=names,
    currency=st.sampled_from([None, "EUR"]),
).filter(lambda asset: asset != AssetReference())
ledgers = st.lists(
    st.builds(
        LedgerRow,
        line=st.just(0),
        date=st.dates(date(1900, 1, 1)),
        type=st.sampled_from(T),
        asset=st.none() | assets,
        quantity=st.none() | positive,
        price=st.none() | positive,
        amount=st.none() | numbers,
        fees=positive,
        taxes=positive,
        currency=st.sampled_from([None, "USD", "GBX"]),
        exchange_rate=st.none() | st.decimals("0.000000000001", "999", places=12),
        ratio=st.none() | st.fractions("1/1000", 1000, max_denominator=1000),
        notes=texts,
        external_id=st.uuids().map(str),
        position_in_day=st.integers(0, 2**60),
    ),
    max_size=5,
    unique_by=lambda row: (row.date, row.position_in_day),
)


@settings(max_examples=60)
@given(ledgers)
def test_what_is_written_is_read_back_identically(rows: list[LedgerRow]) -> None:
    rows.sort(key=lambda row: (row.date, row.position_in_day))
    found = generic.read("".join(generic.write(rows)).encode())
    assert not found.errors
    assert list(found.rows) == rows


@pytest.mark.parametrize("notes", ["=1+1", "＝1＋1", "＠SUM(1)"])
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(notes: str) -> None:
    row = LedgerRow(line=0, date=date(2024, 1, 2), type=T.DEPOSIT, amount=Decimal(-1), notes=notes)
    (record,) = csv.DictReader(io.StringIO("".join(generic.write([row]))))
    assert (record["notes"], record["amount"]) == (f"'{notes}", "-1")
