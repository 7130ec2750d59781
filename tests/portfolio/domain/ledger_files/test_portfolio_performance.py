"""Portfolio Performance's CSV, in English and in German, of both kinds of account."""

from datetime import date
from decimal import Decimal

import pytest

from services.portfolio.domain.cash import account_of
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.ledger_files import portfolio_performance
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
    Skip,
)
from services.portfolio.domain.rules import complete
from shared.files import FileRefused
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import exactly, held

GERMAN = (
    "Datum;Typ;Wert;Buchungswährung;Bruttobetrag;Währung Bruttobetrag;Wechselkurs;Gebühren;Steuern;"
    "Stück;ISIN;WKN;Ticker-Symbol;Wertpapiername;Notiz"
)
ENGLISH = (
    "Date,Type,Value,Transaction Currency,Gross Amount,Currency Gross Amount,Exchange Rate,Fees,"
    "Taxes,Shares,ISIN,WKN,Ticker Symbol,Security Name,Note"
)
# Older versions give a cash account's file fewer columns.
OLD_CASH = (
    "Datum;Typ;Wert;Buchungswährung;Steuern;Stück;ISIN;WKN;Ticker-Symbol;Wertpapiername;Notiz"
)
FUND = "IE00B3RBWM25;A1JX52;VGWL.DE;Vanguard FTSE All-World"
VANGUARD = AssetReference(
    isin="IE00B3RBWM25", symbol="VGWL.DE", name="Vanguard FTSE All-World", currency="EUR"
)


def read(header: str, *lines: str, encoding: str = "utf-8") -> LedgerFile:
    return portfolio_performance.read("\r\n".join([header, *lines, ""]).encode(encoding))


def rows(header: str, *lines: str) -> tuple[LedgerRow, ...]:
    found = read(header, *lines)
    assert not found.errors
    assert not found.skipped
    return found.rows


def german(day: str, kind: str, value: str, more: str = f";;;;;;{FUND};") -> LedgerRow:
    (row,) = rows(GERMAN, f"{day};{kind};{value};EUR;{more}")
    return row


def test_a_german_purchase() -> None:
    row = german("2024-01-02T00:00", "Kauf", "1.234,56", f";;;9,90;1,00;10,5;{FUND};Sparplan")
    assert row == LedgerRow(
        line=2,
        date=date(2024, 1, 2),
        type=T.BUY,
        asset=VANGUARD,
        quantity=Decimal("10.5"),
        amount=Decimal("-1234.56"),
        fees=Decimal("9.90"),
        taxes=Decimal("1.00"),
        currency="EUR",
        notes="Sparplan",
        external_id=row.external_id,
    )


def test_an_english_sale_of_an_asset_in_another_currency() -> None:
    # 4 shares at 305.50 dollars, 0.9 euro each, less 5.00 in fees: in the money of the paper.
    (row,) = rows(
        ENGLISH,
        '2024-01-02T15:30,Sell,"-1,094.80",EUR,"1,222.00",USD,0.9000,5.00,0.00,4,US5949181045,'
        "870747,MSFT,Microsoft,",
    )
    assert row.type is T.SELL
    assert (row.quantity, row.amount, row.fees) == exactly(4, "1216.44444444", "5.55555556")
    assert (row.currency, row.exchange_rate) == ("USD", Decimal("0.9"))
    assert row.asset == AssetReference(
        isin="US5949181045", symbol="MSFT", name="Microsoft", currency="USD"
    )
    assert row.rate_into == "EUR"


def test_both_languages_of_one_ledger_give_the_same_ids() -> None:
    in_german = rows(GERMAN, f"2024-01-02T00:00;Kauf;1.000,50;EUR;;;;;;1.000;{FUND};")
    comma_separated = FUND.replace(";", ",")
    in_english = rows(
        ENGLISH, f'2024-01-02T00:00,Buy,"1,000.50",EUR,,,,,,"1,000",{comma_separated},'
    )
    assert in_german == in_english
    assert in_german[0].quantity == 1000


