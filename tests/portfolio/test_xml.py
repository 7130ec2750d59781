"""Files of XML: what is refused of them, what may stand in them, what is said of them."""

from typing import Any

import pytest

from services.portfolio.domain import ledger_files
from services.portfolio.domain.ledger_files import LedgerFile, markup
from shared.files import FileRefused
from shared.testing import Stand
from tests.portfolio.build import User, answered, codes, refused
from tests.portfolio.filing import imported, listed, send
from tests.portfolio.years import EXAMPLES

PP = "portfolio_performance_xml"
IB = "interactive_brokers_xml"
LAUGHS = "".join(f'<!ENTITY a{it} "{f"&a{it - 1};" * 10}">' for it in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE client [<!ENTITY a0 "ha">{LAUGHS}]><client>&a9;</client>'
FETCHING = '<!DOCTYPE client [<!ENTITY x SYSTEM "file:///etc/hostname">]><client>&x;</client>'
DEPOSIT = (
    "<account-transaction{attributes}><uuid>u-{n}</uuid><date>2022-01-03T00:00</date>"
    "<currencyCode>EUR</currencyCode><amount>{amount}</amount><shares>0</shares><type>{type}</type>"
    "</account-transaction>"
)


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


def client(rows: str, version: str = "69") -> str:
    account = f"<account><currencyCode>EUR</currencyCode><transactions>{rows}</transactions>"
    return (
        f"<client><version>{version}</version><accounts>{account}</account></accounts>"
        "<portfolios/></client>"
    )


def deposit(n: int = 1, amount: str = "100", kind: str = "DEPOSIT", attributes: str = "") -> str:
    return DEPOSIT.format(n=n, amount=amount, type=kind, attributes=attributes)


def read(text: str, format_: str = PP) -> LedgerFile:
    return ledger_files.read(format_, text.encode())


def flex(*elements: str, account: str = "U1") -> str:
    return (
        f'<FlexQueryResponse><FlexStatements><FlexStatement accountId="{account}">'
        f"{''.join(elements)}</FlexStatement></FlexStatements></FlexQueryResponse>"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "has a document type"),
        (FETCHING, "has a document type"),
        ("<client>&x;</client>", "Not an XML file: line 1: undefined entity."),
        ("<client>\n<version>", "Not an XML file: line 2: no element found."),
        ("PORTFOLIO\x00\x01", "Save the file as XML, without a password: File, Save as, XML."),
        ("<html><body/></html>", "Not a file of Portfolio Performance: its root is <html>."),
        (client("", version="48"), "older than version 49: open and save it"),
        (f"<client {'a' * 1_300_000}=''/>", "A tag of the file is longer than"),
        (client('<account-transaction reference="../nowhere"/>'), "there is nothing where"),
        (client('<account-transaction reference="../account-transaction"/>'), "there is nothing"),
        (client(deposit().replace("</uuid>", "</uuid><units><unit type='FEE'><amount amount='x'/>"
                                  "</unit></units>")), "'x' is no amount."),
    ],
)  # fmt: skip
def test_what_is_no_file_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(text)
    assert reason in refusal.value.message


def test_more_elements_than_fit_into_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "_MOST", 100)
    with pytest.raises(FileRefused) as refusal:
        read("<client>" + "<a/>" * 100 + "</client>")
    assert refusal.value.message == "The file has more than 100 elements."


def test_what_nobody_asks_for_is_not_kept() -> None:
    prices = "<prices>" + '<price t="2022-01-03" v="1"/>' * 20_000 + "</prices>"
    security = f"<securities><security>{prices}</security></securities>"
    file = read(client(deposit()).replace("<accounts>", f"{security}<accounts>"))
    assert [row.external_id for row in file.rows] == ["u-1"]
    assert [note.code for note in file.notes] == ["prices_left_out"]


def test_however_deep_it_is_it_is_read() -> None:
    deep = 20_000
    text = client(deposit()).replace("<portfolios/>", "<b>" * deep + "</b>" * deep)
    assert len(read(text).rows) == 1


def test_a_bad_row_is_named_by_its_line_and_nothing_is_made(ann: User) -> None:
    rows = ["", deposit(), deposit(2, "1.5"), deposit(3, kind="GIFT"), deposit(4), ""]
    portfolio = ann.portfolio(currency="EUR")
    query = {"format": PP, "content_type": "application/xml"}
    answer = send(ann, portfolio, client("\n".join(rows)), **query)
    assert refused(answer)["rows"] == {
        "3": {"amount": ["Not a decimal number. Write it as 1234.50 or 1234,50."]},
        "4": {"type": ["Not a type of Portfolio Performance: GIFT."]},
    }
    assert listed(ann) == []


def test_a_file_with_ids_in_place_of_ways_is_the_same() -> None:
    rows = deposit(1, attributes=' id="7"') + '<account-transaction reference="7"/>' + deposit(2)
    ids = [row.external_id for row in read(client(rows.replace(' reference="7"', ""))).rows]
    assert "u-1" in ids
    with pytest.raises(FileRefused):
        read(client(rows.replace('reference="7"', 'reference="8"')))


