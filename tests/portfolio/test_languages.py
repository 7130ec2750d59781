"""Programs that write in the user's language: the same row, whichever it is."""

from decimal import Decimal

import pytest

from services.portfolio.domain import ledger_files
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from shared.finance.entries import EntryType as T

# As the program has them in its own files of words.
HEADERS = {
    "en": "Date,Type,Value,Transaction Currency,Gross Amount,Currency Gross Amount,Exchange Rate,"
    "Fees,Taxes,Shares,ISIN,WKN,Ticker Symbol,Security Name,Note",
    "de": "Datum;Typ;Wert;Buchungswährung;Bruttobetrag;Währung Bruttobetrag;Wechselkurs;Gebühren;"
    "Steuern;Stück;ISIN;WKN;Ticker-Symbol;Wertpapiername;Notiz",
    "es": "Fecha;Tipo;Valor;Divisa de la transacción;Valor bruto;Divisa del importe bruto;"
    "Tipo de cambio;Comisiones;Impuestos;Cantidad;ISIN;WKN;Símbolo del ticker;Nombre del valor;"
    "Nota",
    "fr": "Date;Type;Valeur;Devise de l'opération;Montant brut;Montant brut en devise;"
    "Taux de change;Frais;Impôts / Taxes;Parts;ISIN;WKN;Symbole boursier;Nom du titre;Note",
    "it": "Data;Tipo;Valore;Valuta  Operazione;Importo Lordo;Importo lordo valuta;Tasso di cambio;"
    "Commissioni;Tasse;Azioni;ISIN;WKN;Simbolo Titolo;Nome Titolo;Note",
    "nl": "Datum;Transactietype;Waarde (netto);Transactievaluta;Waarde (bruto);Valuta (bruto);"
    "Wisselkoers;Kosten;Belasting;Aantal;ISIN;WKN;Tickersymbool;Effect;Opmerking",
    "pl": "Data;Typ;Wartość;Waluta transakcji;Kwota brutto;Kwota waluty brutto;Kurs wymiany;Opłaty;"
    "Podatki;Akcje;ISIN;WKN;Symbol giełdowy waloru;Nazwa waloru;Uwaga",
    "tr": "İşlem Tarihi;İşlem Türü;Tutarı;Para Birimi;Brüt Tutar;Döviz Brüt Tutarı;Döviz Kuru;"
    "Komisyon;Vergiler;Hisse Senetleri;ISIN;Hafta Sonu;Hisse Kodu;Güvenilir Ad;Notlar",
    "zh": "日期,类型,净额,账目货币,总额,总额货币,汇率,费用,税款,份额,ISIN,WKN,证券代码,"
    "证券名称,备注",
}
WORDS = {
    "en": ("Sell", "Dividend", "Delivery (Inbound)"),
    "de": ("Verkauf", "Dividende", "Einlieferung"),
    "es": ("Venta", "Dividendo", "Entrega (entrante)"),
    "fr": ("Vente", "Dividendes", "Distribution (Entrante)"),
    "it": ("Vendi", "Dividendo", "Trasferimento Titoli (in entrata)"),
    "nl": ("Verkoop", "Dividend", "Inkomende levering"),
    "pl": ("Sprzedaż", "Dywidenda", "Dostawa (Przychodząca)"),
    "tr": ("Sat", "Temettü", "Temettü (Giriş)"),
    "zh": ("卖出", "股息", "转入证券"),
}


def number(text: str, delimiter: str) -> str:
    """Return a number as a language writes it: with a comma but between commas."""
    return text if delimiter == "," else text.replace(".", ",")


@pytest.mark.parametrize("language", HEADERS)
def test_portfolio_performance_speaks(language: str) -> None:
    header = HEADERS[language]
    delimiter = ";" if ";" in header else ","
    sale, dividend, delivery = WORDS[language]
    rows = [
        ["2022-01-03T00:00", delivery, "1001.5", "EUR", "", "", "", "", "", "10"],
        ["2022-03-01T00:00", dividend, "1.7", "EUR", "2.2", "USD", "0.9091", "", "0.3", "10"],
        ["2022-04-01T16:00", sale, "-118.0", "EUR", "132.0", "USD", "0.9091", "1.0", "1.0", "4"],
    ]
    behind = ["US0000000010", "X1", "NINE", "Nine Inc.", ""]
    lines = [
        delimiter.join([*row[:2], *(number(it, delimiter) for it in row[2:]), *behind])
        for row in rows
    ]
    file = ledger_files.read("portfolio_performance", "\n".join([header, *lines]).encode())
    assert (file.errors, file.skipped, file.notes) == ({}, {}, ())
    arrived, earned, sold = file.rows
    asset = AssetReference(isin="US0000000010", symbol="NINE", name="Nine Inc.", currency="USD")
    assert [row.type for row in file.rows] == [T.TRANSFER_IN, T.DIVIDEND, T.SELL]
    assert (arrived.quantity, arrived.price) == (Decimal(10), Decimal("100.15"))
    assert (earned.asset, earned.currency) == (asset, "USD")
    assert (sold.asset, sold.quantity) == (asset, Decimal(4))
    # 1.70 and 0.30 for 2.20; 118.00, 1.00 and 1.00 for 132.00.
    assert in_account_money(earned) == Decimal("2.00")
    assert in_account_money(sold) == Decimal("118.00")


def in_account_money(row: LedgerRow) -> Decimal:
    """Return what moved on the account, which is in euros."""
    assert row.amount is not None
    assert row.exchange_rate is not None
    assert row.rate_into == "EUR"
    return round(row.amount * row.exchange_rate, 2)


