"""Interactive Brokers' Flex queries as XML: trades, cash, splits and transfers of all accounts.

Each element is read by the words of the CSV. The rate beside an amount is that into the account's
own currency, which stands in the account's information.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.formats import interactive_brokers
from services.portfolio.domain.ledger_files.formats.account_money import price_of_one, rated
from services.portfolio.domain.ledger_files.layouts import (
    NOTHING_SAID,
    RATE_PLACES,
    Said,
    columns_of,
    rows_of,
)
from services.portfolio.domain.ledger_files.markup import Element, numbered, parsed
from services.portfolio.domain.ledger_files.rows import LedgerFile, LedgerRow
from shared.files import FileRefused, Form, Table
from shared.finance.entries import IN_KIND
from shared.finance.entries import EntryType as T

_SUMMARIES: Final = "Orders, summaries and totals: executions and details are read."
_CANCELLED: Final = "Trades that were cancelled, and their cancellations."
_ELSEWHERE: Final = "Cancellations of trades that are not in this file: delete the trade."
_ACTIONS: Final = (
    "Corporate actions but splits that keep their ISIN: record a SPLIT, or transfers, of that day."
)
_AGAIN: Final = "The same split in another account of the file."
_WITHIN: Final = "Transfers between accounts of this file."
_SPLIT: Final = re.compile(r"\bSPLIT (\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)\b", re.IGNORECASE)
_ZONE: Final = re.compile(r" [A-Z]{3,4}$")
_NOTHING: Final = frozenset({"", "-", "--", "N/A"})

_DAY: Final = ("dateTime", "reportDate", "settleDate", "date")
_OF_ASSET: Final = {"symbol": ("symbol",), "isin": ("isin",), "asset_class": ("assetCategory",)}
_OF_ALL: Final = {"currency": ("currency",), "notes": ("description",), **_OF_ASSET}
# Element → our column → its attributes, of which the first counts that says something. A split was
# booked on the evening before the day that it is reported for, and counts from that day on.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "Trade": {
        **_OF_ALL,
        "side": ("buySell",),
        "date": ("dateTime", "tradeDate", "reportDate"),
        "quantity": ("quantity",),
        "price": ("tradePrice",),
        "fees": ("ibCommission",),
        "fees_currency": ("ibCommissionCurrency",),
        "taxes": ("taxes",),
        "external_id": ("tradeID", "transactionID"),
    },
    "CashTransaction": {
        **_OF_ALL,
        "transaction_type": ("type",),
        "date": _DAY,
        "amount": ("amount",),
        "external_id": ("transactionID",),
    },
    "CorporateAction": {
        **_OF_ASSET,
        "notes": ("actionDescription", "description"),
        "date": ("reportDate", "dateTime"),
        "external_id": ("transactionID", "actionID"),
    },
    "Transfer": {
        **_OF_ALL,
        "date": ("date", *_DAY),
        "quantity": ("quantity",),
        "price": ("transferPrice",),
        "worth": ("positionAmount",),
        "amount": ("cashTransfer",),
        "external_id": ("transactionID",),
    },
}
_KEPT: Final = frozenset(
    {"FlexQueryResponse", "FlexStatements", "FlexStatement", "AccountInformation", "Order"}
    | {"Trades", "CashTransactions", "CorporateActions", "Transfers"}
    | _ATTRIBUTES.keys()
)
_DETAILS: Final = frozenset({"", "EXECUTION", "DETAIL", "TRANSFER"})


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    return texts.get("left_out") or interactive_brokers.left_out(texts) or texts


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    if row.type is T.SPLIT:
        return replace(row, currency=None)
    if row.type in IN_KIND:
        price = row.price or price_of_one(cells.number("worth"), row.quantity)
        row = replace(row, price=price, amount=None)
    else:
        row = interactive_brokers.finished(row, cells)
    return rated(row, cells.number("rate", places=RATE_PLACES), cells.currency("base"))


LAYOUT: Final = replace(
    interactive_brokers.LAYOUT,
    name="interactive_brokers_xml",
    program="Interactive Brokers' Flex query (XML): trades, cash transactions, corporate actions,"
    " transfers",
    columns=(),
    needed=(),
    types={
        **interactive_brokers.LAYOUT.types,
        "split": T.SPLIT,
        "transfer in": T.TRANSFER_IN,
        "transfer out": T.TRANSFER_OUT,
        "cash in": T.DEPOSIT,
        "cash out": T.WITHDRAWAL,
    },
    not_read=(
        *interactive_brokers.LAYOUT.not_read,
        *(_SUMMARIES, _CANCELLED, _ELSEWHERE, _ACTIONS, _AGAIN, _WITHIN),
    ),
    left_out=(),
    adapted=_adapted,
    finished=_finished,
    content_type="application/xml",
    elements=tuple(_ATTRIBUTES),
)


def read(content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of a Flex query; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no XML, or no Flex query.
    """
    columns_of(LAYOUT, said)
    root = parsed(content, _KEPT.__contains__)
    if root.name != "FlexQueryResponse":
        raise FileRefused(f"Not a Flex query: its first element is <{root.name}>.")
    lines = _Query.of(root).lines()
    form = Form(encoding="utf-8", decimal=".", date_format=said.form.date_format)
    return rows_of(LAYOUT, Table(form, (), lines, ()), said)


