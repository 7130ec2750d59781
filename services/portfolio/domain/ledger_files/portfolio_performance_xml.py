"""Portfolio Performance's own file, saved as XML: all accounts, and the papers that they name.

A purchase is one transaction of a securities account and one of a cash account that belong
together; the first is read. What moves between two accounts of the file stays inside. The file
repeats nothing: where something is met again it has the way there, or an id. Money is in
hundredths, shares in hundred-millionths.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.portfolio.domain.ledger_files import portfolio_performance
from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import (
    NOTHING_SAID,
    Layout,
    Said,
    columns_of,
)
from services.portfolio.domain.ledger_files.markup import Element, is_begun, numbered, parsed
from services.portfolio.domain.ledger_files.reading import ledger_file
from services.portfolio.domain.ledger_files.rows import LedgerFile, LedgerRow
from shared.files import FileRefused, Note
from shared.finance.entries import EntryType as T

_OLDEST: Final = 49  # the first version whose shares have eight decimals
_MONEY_PLACES: Final = 2
_SHARE_PLACES: Final = 8
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_STEP: Final = re.compile(r"([\w-]+)(?:\[(\d{1,9})\])?", re.ASCII)
_MOST_HOPS: Final = 10

_WITHIN: Final = "Transfers between accounts of this file."
# What is of no transaction, and holds none.
_LEFT_OUT: Final = frozenset(
    {"prices", "latest", "attributes", "events", "property", "updatedAt", "source"}
    | {"watchlists", "consumerPriceIndeces", "plans", "taxonomies", "dashboards"}
    | {"properties", "settings"}
)
# A purchase or a sale of a cash account is that of its securities account.
_OF_TRADES: Final = frozenset({"BUY", "SELL"})
_BETWEEN: Final = frozenset({"TRANSFER_IN", "TRANSFER_OUT"})
_TYPES: Final[Mapping[str, tuple[T, int]]] = {
    "BUY": (T.BUY, -1),
    "SELL": (T.SELL, 1),
    "DELIVERY_INBOUND": (T.TRANSFER_IN, 1),
    "DELIVERY_OUTBOUND": (T.TRANSFER_OUT, -1),
    "DIVIDENDS": (T.DIVIDEND, 1),
    "INTEREST": (T.INTEREST, 1),
    "INTEREST_CHARGE": (T.INTEREST, -1),
    "FEES": (T.FEE, -1),
    "FEES_REFUND": (T.FEE_REFUND, 1),
    "TAXES": (T.TAX, -1),
    "TAX_REFUND": (T.TAX_REFUND, 1),
    "DEPOSIT": (T.DEPOSIT, 1),
    "REMOVAL": (T.WITHDRAWAL, -1),
}
LAYOUT: Final = Layout(
    name="portfolio_performance_xml",
    program="Portfolio Performance's own file, saved as XML",
    columns=(),
    needed=(),
    types={word.lower(): type_ for word, (type_, _) in _TYPES.items()},
    skips={word.lower(): _WITHIN for word in sorted(_BETWEEN)},
    not_read=("Prices, which it keeps adjusted for splits.",),
    content_type="application/xml",
    elements=("account-transaction", "portfolio-transaction"),
)


def read(content: bytes, said: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of a file; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no XML, none of this program, too old, or refers to what is not there.
    """
    columns_of(LAYOUT, said)
    if not is_begun(content):
        raise FileRefused("Not XML. Save the file as XML, without a password: File, Save as, XML.")
    root = parsed(content, lambda name: name not in _LEFT_OUT)
    if root.name != "client":
        raise FileRefused(f"Not a file of Portfolio Performance: its root is <{root.name}>.")
    _require_new(root)
    found = list(_Client(root).transactions())
    places = numbered([transaction for transaction, _ in found])
    transactions = portfolio_performance.Transactions()

    def row(line: int, texts: dict[str, str]) -> LedgerRow | str:
        word = texts["transaction_type"]
        if word in _BETWEEN:
            return _WITHIN
        cells = Cells(texts)
        if word not in _TYPES:
            cells.refuse("type", f"Not a type of Portfolio Performance: {word[:50]}.")
        kind, sign = _TYPES.get(word, (T.FEE, -1))
        return transactions.row(line, cells, kind, sign, transactions.value(line, cells))

    items = [(line, texts) for line, (_, texts) in zip(places, found, strict=True)]
    file = transactions.in_asset_money(ledger_file(items, row))
    return replace(file, notes=(*transactions.notes(), *_notes(content)))


def _require_new(root: Element) -> None:
    version = root.child("version")
    if version is None or not version.text.isdecimal() or int(version.text) < _OLDEST:
        raise FileRefused(
            f"The file is older than version {_OLDEST}: open and save it with a Portfolio"
            " Performance of today."
        )


