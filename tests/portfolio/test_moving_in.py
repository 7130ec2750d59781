"""Files as people have them: what each becomes in a portfolio."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.assets.domain.access import Actor
from shared.testing import Stand
from tests.portfolio.build import User, answered, codes, refused
from tests.portfolio.filing import bad_rows, imported, listed, send
from tests.portfolio.owning import Assets

ANN = Actor(user_id=1)
PP = "portfolio_performance"
PP_HEADER = (
    "Date,Type,Value,Transaction Currency,Gross Amount,Currency Gross Amount,Exchange Rate,Fees,"
    "Taxes,Shares,ISIN,WKN,Ticker Symbol,Security Name,Note\n"
)
SAP = "DE0007164600"


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


def position(user: User, portfolio: int) -> dict[str, Any]:
    """Return the only position of a portfolio."""
    query = f"portfolio_id={portfolio}&include_closed=true"
    [found] = user.get(f"/api/positions/?{query}")["results"]
    return dict(found)


def made(user: User, portfolio: int, text: str | bytes, **query: Any) -> dict[str, Any]:
    return imported(user, portfolio, text, create_missing=True, **query)


@pytest.mark.parametrize(
    "text",
    [
        "date;transaction_type;symbol;quantity;amount\n03.02.2022;BUY;NINE;0,125;-40\n",
        'date,transaction_type,symbol,quantity,amount\n2022-02-03,BUY,NINE,"0,125",-40\n',
        "date\ttransaction_type\tsymbol\tquantity\tamount\n2022-02-03\tBUY\tNINE\t0,125\t-40\n",
    ],
)
def test_an_eighth_of_a_share_is_no_125(ann: User, text: str) -> None:
    portfolio = ann.portfolio()
    shown = imported(ann, portfolio, text, dry_run=True, create_missing=True)["rows"]
    assert [row["quantity"] for row in shown] == ["0.125"]
    made(ann, portfolio, text)
    found = position(ann, portfolio)
    assert (found["quantity"], found["total_cost_basis"]) == ("0.12500000", "40.00")


def test_what_may_be_thousands_is_refused_until_it_is_said(ann: User) -> None:
    portfolio = ann.portfolio()
    text = "date;transaction_type;symbol;quantity;price\n2022-02-03;BUY;NINE;2;210,375\n"
    rows = bad_rows(ann, portfolio, text, create_missing=True)
    message = "Ambiguous: 210,375 may be 210.375 or 210375. Say decimal=, or decimal=.."
    assert rows == {"2": {"price": [message]}}
    made(ann, portfolio, text, decimal=",")
    assert position(ann, portfolio)["total_cost_basis"] == "420.75"


def test_interest_of_less_than_a_cent_is_rounded_and_that_is_said(ann: User) -> None:
    portfolio = ann.portfolio(currency="EUR")
    text = "Date;Type;Value;Transaction Currency\n2022-02-03;Interest;0.046;EUR\n"
    found = imported(ann, portfolio, text, format=PP)
    assert codes(found) == [("amount", "rounded")]
    assert [row["amount"] for row in listed(ann)] == ["0.05"]


def test_an_adjustment_is_the_last_of_its_day(ann: User) -> None:
    text = (
        "date,transaction_type,symbol,quantity,price\n2022-02-01,BUY,NINE,8,50\n"
        "2022-02-02,SELL,NINE,2,60\n2022-02-02,ADJUSTMENT,NINE,6,40\n"
    )
    lines = text.splitlines(keepends=True)
    for order in ([0, 1, 2, 3], [0, 1, 3, 2], [0, 3, 2, 1]):
        portfolio = ann.portfolio()
        made(ann, portfolio, "".join(lines[index] for index in order))
        found = position(ann, portfolio)
        # 2 were sold at 60 that had cost 50; then 6 are held at 40.
        numbers = ("quantity", "total_cost_basis", "realized_gain_loss")
        assert [found[name] for name in numbers] == ["6.00000000", "240.00", "20.00"]


def test_times_of_day_say_what_was_sold(ann: User) -> None:
    portfolio = ann.portfolio(currency="EUR")
    rows = [
        "2022-02-01T10:00,Buy,400.00,EUR,,,,,,8,,,NINE.DE,Nine AG,\n",
        "2022-02-02T16:00,Buy,640.00,EUR,,,,,,8,,,NINE.DE,Nine AG,\n",
        "2022-02-02T09:30,Sell,-480.00,EUR,,,,,,8,,,NINE.DE,Nine AG,\n",
    ]
    made(ann, portfolio, PP_HEADER + "".join(rows), format=PP)
    found = position(ann, portfolio)
    # Sold in the morning what had cost 400, bought again in the afternoon.
    numbers = ("quantity", "total_cost_basis", "realized_gain_loss")
    assert [found[name] for name in numbers] == ["8.00000000", "640.00", "80.00"]


def test_acquisitions_come_first_only_where_the_order_sells_what_is_not_held(ann: User) -> None:
    text = "date,transaction_type,symbol,quantity,price\n2022-02-02,SELL,NINE,8,60\n"
    text += "2022-02-02,BUY,NINE,8,80\n2022-02-03,BUY,NINE,1,1\n"
    portfolio = ann.portfolio()
    made(ann, portfolio, text)
    assert position(ann, portfolio)["realized_gain_loss"] == "-160.00"
    asset = position(ann, portfolio)["asset"]["id"]
    other = ann.portfolio()
    ann.record(other, "BUY", "2022-02-01", asset=asset, quantity="8", price="50")
    imported(ann, other, text)
    [found] = ann.get(f"/api/positions/?portfolio_id={other}")["results"]
    assert (found["realized_gain_loss"], found["total_cost_basis"]) == ("80.00", "641.00")


def test_a_row_that_gets_its_isin_later_is_known_and_its_asset_has_it(
    ann: User, assets: Assets
) -> None:
    portfolio = ann.portfolio(currency="EUR")
    row = "2022-02-01T00:00,Buy,400.00,EUR,,,,,,8,{isin},,NINE.DE,Nine AG,\n"
    before, after = (PP_HEADER + row.format(isin=isin) for isin in ("", SAP))
    assert made(ann, portfolio, before, format=PP)["created"] == 1
    found = made(ann, portfolio, after, format=PP)
    assert (found["created"], found["skipped"]) == (0, 1)
    assert position(ann, portfolio)["quantity"] == "8.00000000"
    [isin] = [event.data["asset"]["isin"] for event in assets.stand.events()[-1:]]
    assert isin == SAP
    # Twice as many equal trades are one more than there is.
    twice = after + row.format(isin=SAP)
    assert [made(ann, portfolio, twice, format=PP)["created"] for _ in range(2)] == [1, 0]
    assert made(ann, portfolio, before, format=PP)["created"] == 0


@pytest.mark.parametrize("later", [f"{SAP},", ",NINE", f"{SAP},NINE"])
def test_a_row_that_had_only_a_name_is_known_by_more(ann: User, later: str) -> None:
    portfolio = ann.portfolio()
    header = "date,transaction_type,isin,symbol,asset_name,quantity,price\n"
    before = f"{header}2022-02-01,BUY,,,Nine AG,8,50\n"
    after = f"{header}2022-02-01,BUY,{later},Nine AG,8,50\n"
    assert made(ann, portfolio, before)["created"] == 1
    found = made(ann, portfolio, after)
    assert (found["created"], found["skipped"], found["new_assets"]) == (0, 1, [])


def test_a_row_of_another_asset_or_by_hand_is_not_known(ann: User, assets: Assets) -> None:
    portfolio = ann.portfolio()
    one, other = assets.make("ONE"), assets.make("TWO")
    text = "date,transaction_type,symbol,quantity,price\n2022-02-01,BUY,NINE,8,50\n"
    ann.record(portfolio, "BUY", "2022-02-01", asset=one, quantity="8", price="50")
    for asset, created in ((one, 1), (other, 0)):
        found = imported(ann, portfolio, text, mapping=json.dumps({"NINE": asset}))
        assert found["created"] == created  # known by its text where it means another asset now
    renamed = text.replace("NINE", "TEN")
    mapped = [imported(ann, portfolio, renamed, mapping=json.dumps({"TEN": it}), dry_run=True)
              for it in (one, other)]  # fmt: skip
    assert [found["created"] for found in mapped] == [0, 1]


def ghostfolio(user: User, portfolio: int, export: dict[str, Any], **query: Any) -> dict[str, Any]:
    query |= {"format": "ghostfolio", "content_type": "application/json"}
    return made(user, portfolio, json.dumps(export), **query)


def test_a_ghostfolio_day_with_an_offset(ann: User) -> None:
    activity = {"type": "BUY", "symbol": "NINE", "dataSource": "YAHOO", "fee": 0, "quantity": 3}
    activity |= {"date": "2022-02-01T00:00:00+00:00", "unitPrice": 5, "currency": "USD"}
    portfolio = ann.portfolio()
    ghostfolio(ann, portfolio, {"activities": [activity]})
    [row] = listed(ann)
    assert (row["date"], row["quantity"]) == ("2022-02-01", "3.00000000")


def test_prices_and_cash_of_ghostfolio(ann: User, assets: Assets) -> None:
    symbol = "0b5f1c9a-7777-4aaa-8bbb-99990000aaaa"
    own = {"dataSource": "MANUAL", "symbol": symbol, "currency": "USD"}
    prices = [
        {"date": "2022-03-01T00:00:00.000Z", "marketPrice": 300},
        {"date": "2022-09-01T00:00:00.000Z", "marketPrice": 420},
    ]
    balance = {"date": "2023-06-30T00:00:00.000Z", "value": 1500}
    export = {
        "accounts": [{"id": "x", "name": "Bank", "currency": "USD", "balances": [balance]}],
        "assetProfiles": [{**own, "name": "Boat", "marketData": prices}],
        "activities": [
            {**own, "accountId": "x", "type": "BUY", "quantity": 2, "unitPrice": 300, "fee": 0,
             "date": "2022-03-01T00:00:00.000Z"}
        ],
    }  # fmt: skip
    portfolio = ann.portfolio()
    preview = ghostfolio(ann, portfolio, export, dry_run=True)
    assert (preview["created"], len(preview["rows"])) == (2, 2)
    assert assets.stand.events() == []
    found = ghostfolio(ann, portfolio, export)
    assert codes(found) == [("amount", "account_balances"), ("closes", "prices_recorded")]
    assert [(row["transaction_type"], row["date"]) for row in listed(ann)] == [
        ("BUY", "2022-03-01"),
        ("DEPOSIT", "2023-06-30"),
    ]
    totals = ann.totals(portfolio)
    assert (totals["cash_balance"], totals["total_value"]) == ("1500.00", "2340.00")
    [told] = [it for it in assets.stand.events() if it.type == "price-history-imported"]
    assert told.data["count"] == 2
    again = ghostfolio(ann, portfolio, export)
    assert (again["created"], again["skipped"]) == (0, 2)


def test_a_brokers_file_without_its_format_is_told_which_it_is(ann: User) -> None:
    portfolio = ann.portfolio()
    content = (Path(__file__).parent / "examples" / "coinbase.csv").read_bytes()
    message = answered(send(ann, portfolio, content), 422)["details"]["message"]
    assert message.startswith("8 rows of the file are refused. The titles are those of Coinbase's")
    assert message.endswith("format=coinbase reads it.")
    fund = b"date,type,symbol,instrumentType,quantity,unit_price,currency,fee,amount,comment,fxRate"
    fund += b",subtype\n2022-01-04,BUY,NINE,EQUITY,10,22.00,USD,1.00,,,,\n"
    assert ("file", "other_format") in codes(imported(ann, portfolio, fund, dry_run=True))


def test_title_lines_before_the_header_are_a_warning(ann: User) -> None:
    text = "Depot 77\nJanuary\ndate,transaction_type,symbol,quantity,price,notes\n"
    text += '2022-02-01,BUY,NINE,3,5,"x, y"\n'
    found = made(ann, portfolio := ann.portfolio(), text)
    assert codes(found) == [("file", "title_lines")]
    assert found["warnings"][0]["message"] == "2 lines stand before the header: Depot 77 | January"
    assert position(ann, portfolio)["quantity"] == "3.00000000"


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_a_spreadsheets_file_needs_nothing_said(ann: User, encoding: str) -> None:
    text = "sep=;\nDatum;Vorgang;Wertpapier;Stück;Kurs\n31.01.2022;Kauf;Köln AG;1.234;5,00\n"
    portfolio = ann.portfolio()
    assert "1.234 may be" in str(bad_rows(ann, portfolio, text.encode(encoding)))
    query = {"decimal": ",", "dry_run": True, "create_missing": True}
    [row] = imported(ann, portfolio, text.encode(encoding), **query)["rows"]
    assert (row["date"], row["quantity"], row["asset_name"]) == ("2022-01-31", "1234", "Köln AG")


def test_foreign_columns_and_words_are_said_in_the_query(ann: User) -> None:
    text = "When|What|Paper|How many|Each\n02/01/2022|In|NINE|3|5\n"
    said = {
        "columns": json.dumps({"date": "When", "transaction_type": "What", "symbol": "Paper",
                               "quantity": "How many", "price": "Each"}),
        "types": '{"In": "BUY"}',
        "date_format": "DD/MM/YYYY",
    }  # fmt: skip
    portfolio = ann.portfolio()
    message = refused(send(ann, portfolio, text))["file"][0]
    assert message.startswith("The header lacks: date, transaction_type.")
    assert (
        "has no column nowhere"
        in refused(send(ann, portfolio, text, columns='{"date": "Nowhere"}'))["file"][0]
    )
    nothing = imported(ann, portfolio, text, dry_run=True)
    assert (nothing["missing"], nothing["rows"]) == (["date", "transaction_type"], [])
    assert [title["title"] for title in nothing["columns"]][:2] == ["When", "What"]
    columns = {"date": "…", "transaction_type": "…"}
    assert parse_qs(nothing["call"])["columns"] == [json.dumps(columns, ensure_ascii=False)]
    found = imported(ann, portfolio, text, dry_run=True, **said)
    assert found["missing"] == []
    assert found["columns"][0] == {"title": "When", "column": "date"}
    assert found["call"].endswith("&create_missing=true")
    made(ann, portfolio, text, **said)
    [row] = listed(ann)
    assert (row["date"], row["transaction_type"]) == ("2022-01-02", "BUY")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("asset_currency,fees", "GBX,2.00"),  # the paper is quoted in pence
        ("currency,fees,fees_currency", "GBX,2.00,GBP"),
        ("currency,fees,amount", "GBX,2.00,-9.50"),  # fits to nothing else
        ("currency,fees", "GBX,200"),  # all of it in pence
    ],
)
def test_fees_in_pounds_of_a_paper_in_pence_stay_pounds(
    ann: User, assets: Assets, header: str, row: str
) -> None:
    assets.make("NINE.L", "GBP")
    portfolio = ann.portfolio(currency="GBP")
    text = f"date,transaction_type,symbol,quantity,price,{header}\n"
    found = imported(ann, portfolio, f"{text}2022-02-01,BUY,NINE.L,10,75,{row}\n")
    assert ("currency", "minor_unit_converted") in codes(found)
    [recorded] = listed(ann)  # 10 at 0.75, and 2.00
    money = tuple(recorded[name] for name in ("price", "fees", "amount", "currency"))
    assert money == ("0.75000000", "2.00", "-9.50", "GBP")


def test_an_isin_in_two_currencies_is_the_one_in_the_rows_currency(
    ann: User, assets: Assets
) -> None:
    euros, dollars = assets.make("S.DE", "EUR", isin=SAP), assets.make("S", isin=SAP)
    text = f"date,transaction_type,isin,quantity,price,currency\n2022-02-01,BUY,{SAP},1,5,"
    for currency, asset in (("EUR", euros), ("USD", dollars)):
        portfolio = ann.portfolio(currency=currency)
        imported(ann, portfolio, f"{text}{currency}\n")
        assert position(ann, portfolio)["asset"]["id"] == asset
    assert list(bad_rows(ann, ann.portfolio(), text.replace(",currency", "").rstrip(","))) == ["2"]


def test_the_formats_are_listed_with_their_columns_and_words(ann: User) -> None:
    formats = {it["name"]: it for it in ann.get("/api/transactions/import/formats/")["formats"]}
    assert {"generic", "ghostfolio", PP} <= formats.keys()
    columns = {column["name"]: column for column in formats["generic"]["columns"]}
    assert columns["date"]["is_needed"]
    assert "stück" in columns["quantity"]["titles"]
    assert formats["generic"]["types"]["kauf"] == "BUY"
    assert formats["ghostfolio"]["content_type"] == "application/json"
    assert formats["ghostfolio"]["skips"] == {"liability": "Liabilities are not part of a ledger."}
    assert formats["ghostfolio"]["not_read"] == [
        "Liabilities are not part of a ledger.",
        "Activities dated after the export are drafts.",
    ]
    assert formats["interactive_brokers_xml"]["content_type"] == "application/xml"
    assert formats["degiro_account"]["by_sign"]["dividendensteuer"] == ["TAX_REFUND", "TAX"]


def test_a_form_sent_by_mistake_is_told_how_to_send_the_file(ann: User) -> None:
    answer = ann.client.post(
        f"/api/transactions/import/?portfolio_id={ann.portfolio()}", data={"file": "x"}
    )
    message = answered(answer, 415)["details"]["message"]
    assert "Content-Type: text/csv; this one says application/x-www-form-urlencoded" in message


def test_a_year_of_rows_with_the_newest_first(ann: User) -> None:
    days = [date(2022, 1, 1) + timedelta(day) for day in range(365)]
    rows = [f"{day},BUY,NINE,1,10\n{day},SELL,NINE,1,9\n" for day in days]
    text = "".join(rows).splitlines(keepends=True)[::-1]
    portfolio = ann.portfolio()
    made(ann, portfolio, "date,transaction_type,symbol,quantity,price\n" + "".join(text))
    assert position(ann, portfolio)["realized_gain_loss"] == "-365.00"