def test_a_flex_query_is_told_what_is_missing() -> None:
    with pytest.raises(FileRefused) as refusal:
        read("<client/>", IB)
    assert refusal.value.message == "Not a Flex query: its first element is <client>."


def test_a_cancellation_without_its_trade_and_a_lone_reversal_are_told() -> None:
    trade = (
        '<Trade assetCategory="STK" symbol="NINE" currency="USD" buySell="BUY (Ca.)" tradeID=""'
        ' transactionType="TradeCancel" origTradeID="77" quantity="-1" tradePrice="1"'
        ' dateTime="20220103"/>'
    )
    cash = (
        '<CashTransaction symbol="NINE" currency="USD" type="Dividends" amount="-2"'
        ' dateTime="20220103"/>'
    )
    file = read(flex(trade, cash), IB)
    assert (file.rows, file.errors) == ((), {})
    reasons = sorted(reason.partition(":")[0] for reason in file.skipped)
    assert reasons == [
        "Cancellations of trades that are not in this file",
        "Dividends taken back that are not in this file",
    ]


def test_an_unknown_kind_of_cash_can_be_said(ann: User) -> None:
    text = flex(
        '<CashTransaction currency="USD" type="Price Adjustments" amount="3" dateTime="20220103"/>'
    )
    portfolio = ann.portfolio()
    query: dict[str, Any] = {"format": IB, "content_type": "application/xml"}
    rows = refused(send(ann, portfolio, text, **query))["rows"]
    assert 'types={"Price Adjustments": "BUY"}' in rows["1"]["transaction_type"][0]
    imported(ann, portfolio, text, types='{"Price Adjustments": "FEE_REFUND"}', **query)
    assert [row["transaction_type"] for row in listed(ann)] == ["FEE_REFUND"]
    unknown = refused(send(ann, portfolio, text, columns='{"date": "x"}', **query))["file"]
    assert unknown == ["columns: there is no date; known are none."]


def test_splits_and_transfers_between_accounts_of_one_file_count_once() -> None:
    split = (
        '<CorporateAction symbol="NINE" isin="US0000000010" reportDate="20220201" quantity="3"'
        ' description="NINE(US0000000010) SPLIT 4 FOR 1 (NINE, NINE INC, US0000000010)"/>'
    )
    moved = (
        '<Transfer symbol="NINE" isin="US0000000010" type="INTERNAL" direction="{}" account="{}"'
        ' quantity="2" positionAmount="20" currency="USD" date="20220301"/>'
    )
    one, two = (
        flex(split, moved.format(way, other), account=account)
        for way, other, account in (("OUT", "U2", "U1"), ("IN", "U1", "U2"))
    )
    inside = "</FlexStatements></FlexQueryResponse>"
    beginning = "<FlexQueryResponse><FlexStatements>"
    both = one.removesuffix(inside) + two.removeprefix(beginning)
    file = read(both, IB)
    assert [(row.type, str(row.ratio)) for row in file.rows] == [("SPLIT", "4")]
    assert sum(file.skipped.values()) == 3


def test_a_long_file_is_a_job(ann: User) -> None:
    text = client("\n".join(map(deposit, range(2001))))
    portfolio = ann.portfolio(currency="EUR")
    answer = send(ann, portfolio, text, format=PP, content_type="application/xml")
    assert answered(answer, 202)["job"]["kind"] == "import_transactions"


@pytest.mark.parametrize("type_", ["application/xml", "text/xml"])
def test_a_program_with_two_kinds_of_files_is_known_by_the_body(ann: User, type_: str) -> None:
    query = {"format": "portfolio_performance", "content_type": type_, "dry_run": True}
    [row] = imported(ann, ann.portfolio(currency="EUR"), client(deposit()), **query)["rows"]
    assert (row["external_id"], row["amount"]) == ("u-1", "1.00")


def test_a_preview_shows_the_rows(ann: User) -> None:
    content = (EXAMPLES / "interactive_brokers_xml.xml").read_bytes()
    query: dict[str, Any] = {"format": IB, "content_type": "application/xml"}
    preview = imported(ann, ann.portfolio(), content, dry_run=True, create_missing=True, **query)
    assert (preview["form"]["decimal"], preview["columns"], preview["missing"]) == (".", [], [])
    first = preview["rows"][0]
    assert (first["transaction_type"], first["date"]) == ("DEPOSIT", "2022-01-03")
    assert {code for _, code in codes(preview)} == {"rows_skipped"}


def test_a_table_that_is_xml_is_told_so(ann: User) -> None:
    message = refused(send(ann, ann.portfolio(), "<client/>"))["file"][0]
    assert message == (
        "This is XML, no table: export the file as CSV; formats of XML have names of their own."
    )
    answer = send(ann, ann.portfolio(), client(deposit()), format="portfolio_performance")
    assert (
        "with Content-Type: application/xml; this one"
        in answered(answer, 415)["details"]["message"]
    )


def test_lines_are_numbered_by_place_where_they_are_one() -> None:
    root = markup.parsed(b"<a><b/><b/>\n<b/></a>", lambda _: True)
    assert markup.numbered(root.children) == [1, 2, 3]
    assert markup.numbered(root.children[1:]) == [1, 2]