@pytest.mark.parametrize(
    ("word", "value", "kind", "amount"),
    [
        ("Einlage", "5,00", T.DEPOSIT, 5),
        ("Deposit", "5,00", T.DEPOSIT, 5),
        ("Entnahme", "-5,00", T.WITHDRAWAL, -5),
        ("Removal", "-5,00", T.WITHDRAWAL, -5),
        ("Withdrawal", "-5,00", T.WITHDRAWAL, -5),
        ("Zinsen", "5,00", T.INTEREST, 5),
        ("Interest", "5,00", T.INTEREST, 5),
        ("Zinsbelastung", "-5,00", T.INTEREST, -5),
        ("Interest Charge", "-5,00", T.INTEREST, -5),
        ("Gebühren", "-5,00", T.FEE, -5),
        ("Fees", "-5,00", T.FEE, -5),
        ("Gebührenerstattung", "5,00", T.FEE_REFUND, 5),
        ("Fees Refund", "5,00", T.FEE_REFUND, 5),
        ("Steuern", "-5,00", T.TAX, -5),
        ("Taxes", "-5,00", T.TAX, -5),
        ("Steuerrückerstattung", "5,00", T.TAX_REFUND, 5),
        ("Tax Refund", "5,00", T.TAX_REFUND, 5),
        ("Umbuchung (Eingang)", "5,00", T.DEPOSIT, 5),
        ("Transfer (Inbound)", "5,00", T.DEPOSIT, 5),
        ("Umbuchung (Ausgang)", "-5,00", T.WITHDRAWAL, -5),
        ("Transfer (Outbound)", "-5,00", T.WITHDRAWAL, -5),
    ],
)
def test_the_types_of_a_cash_account(word: str, value: str, kind: T, amount: int) -> None:
    row = german("2024-01-02T00:00", word, value, ";;;;;;;;;;")
    assert (row.type, row.asset, row.quantity) == (kind, None, None)
    assert row.amount == amount


@pytest.mark.parametrize(
    ("word", "value", "kind"),
    [
        ("Einlieferung", "250,00", T.TRANSFER_IN),
        ("Delivery (Inbound)", "250,00", T.TRANSFER_IN),
        ("Umbuchung (Eingang)", "250,00", T.TRANSFER_IN),
        ("Transfer (Inbound)", "250,00", T.TRANSFER_IN),
        ("Auslieferung", "-250,00", T.TRANSFER_OUT),
        ("Delivery (Outbound)", "-250,00", T.TRANSFER_OUT),
        ("Umbuchung (Ausgang)", "-250,00", T.TRANSFER_OUT),
        ("Transfer (Outbound)", "-250,00", T.TRANSFER_OUT),
    ],
)
def test_deliveries_and_transfers_of_a_securities_account(word: str, value: str, kind: T) -> None:
    row = german("2024-01-02T00:00", word, value, f";;;5,00;;3;{FUND};")
    assert (row.type, row.amount) == (kind, None)
    assert (row.quantity, row.fees) == exactly(3, 0)
    assert row.price == Decimal("83.33333333")  # 250.00 / 3, what it cost in all
    assert row.asset == VANGUARD


@pytest.mark.parametrize("word", ["Dividende", "Dividend"])
def test_a_dividend_is_kept_gross(word: str) -> None:
    row = german("2024-01-02T00:00", word, "7,36", f";;;0,14;2,50;10;{FUND};")
    assert (row.type, row.asset) == (T.DIVIDEND, VANGUARD)
    # 10.00 came, 2.50 taxes and 0.14 fees went, 7.36 arrived.
    assert (row.quantity, row.amount) == exactly(10, 10)
    assert (row.fees, row.taxes) == exactly("0.14", "2.50")


def test_interest_is_kept_gross_too() -> None:
    row = german("2024-01-02T00:00", "Zinsen", "7,50", ";;;;2,50;;;;;;")
    assert (row.amount, row.taxes) == exactly(10, "2.50")


def test_shares_that_cost_nothing_have_the_price_zero() -> None:
    row = german("2024-01-02T00:00", "Kauf", "0,00", f";;;;;3;{FUND};")
    assert row.price == 0
    assert row.amount is None