@dataclass(frozen=True, slots=True)
class _Query:
    """The rows of a Flex query, and what they say of each other.

    Attributes:
        rows: each with the account's currency, where that is told.
        accounts: ids of those that the query has.
        papers: ISIN, or symbol → name and currency of each trade and transfer.
        left_out: identity of an element → why it is no transaction.
    """

    rows: Sequence[tuple[Element, str]]
    accounts: frozenset[str]
    papers: Mapping[str, Sequence[tuple[str, str]]]
    left_out: Mapping[int, str]

    @classmethod
    def of(cls, root: Element) -> "_Query":
        """Return what the accounts of a query have."""
        statements = list(root.all_of(frozenset({"FlexStatement"})))
        rows = []
        for statement in statements:
            account = statement.child("AccountInformation")
            base = account.attributes.get("currency", "") if account else ""
            elements = statement.all_of(frozenset({*_ATTRIBUTES, "Order"}))
            rows += [(element, base) for element in elements]
        accounts = {statement.attributes.get("accountId", "") for statement in statements} - {""}
        papers: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for element, _ in rows:
            texts = _texts(element)
            if element.name in ("Trade", "Transfer"):
                named = texts.get("notes", ""), texts.get("currency", "")
                papers[texts.get("isin") or texts.get("symbol", "")].append(named)
        of_splits = _splits(element for element, _ in rows if element.name == "CorporateAction")
        cancelled = _cancelled([element for element, _ in rows if element.name == "Trade"])
        return cls(rows, frozenset(accounts), dict(papers), {**of_splits, **cancelled})

    def lines(self) -> list[tuple[int, dict[str, str]]]:
        """Return the rows as those of a table, by our columns."""
        places = numbered([element for element, _ in self.rows])
        return [
            (line, self._line(element, base))
            for line, (element, base) in zip(places, self.rows, strict=True)
        ]

    def _line(self, element: Element, base: str) -> dict[str, str]:
        texts = _texts(element)
        if reason := self._left_out(element):
            return {**texts, "left_out": reason}
        rate = element.attributes.get("fxRateToBase", "")
        return {**texts, **self._paper(element, texts), "base": base, "rate": rate}

    def _left_out(self, element: Element) -> str | None:
        attributes = element.attributes
        is_detail = attributes.get("levelOfDetail", "").upper() in _DETAILS
        if element.name == "Order" or not is_detail or attributes.get("accountId") == "-":
            return _SUMMARIES
        if element.name == "Transfer" and attributes.get("account") in self.accounts:
            return _WITHIN
        return self.left_out.get(id(element))

    def _paper(self, element: Element, texts: Mapping[str, str]) -> dict[str, str]:
        """Return what its asset is called and quoted in: as its trades say, where they agree."""
        named = self.papers.get(texts.get("isin") or texts.get("symbol", ""), ())
        currencies = {currency for _, currency in named}
        currency = texts.get("currency", "") if element.name in ("Trade", "Transfer") else ""
        if not currency and len(currencies) == 1:
            currency = min(currencies)
        return {"asset_name": named[0][0] if named else "", "asset_currency": currency}


def _texts(element: Element) -> dict[str, str]:
    """Return what an element says, by our columns."""
    said = {name: value for name, value in element.attributes.items() if value not in _NOTHING}
    texts = {
        column: next((said[name] for name in names if name in said), "")
        for column, names in _ATTRIBUTES.get(element.name, {}).items()
    }
    texts["date"] = _ZONE.sub("", texts.get("date", ""))
    if element.name == "Trade":
        texts["transaction_type"] = texts["side"]
        if ";" not in texts["date"] and "tradeTime" in said:
            texts["date"] += f";{said['tradeTime']}"
    if element.name == "CorporateAction" and (split := _SPLIT.search(texts["notes"])):
        texts |= {"transaction_type": "split", "ratio": f"{split[1]}:{split[2]}"}
    if element.name == "Transfer":
        is_cash = texts["asset_class"] == "CASH" or not (texts["isin"] or texts["symbol"])
        way = "in" if said.get("direction", "").upper() == "IN" else "out"
        texts["transaction_type"] = f"{'cash' if is_cash else 'transfer'} {way}"
    return texts


def _splits(actions: Iterable[Element]) -> dict[int, str]:
    """Return which corporate actions are no splits that we can record, and why.

    One that changes the ISIN has two rows: the old pieces go, the new ones come.
    """
    left_out: dict[int, str] = {}
    same: defaultdict[tuple[str, str], list[tuple[Element, str]]] = defaultdict(list)
    for action in actions:
        texts = _texts(action)
        if "ratio" not in texts:
            left_out[id(action)] = _ACTIONS
            continue
        what = texts["notes"].rpartition("(")[0]
        same[texts["date"], what].append((action, texts["isin"] or texts["symbol"]))
    for of_one in same.values():
        papers = {paper for _, paper in of_one}
        for place, (action, _) in enumerate(of_one):
            if len(papers) > 1:
                left_out[id(action)] = _ACTIONS
            elif place:
                left_out[id(action)] = _AGAIN
    return left_out


def _cancelled(trades: Sequence[Element]) -> dict[int, str]:
    """Return the trades that were cancelled, and their cancellations."""
    by_id: defaultdict[tuple[str, str], list[Element]] = defaultdict(list)
    cancellations = [trade for trade in trades if _is_cancellation(trade)]
    for trade in trades:
        if not _is_cancellation(trade):
            for name in ("transactionID", "tradeID"):
                if number := trade.attributes.get(name):
                    by_id[name, number].append(trade)
    left_out: dict[int, str] = {}
    for cancellation in cancellations:
        said = cancellation.attributes
        originals = [
            *by_id["transactionID", said.get("origTransactionID", "")],
            *by_id["tradeID", said.get("origTradeID", "")],
        ]
        original = next((it for it in originals if id(it) not in left_out), None)
        left_out[id(cancellation)] = _CANCELLED if original else _ELSEWHERE
        if original:
            left_out[id(original)] = _CANCELLED
    return left_out


def _is_cancellation(trade: Element) -> bool:
    said = trade.attributes
    return said.get("transactionType") == "TradeCancel" or "(Ca.)" in said.get("buySell", "")