def _notes(content: bytes) -> list[Note]:
    if b"<price " not in content:
        return []
    message = (
        "Prices are not read, since they are kept adjusted for splits: send those of an asset of"
        " your own as a file of prices."
    )
    return [Note("file", "prices_left_out", message)]


class _Client:
    """What a file holds, its references followed."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._ids: dict[str, Element] = {}
        self._named: dict[tuple[int, str], list[Element]] = {}
        waiting = [root]
        while waiting:
            element = waiting.pop()
            if "id" in element.attributes:
                self._ids[element.attributes["id"]] = element
            waiting.extend(element.children)

    def transactions(self) -> Iterator[tuple[Element, dict[str, str]]]:
        """Yield each transaction with its texts, a trade once."""
        for account in self._all(self._root.child("accounts")):
            for transaction in self._all(account.child("transactions")):
                texts = self._texts(transaction)
                if texts["transaction_type"] not in _OF_TRADES:
                    yield transaction, texts
        for portfolio in self._all(self._root.child("portfolios")):
            for transaction in self._all(portfolio.child("transactions")):
                yield transaction, self._texts(transaction)

    def _all(self, parent: Element | None) -> Iterator[Element]:
        return map(self._meant, parent.children if parent else ())

    def _texts(self, transaction: Element) -> dict[str, str]:
        """Return what a transaction says, by the columns of the CSV."""
        currency = self._text(transaction, "currencyCode")
        texts = {
            "external_id": self._text(transaction, "uuid"),
            "date": self._text(transaction, "date"),
            "transaction_type": self._text(transaction, "type"),
            "currency": currency,
            "amount": _scaled(self._text(transaction, "amount"), _MONEY_PLACES),
            "quantity": _scaled(self._text(transaction, "shares"), _SHARE_PLACES),
            "notes": self._text(transaction, "note"),
        }
        if (reference := transaction.child("security")) is not None:
            security = self._meant(reference)
            texts |= {
                "isin": self._text(security, "isin"),
                "symbol": self._text(security, "tickerSymbol"),
                "asset_name": self._text(security, "name"),
                "asset_currency": self._text(security, "currencyCode") or currency,
            }
        return texts | self._units(transaction)

    def _units(self, transaction: Element) -> dict[str, str]:
        """Return fees and taxes, and the gross amount where it is in another currency."""
        charges: defaultdict[str, Decimal] = defaultdict(Decimal)
        texts: dict[str, str] = {}
        for unit in self._all(transaction.child("units")):
            kind = unit.attributes.get("type", "")
            amount, forex = unit.child("amount"), unit.child("forex")
            if kind == "GROSS_VALUE" and forex is not None:
                texts["gross"] = _money_of(forex)
                texts["asset_currency"] = forex.attributes.get("currency", "")
            elif kind in ("FEE", "TAX") and amount is not None:
                charges[kind] += Decimal(_money_of(amount))
        return texts | {"fees": f"{charges['FEE']:f}", "taxes": f"{charges['TAX']:f}"}

    def _text(self, element: Element, name: str) -> str:
        child = element.child(name)
        return "" if child is None else self._meant(child).text

    def _meant(self, element: Element) -> Element:
        """Return what an element refers to, or itself."""
        for _ in range(_MOST_HOPS):
            reference = element.attributes.get("reference")
            if reference is None:
                return element
            target = self._ids.get(reference) or self._at(element, reference)
            if target is None:
                break
            element = target
        raise FileRefused(
            f"Line {element.line}: there is nothing where <{element.name}> refers to."
        )

    def _at(self, element: Element, path: str) -> Element | None:
        """Return what stands at a path, such as `../../securities/security[2]`."""
        found: Element | None = element
        for step in path.split("/"):
            if found is None:
                return None
            if step == "..":
                found = found.parent
                continue
            parts = _STEP.fullmatch(step)
            if parts is None:
                return None
            place = int(parts[2] or 1)
            children = self._children(found, parts[1])
            found = children[place - 1] if 0 < place <= len(children) else None
        return found

    def _children(self, parent: Element, name: str) -> list[Element]:
        key = id(parent), name
        if key not in self._named:
            self._named[key] = [child for child in parent.children if child.name == name]
        return self._named[key]


def _money_of(element: Element) -> str:
    amount = element.attributes.get("amount", "")
    if not _WHOLE.fullmatch(amount):
        raise FileRefused(f"Line {element.line}: {amount[:50]!r} is no amount.")
    return _scaled(amount, _MONEY_PLACES)


def _scaled(text: str, places: int) -> str:
    """Return a number that is kept as a whole one; what is none stays none."""
    if not text:
        return ""
    return f"{Decimal(text).scaleb(-places):f}" if _WHOLE.fullmatch(text) else f"?{text}"