CASH_ROWS = [
    "2024-01-01T00:00;Einlage;2.000,00;EUR;;;;;;;;;;;",
    f"2024-01-02T00:00;Kauf;-1.234,56;EUR;;;;9,90;;10;{FUND};",
    f"2024-01-03T00:00;Verkauf;600,00;EUR;;;;;;5;{FUND};",
    f"2024-01-04T00:00;Dividende;10,00;EUR;;;;;;10;{FUND};",
]


def test_trades_in_a_cash_accounts_file_are_skipped_and_counted() -> None:
    found = read(GERMAN, *CASH_ROWS)
    assert not found.errors
    assert [row.type for row in found.rows] == [T.DEPOSIT, T.DIVIDEND]
    assert found.skipped == {Skip.CASH_SIDE: 2}


def test_trades_in_a_cash_accounts_file_of_an_older_version_are_skipped() -> None:
    found = read(
        OLD_CASH,
        f"2024-01-02T00:00;Kauf;-1.234,56;EUR;;10;{FUND};",
        f"2024-01-03T00:00;Verkauf;600,00;EUR;;5;{FUND};",
        f"2024-01-04T00:00;Dividende;7,50;EUR;2,50;10;{FUND};",
    )
    assert found.skipped == {Skip.CASH_SIDE: 2}
    assert [row.amount for row in found.rows] == [10]


def test_they_are_skipped_where_versions_older_still_give_no_sign() -> None:
    found = read(OLD_CASH, f"2014-01-02;Kauf;1.234,56;EUR;;10;{FUND};")
    assert (found.rows, found.skipped) == ((), {Skip.CASH_SIDE: 1})


def test_a_cash_account_that_only_received_sales_has_no_trades_of_its_own() -> None:
    found = read(GERMAN, f"2024-01-03T00:00;Verkauf;600,00;EUR;;;;;;5;{FUND};")
    assert (found.rows, found.skipped) == ((), {Skip.CASH_SIDE: 1})


def test_trades_of_a_securities_account_are_read() -> None:
    bought, sold = rows(
        GERMAN,
        f"2024-01-02T00:00;Kauf;1.234,56;EUR;;;;9,90;;10;{FUND};",
        f"2024-01-03T00:00;Verkauf;-600,00;EUR;;;;;;5;{FUND};",
    )
    assert (bought.amount, sold.amount) == exactly("-1234.56", 600)


def test_older_securities_accounts_give_sales_no_sign() -> None:
    _, sold = rows(
        GERMAN,
        f"2015-01-02;Kauf;1.234,56;EUR;;;;9,90;;10;{FUND};",
        f"2015-01-03;Verkauf;600,00;EUR;;;;;;5;{FUND};",
    )
    assert sold.type is T.SELL
    assert sold.amount == 600


def test_a_trade_for_nothing_is_read_or_skipped_with_its_file() -> None:
    nothing = f"2024-01-05T00:00;Verkauf;0,00;EUR;;;;;;5;{FUND};"
    assert read(GERMAN, *CASH_ROWS, nothing).skipped == {Skip.CASH_SIDE: 3}
    securities = read(GERMAN, f"2024-01-02T00:00;Kauf;1,00;EUR;;;;;;5;{FUND};", nothing)
    assert [row.type for row in securities.rows] == [T.BUY, T.SELL]


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1'234.56", "1234.56"),  # Switzerland
        ("1’234.56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1\xa0234,56", "1234.56"),
        ("1.234.567,00", "1234567.00"),
        ("12", "12"),
    ],
)
def test_the_decimal_mark_is_the_one_before_two_decimals(value: str, amount: str) -> None:
    assert german("2024-01-02T00:00", "Einlage", value).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("header", "line"),
    [(GERMAN, "2024-01-02;Kauf;12;EUR;;;;;;1,5;X"), (ENGLISH, "2024-01-02,Buy,12,EUR,,,,,,1.5,X")],
)
def test_without_decimals_in_the_values_the_delimiter_tells_the_mark(
    header: str, line: str
) -> None:
    (row,) = rows(header, line)
    assert row.quantity == Decimal("1.5")


