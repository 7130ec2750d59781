"""Two portfolios of a user, who does to their ledgers whatever the API lets them do.

What each answers is compared with `tests.model`, which adds up the same entries in fractions.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from werkzeug.test import TestResponse

from shared.testing import Stand, today
from tests.model.generator import METHODS
from tests.model.ledger import ACQUIRING, DISPOSING, Entry, Ledger, rounded
from tests.model.market import Asset, Closes, Market
from tests.model.positions import Position, portfolio
from tests.model.printing import differences
from tests.portfolio.build import AAPL, User, adopt, answered, card, miscounted

PENNY: Final = 4
IDS: Final = {"AAPL": AAPL, "PENNY": PENNY}
FIRST: Final = date(2024, 1, 1)
DAYS: Final = st.integers(0, 5).map(lambda n: FIRST + timedelta(days=n))
SYMBOLS: Final = st.sampled_from(sorted(IDS))
NOT_YET: Final = 2**62  # the number of an entry that is to be made

Entries = Mapping[int, Entry]


def _numbers(places: int, least: str, most: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places)


QUANTITIES: Final = st.one_of(
    st.integers(1, 9).map(Decimal), _numbers(8, "0.00000001", "3"), st.just(Decimal("0.33333333"))
)
PRICES: Final = st.one_of(_numbers(2, "0", "99"), _numbers(8, "0.00000001", "9"))
MONEY: Final = _numbers(2, "0.01", "5000")
CHARGES: Final = st.one_of(st.just(Decimal(0)), _numbers(2, "0", "9"))


@st.composite
def _entries(draw: Callable[[Any], Any], *kinds: str) -> Entry:
    """Return an entry of one of these kinds, with the fields that it needs."""
    kind, day = draw(st.sampled_from(kinds)), draw(DAYS)
    if kind in {"DEPOSIT", "WITHDRAWAL", "FEE", "INTEREST"}:
        sign = -1 if kind in {"WITHDRAWAL", "FEE"} else 1
        return Entry(kind, day, "USD", amount=sign * draw(MONEY))
    symbol = draw(SYMBOLS)
    if kind == "SPLIT":
        ratio = draw(st.sampled_from(["2:1", "1:3", "3:2", "1:10"]))
        return Entry(kind, day, "USD", symbol, ratio=ratio)
    if kind == "DIVIDEND":
        return Entry(kind, day, "USD", symbol, amount=draw(MONEY), taxes=draw(CHARGES))
    charges = {}
    if kind in {"BUY", "SELL"}:
        charges = {"fees": draw(CHARGES), "taxes": draw(CHARGES)}
    return Entry(kind, day, "USD", symbol, draw(QUANTITIES), draw(PRICES), **charges)


ACQUISITIONS: Final = _entries("BUY", "TRANSFER_IN")
# Rows of a file have an order of their own within a day; of these it does not matter.
WITHOUT_ORDER: Final = st.one_of(ACQUISITIONS, _entries("DEPOSIT"))
PARTS: Final = st.sampled_from([Fraction(1), Fraction(1, 3)])
ANY: Final = st.one_of(
    ACQUISITIONS,
    _entries("SELL", "TRANSFER_OUT", "ADJUSTMENT", "SPLIT"),
    _entries("DIVIDEND", "INTEREST", "FEE", "DEPOSIT", "WITHDRAWAL"),
)


def _in_order(entries: Entries) -> list[Entry]:
    return [entries[number] for number in sorted(entries)]


def is_sound(entries: Entries) -> bool:
    """Return whether no more is taken than is there, and no split leaves nothing of something."""
    held: dict[str | None, Fraction] = {}
    for entry in sorted(_in_order(entries), key=lambda one: (one.day, one.kind != "SPLIT")):
        before, quantity = held.get(entry.asset, Fraction(0)), Fraction(entry.quantity or 0)
        if entry.kind in ACQUIRING:
            held[entry.asset] = before + quantity
        elif entry.kind in DISPOSING:
            held[entry.asset] = before - quantity
        elif entry.kind == "ADJUSTMENT":
            held[entry.asset] = quantity
        elif entry.kind == "SPLIT":
            held[entry.asset] = rounded(before * entry.split, 8)
            if before and not held[entry.asset]:
                return False
        if held.get(entry.asset, Fraction(0)) < 0:
            return False
    return True


def market() -> Market:
    """Return what things cost, as the cards of the assets say it."""
    closes = Closes({today() - timedelta(days=1): Fraction(8), today(): Fraction(10)})
    return Market({name: Asset(name, "STOCK", "USD", closes) for name in IDS}, {})


class Ledgers(RuleBasedStateMachine):
    """What a user does, and what must come of it."""

    stand: ClassVar[Stand]

    def __init__(self) -> None:
        super().__init__()
        self.stand.empty()
        for name, number in IDS.items():
            adopt(self.stand, card(number, name))
        self.market = market()
        self.entries: dict[int, dict[int, Entry]] = {}
        self.methods: dict[int, str] = {}
        self.imports: list[tuple[int, int]] = []
        self.named = 0

    @property
    def user(self) -> User:
        """The user, whose identity is over after a minute."""
        return User(self.stand.client(user=1))

    @initialize(methods=st.tuples(st.sampled_from(METHODS), st.sampled_from(METHODS)))
    def begin(self, methods: tuple[str, str]) -> None:
        """Make two portfolios."""
        for method in methods:
            number = self.user.portfolio(cost_basis_method=method)
            self.methods[number], self.entries[number] = method, {}

    # What the user does.

    @rule(data=st.data(), entry=ANY)
    def record(self, data: st.DataObject, entry: Entry) -> None:
        """Record any entry anywhere in the ledger."""
        self._record(self._portfolio(data), entry)

    @rule(data=st.data(), changed=ANY)
    @precondition(lambda self: self._rows())
    def edit(self, data: st.DataObject, changed: Entry) -> None:
        """Move an entry to another day, or give it other numbers."""
        number, row = data.draw(st.sampled_from(self._rows()))
        entry = self.entries[number][row]
        new = replace(entry, day=changed.day)
        values: dict[str, Any] = {"date": changed.day.isoformat()}
        if entry.quantity is not None and changed.quantity is not None:
            new = replace(new, quantity=changed.quantity)
            values["quantity"] = f"{changed.quantity:f}"
        answer = self.user.client.patch(f"/api/transactions/{row}/", json=values)
        self._expect(answer, 200, number, {**self.entries[number], row: new})

    @rule(data=st.data())
    @precondition(lambda self: self._rows())
    def delete(self, data: st.DataObject) -> None:
        """Delete any entry."""
        number, row = data.draw(st.sampled_from(self._rows()))
        after = {key: entry for key, entry in self.entries[number].items() if key != row}
        answer = self.user.client.delete(f"/api/transactions/{row}/")
        self._expect(answer, 204, number, after)

    @rule(
        data=st.data(),
        rows=st.lists(st.one_of(ACQUISITIONS, _entries("DEPOSIT")), min_size=1, max_size=4),
    )
    def import_file(self, data: st.DataObject, rows: list[Entry]) -> None:
        """Import a file."""
        number = self._portfolio(data)
        named = self._named(rows)
        answer = self._send(number, named)
        self.imports.append((number, answered(answer, 200)["import_id"]))
        self._adopt(number, named)

    @rule(data=st.data())
    @precondition(lambda self: self.imports)
    def take_back(self, data: st.DataObject) -> None:
        """Take an import back, all of it or nothing."""
        number, imported = data.draw(st.sampled_from(self.imports))
        listed = self._listed(number, f"import_id={imported}")
        gone = {row["id"] for row in listed}
        after = {key: entry for key, entry in self.entries[number].items() if key not in gone}
        answer = self.user.client.delete(f"/api/transactions/imports/{imported}/")
        if not gone:
            assert answer.status_code == 404, answer.text
        elif is_sound(after):
            assert answer.status_code == 204, answer.text
            self.entries[number] = after
        else:
            assert answer.status_code == 409, answer.text

    @rule(data=st.data(), rows=st.lists(ANY, min_size=1, max_size=4))
    def bulk(self, data: st.DataObject, rows: list[Entry]) -> None:
        """Record several at once, all or none, what is acquired on a day before what is sold."""
        number = self._portfolio(data)
        order = {"BUY": 0, "TRANSFER_IN": 0, "SELL": 2, "TRANSFER_OUT": 2, "ADJUSTMENT": 3}
        rows = sorted(rows, key=lambda entry: (entry.day, order.get(entry.kind, 1)))
        named = self._named(rows)
        body = [self._row(number, entry, name) for name, entry in named.items()]
        answer = self.user.client.post("/api/transactions/bulk/", json={"transactions": body})
        made = {NOT_YET + place: entry for place, entry in enumerate(rows)}
        if is_sound({**self.entries[number], **made}):
            answered(answer, 201)
            self._adopt(number, named)
        else:
            answered(answer, 422)

    @rule(
        data=st.data(),
        symbol=SYMBOLS,
        day=DAYS,
        part=st.sampled_from([Fraction(1), Fraction(1, 3)]),
    )
    def transfer(self, data: st.DataObject, symbol: str, day: date, part: Fraction) -> None:
        """Move some of what is held to the other portfolio."""
        number = self._portfolio(data)
        [other] = self.entries.keys() - {number}
        quantity = self._held(number, symbol) * part
        moved = Decimal(int(quantity * 10**8)).scaleb(-8)
        if moved:
            out = Entry("TRANSFER_OUT", day, "USD", symbol, moved)
            if self._record(number, out):
                self._record(other, Entry("TRANSFER_IN", day, "USD", symbol, moved, Decimal(7)))

    @rule(data=st.data(), symbol=SYMBOLS, price=PRICES)
    def close(self, data: st.DataObject, symbol: str, price: Decimal) -> None:
        """Sell all that is held."""
        number = self._portfolio(data)
        held = Decimal(int(self._held(number, symbol) * 10**8)).scaleb(-8)
        if held:
            assert self._record(number, Entry("SELL", date(2024, 1, 9), "USD", symbol, held, price))

    # What must hold.

    @invariant()
    def figures_are_those_of_the_model(self) -> None:
        """Positions and totals are what the entries add up to, to the printed digit."""
        for number in self.entries:
            self._require_figures(number, self._ledger(number))

    @invariant()
    def counts_are_those_of_the_ledgers(self) -> None:
        """What is stored with a portfolio, and what its list says."""
        assert miscounted(self.stand) == []
        for number, entries in self.entries.items():
            path = f"/api/transactions/?portfolio_id={number}&page_size=1"
            assert self.user.get(path)["count"] == len(entries)

    def teardown(self) -> None:
        """See that a ledger that is exported and imported again is the same."""
        for number in list(self.entries):
            file = self.user.client.get(f"/api/transactions/export/?portfolio_id={number}").data
            again = self.user.portfolio(cost_basis_method=self.methods[number])
            if self.entries[number]:
                answered(self._imported(again, file), 200)
            self._require_figures(again, self._ledger(number))

    # How.

    def _require_figures(self, number: int, ledger: Ledger) -> None:
        query = f"portfolio_id={number}&include_closed=true"
        came = {
            row["asset"]["symbol"]: {"symbol": row["asset"]["symbol"], **row}
            for row in self.user.get(f"/api/positions/?{query}")["results"]
        }
        expected = [Position(ledger, name, today()).printed() for name in sorted(ledger.holdings)]
        wrong = list(differences(expected, [came[name] for name in sorted(came)]))
        wrong += differences(portfolio(ledger, today()), self.user.totals(number))
        assert not wrong, "\n".join(
            [*map(str, wrong), *(str(posted.entry) for posted in ledger.posted)]
        )

    def _ledger(self, number: int) -> Ledger:
        entries = _in_order(self.entries[number])
        return Ledger.of(self.market, "USD", self.methods[number], entries)

    def _held(self, number: int, symbol: str) -> Fraction:
        holding = self._ledger(number).holdings.get(symbol)
        return holding.quantity if holding else Fraction(0)

    def _portfolio(self, data: st.DataObject) -> int:
        return int(data.draw(st.sampled_from(sorted(self.entries))))

    def _rows(self) -> list[tuple[int, int]]:
        return [(number, row) for number, rows in self.entries.items() for row in rows]

    def _record(self, number: int, entry: Entry) -> bool:
        answer = self.user.client.post("/api/transactions/", json=self._row(number, entry))
        made = answer.get_json().get("id", NOT_YET)
        return self._expect(answer, 201, number, {**self.entries[number], made: entry})

    def _expect(
        self, answer: TestResponse, status: int, number: int, after: dict[int, Entry]
    ) -> bool:
        """Require that a change is made where what comes of it is sound, and else refused."""
        sound = is_sound(after)
        assert answer.status_code == (status if sound else 422), answer.text
        if sound:
            self.entries[number] = after
        return sound

    def _named(self, rows: Iterable[Entry]) -> dict[str, Entry]:
        named = {f"e{self.named + place}": entry for place, entry in enumerate(rows)}
        self.named += len(named)
        return named

    def _adopt(self, number: int, named: Mapping[str, Entry]) -> None:
        """Take over the numbers that entries have got."""
        for row in self._listed(number, ""):
            if row["external_id"] in named:
                self.entries[number][row["id"]] = named[row["external_id"]]

    def _listed(self, number: int, query: str) -> list[dict[str, Any]]:
        path = f"/api/transactions/?portfolio_id={number}&page_size=500&{query}"
        return list(self.user.get(path)["results"])

    def _send(self, number: int, named: Mapping[str, Entry]) -> TestResponse:
        rows = [self._row(number, entry, name) for name, entry in named.items()]
        table = io.StringIO()
        names = sorted({name for row in rows for name in row} - {"portfolio", "asset"})
        writer = csv.DictWriter(table, [*names, "symbol"], extrasaction="ignore")
        writer.writeheader()
        for row, entry in zip(rows, named.values(), strict=True):
            writer.writerow({**row, "symbol": entry.asset or ""})
        return self._imported(number, table.getvalue().encode())

    def _imported(self, number: int, table: bytes) -> TestResponse:
        query = {"portfolio_id": number, "mapping": json.dumps(IDS)}
        return self.user.client.post(
            "/api/transactions/import/", data=table, content_type="text/csv", query_string=query
        )

    def _row(self, number: int, entry: Entry, name: str | None = None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "portfolio": number,
            "transaction_type": entry.kind,
            "date": entry.day.isoformat(),
            "currency": entry.currency,
        }
        if entry.asset is not None:
            row["asset"] = IDS[entry.asset]
        if entry.ratio is not None:
            row["ratio"] = entry.ratio
        if name is not None:
            row["external_id"] = name
        numbers = {key: getattr(entry, key) for key in ("quantity", "price", "amount")}
        numbers |= {key: getattr(entry, key) or None for key in ("fees", "taxes")}
        return row | {key: f"{value:f}" for key, value in numbers.items() if value is not None}