DEGIRO_TRADES = {
    "en": "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,"
    "Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,",
    "de": "Datum,Uhrzeit,Produkt,ISIN,Referenzbörse,Ausführungsort,Anzahl,Kurs,,"
    "Wert in Lokalwährung,,Wert EUR,Wechselkurs,AutoFX-Gebühr,"
    "Transaktionsgebühren und/oder Fremdkosten EUR,Gesamt EUR,Order-ID,",
    "nl": "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,"
    "Waarde EUR,Wisselkoers,AutoFX Kosten,Transactiekosten en/of kosten van derden EUR,"
    "Totaal EUR,Order ID,",
}


@pytest.mark.parametrize("language", DEGIRO_TRADES)
def test_degiros_trades_with_the_accounts_currency_in_the_header(language: str) -> None:
    row = (
        '08-09-2025,15:31,APPLE INC,US0378331005,NDQ,XNAS,5,"180,25",USD,"-901,25",USD,"-770,16",'
        '"1,1702","-1,93","-1,00","-773,09",5e1f0c2a,'
    )
    file = ledger_files.read("degiro", f"{DEGIRO_TRADES[language]}\n{row}\n".encode())
    assert (file.errors, file.notes) == ({}, ())
    [trade] = file.rows
    assert (trade.type, trade.quantity, trade.price) == (T.BUY, Decimal(5), Decimal("180.25"))
    # What was paid but for the fee of 1.00.
    assert trade.exchange_rate is not None
    assert round(trade.exchange_rate * 5 * Decimal("180.25"), 2) == Decimal("772.09")


DEGIRO_HEADERS = {
    "en": "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
    "nl": "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
}
DEGIRO_ROWS = {
    "en": [
        ("flatex Deposit", "EUR", "100.00", "DEPOSIT"),
        ("Dividend", "USD", "0.44", "DIVIDEND"),
        ("Dividend Tax", "USD", "-0.07", "TAX"),
        ("ADR/GDR Pass-Through Fee", "USD", "-0.04", "FEE"),
        ("DEGIRO Exchange Connection Fee 2024 (New York Stock Exchange - NSY)", "EUR", "-2.50",
         "FEE"),
        ("Flatex Interest Income", "EUR", "0.01", "INTEREST"),
        ("flatex Withdrawal", "EUR", "-10.00", "WITHDRAWAL"),
        ("Processed Flatex Withdrawal", "EUR", "10.00", ""),
        ("Buy 10 APPLE INC@210.5 USD (US0378331005)", "USD", "-2105.00", ""),
        ("DEGIRO Transaction and/or third party fees", "EUR", "-1.00", ""),
        ("FX Credit", "EUR", "1.28", ""),
        ("STOCK SPLIT: Buy 5 ACME Inc NEW@17.5 USD (CODENEW123456)", "USD", "-87.50", ""),
        ("Transfer from your Cash Account at flatexDEGIRO Bank: 12,00 EUR", "EUR", "12.00", ""),
    ],
    "nl": [
        ("iDEAL Deposit", "EUR", "27.80", "DEPOSIT"),
        ("flatex Storting", "EUR", "100.00", "DEPOSIT"),
        ("Dividend", "USD", "0.44", "DIVIDEND"),
        ("Dividendbelasting", "USD", "-0.07", "TAX"),
        ("DEGIRO Aansluitingskosten 2024 (Xetra - XET)", "EUR", "-2.50", "FEE"),
        ("Rente", "EUR", "-0.12", "INTEREST"),
        ("DEGIRO Verrekening Promotie", "EUR", "5.00", "FEE_REFUND"),
        ("flatex terugstorting", "EUR", "-15.10", "WITHDRAWAL"),
        ("Koop 1 @ 33,9 USD", "USD", "-33.90", ""),
        ("DEGIRO Transactiekosten en/of kosten van derden", "EUR", "-1.00", ""),
        ("Valuta Debitering", "EUR", "-31.91", ""),
        ("Reservation iDEAL / Sofort Deposit", "EUR", "-27.80", ""),
        ("PRODUCTWIJZIGING : Koop 500 @ 0,039 EUR", "EUR", "-19.50", ""),
        ("Overboeking naar uw geldrekening bij flatexDEGIRO Bank: 0,92 EUR", "EUR", "-0.92", ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", DEGIRO_HEADERS)
def test_degiros_statement_in_other_languages(language: str) -> None:
    rows = DEGIRO_ROWS[language]
    lines = [
        f'03-01-2022,{place:02}:00,03-01-2022,NINE,US0000000010,"{description}",,{currency},'
        f'"{amount.replace(".", ",")}",EUR,"0,00",'
        for place, (description, currency, amount, _) in enumerate(rows)
    ]
    text = "\n".join([DEGIRO_HEADERS[language], *lines])
    file = ledger_files.read("degiro_account", text.encode())
    assert file.errors == {}
    expected = [(kind, Decimal(amount)) for _, _, amount, kind in rows if kind]
    assert [(row.type, row.amount) for row in file.rows] == expected
    assert sum(file.skipped.values()) == len(rows) - len(expected)


def test_a_sentence_that_degiro_was_not_known_for_is_named_and_can_be_said() -> None:
    text = DEGIRO_HEADERS["en"] + '\n03-01-2022,10:00,,,,Quatsch,,EUR,"9,99",EUR,"0,00",\n'
    file = ledger_files.read("degiro_account", text.encode())
    [reason] = file.errors[2]["transaction_type"]
    assert 'types={"Quatsch": "BUY"}' in reason