def test_a_number_in_the_other_language_is_refused_and_not_read_as_ten_times_as_much() -> None:
    found = read(GERMAN, f"2024-01-02T00:00;Kauf;10,00;EUR;;;;;;1.5;{FUND};")
    assert found.errors[2]["quantity"][0].startswith("Not a decimal number: 1.5 in a file that")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_umlauts_are_read_in_each_encoding(encoding: str) -> None:
    found = read(GERMAN, "02.01.2024;Gebühren;-5,00;EUR;;;;;;;;;;;Jahresgebühr", encoding=encoding)
    (row,) = found.rows
    assert (row.type, row.notes, row.date) == (T.FEE, "Jahresgebühr", date(2024, 1, 2))


def test_a_hidden_or_missing_value_is_an_error_of_its_line() -> None:
    found = read(GERMAN, "2024-01-02;Einlage;***;EUR;;;;;;;;;;;", "2024-01-02;Einlage;;EUR")
    assert found.errors == {
        2: {"amount": ["Not a decimal number. Write it as 1234.50 or 1234,50."]},
        3: {"amount": ["The row needs a value."]},
    }


def test_an_unknown_type_is_an_error_of_its_line() -> None:
    found = read(GERMAN, "2024-01-02;Unsinn;5,00;EUR;;;;;;;;;;;")
    assert set(found.errors[2]) == {"transaction_type"}


def test_a_file_without_a_column_that_is_needed_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"lacks: transaction_type\..* it has: Date, Opération"):
        read("Date;Opération;Valeur", "2024-01-02;Achat;5,00")


def test_both_files_of_a_ledger_end_with_the_cash_that_the_account_shows() -> None:
    cash = read(
        GERMAN,
        "2024-01-01T00:00;Einlage;2.000,00;EUR;;;;;;;;;;;",
        f"2024-01-02T00:00;Kauf;-1.234,56;EUR;;;;9,90;;10;{FUND};",
        f"2024-01-03T00:00;Verkauf;600,00;EUR;;;;5,00;1,00;5;{FUND};",
        f"2024-01-04T00:00;Dividende;7,36;EUR;;;;0,14;2,50;5;{FUND};",
        "2024-01-05T00:00;Zinsen;7,50;EUR;;;;;2,50;;;;;;",
        "2024-01-06T00:00;Gebühren;-1,00;EUR;;;;;;;;;;;",
    )
    securities = read(
        GERMAN,
        f"2024-01-02T00:00;Kauf;1.234,56;EUR;;;;9,90;;10;{FUND};",
        f"2024-01-03T00:00;Verkauf;-600,00;EUR;;;;5,00;1,00;5;{FUND};",
    )
    book = [recorded(row) for row in (*cash.rows, *securities.rows)]
    assert account_of(book).balance == Decimal("1379.30")  # the sum of the cash account's values
    holding = held(*(row for row in book if row.asset))
    assert (holding.quantity, holding.cost, holding.realized) == exactly(5, "617.28", "-17.28")


def recorded(row: LedgerRow) -> Entry:
    """The row as the ledger keeps it, in a portfolio in euro with one asset."""
    return complete(
        Entry(
            id=row.line,
            date=row.date,
            type=row.type,
            currency=row.currency or "EUR",
            asset=1 if row.asset else None,
            quantity=row.quantity,
            price=row.price,
            amount=row.amount,
            fees=row.fees,
            taxes=row.taxes,
        )
    )


def test_a_value_with_more_decimals_than_its_currency_is_rounded_and_that_is_said() -> None:
    found = read("Date;Type;Value;Transaction Currency", "2021-01-05;Interest;0.027;EUR")
    assert [row.amount for row in found.rows] == [Decimal("0.03")]
    assert [note.code for note in found.notes] == ["rounded"]


def test_a_dividend_of_nothing_is_skipped() -> None:
    found = read(GERMAN, f"2024-01-02;Dividende;0,00;EUR;;;;;;3;{FUND};")
    assert (found.rows, found.skipped) == ((), {Skip.NOTHING: 1})


def test_one_mark_before_three_digits_is_never_read_as_thousands_without_proof() -> None:
    found = read(GERMAN, f"2024-01-02T00:00;Kauf;10,00;EUR;;;;;;1.000;{FUND};")
    assert "1.000 may be 1.000 or 1000" in found.errors[2]["quantity"][0]
