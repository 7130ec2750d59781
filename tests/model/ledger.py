"""A ledger: entries, and what they add up to.

Where the definitions are silent these readings are taken:

- HIFO sells first what cost most in the asset's currency; of equals the oldest.
- An ADJUSTMENT makes one lot of all that is held.
- A position is held since the day on which its quantity last left zero.
- A split rounds the running sum of the lots, the oldest first, to eight decimals.
- The rate that is looked up for an entry has twelve decimals, as the field it is kept in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.model.market import Market

ZERO = Fraction(0)
ACQUIRING = ("BUY", "TRANSFER_IN")
DISPOSING = ("SELL", "TRANSFER_OUT")
EXTERNAL = ("DEPOSIT", "WITHDRAWAL")
IN_KIND = ("TRANSFER_IN", "TRANSFER_OUT", "ADJUSTMENT")
SIGNS = {"FEE": -1, "TAX": -1, "WITHDRAWAL": -1}

Known = Fraction | None  # None: it rests on a rate that nobody knows
_NOTHING: Known = ZERO


def rounded(value: Fraction, places: int) -> Fraction:
    """Return a number to so many decimals, half up (away from zero)."""
    unit = Fraction(10) ** -places
    size = (abs(value) / unit * 2 + 1) // 2 * unit
    return -size if value < 0 else size


def plus(one: Known, other: Known) -> Known:
    """Return a sum, which is unknown where a part is."""
    return None if one is None or other is None else one + other


def times(one: Known, other: Known) -> Known:
    """Return a product, which is unknown where a part is."""
    return None if one is None or other is None else one * other


@dataclass(frozen=True)
class Entry:
    """A row of a ledger, as a client writes it; numbers that were not given are None."""

    kind: str
    day: date
    currency: str
    asset: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fees: Decimal = Decimal(0)
    taxes: Decimal = Decimal(0)
    exchange_rate: Decimal | None = None
    ratio: str | None = None

    @property
    def charges(self) -> Fraction:
        """Fees and taxes."""
        return Fraction(self.fees) + Fraction(self.taxes)

    @property
    def worth(self) -> Fraction:
        """Quantity × price."""
        return Fraction(self.quantity or 0) * Fraction(self.price or 0)

    @property
    def split(self) -> Fraction:
        """The ratio of a SPLIT as the fraction it is."""
        new, old = (self.ratio or "1:1").split(":")
        return Fraction(new) / Fraction(old)

    @property
    def moved(self) -> Fraction:
        """The money that moved, in its own currency, from the portfolio's side."""
        if self.kind in IN_KIND or self.kind == "SPLIT":
            return ZERO
        if self.kind == "BUY":
            return -(self.worth + self.charges) if self.amount is None else Fraction(self.amount)
        if self.kind == "SELL":
            return self.worth - self.charges if self.amount is None else Fraction(self.amount)
        return Fraction(self.amount or 0) - self.charges


@dataclass
class Lot:
    """What was bought at once; its cost in the asset's currency and in the portfolio's."""

    quantity: Fraction
    cost: Fraction
    base: Known


@dataclass
class Holding:
    """What is held of one asset."""

    method: str
    lots: list[Lot] = field(default_factory=list)
    quantity: Fraction = ZERO
    since: date | None = None
    realized: Fraction = ZERO
    base_realized: Known = ZERO
    income: Fraction = ZERO

    @property
    def cost(self) -> Fraction:
        """The cost of what is held, in the asset's currency."""
        return sum((lot.cost for lot in self.lots), ZERO)

    @property
    def base(self) -> Known:
        """The same in the portfolio's currency, at the rates of the days of purchase."""
        total: Known = ZERO
        for lot in self.lots:
            total = plus(total, lot.base)
        return total

    def put(self, day: date, lot: Lot) -> None:
        """Add what was acquired."""
        if not self.quantity:
            self.since = day
        self.quantity += lot.quantity
        self.lots.append(lot)
        if self.method == "AVERAGE":
            self.lots = [Lot(self.quantity, self.cost, self.base)]

    def take(self, quantity: Fraction) -> tuple[Fraction, Known]:
        """Take some out by the method; return what it cost."""
        cost, base = ZERO, _NOTHING
        self.quantity -= quantity
        while quantity:
            lot = self._next()
            part = min(quantity, lot.quantity) / lot.quantity
            taken = Lot(lot.quantity * part, lot.cost * part, times(lot.base, part))
            cost, base = cost + taken.cost, plus(base, taken.base)
            quantity -= taken.quantity
            lot.quantity -= taken.quantity
            lot.cost -= taken.cost
            lot.base = None if lot.base is None else lot.base - (taken.base or ZERO)
            self.lots = [lot for lot in self.lots if lot.quantity]
        return cost, base

    def split(self, ratio: Fraction) -> None:
        """Multiply what is held, to eight decimals; the lots scale with it."""
        before, self.quantity = ZERO, rounded(self.quantity * ratio, 8)
        for lot in self.lots:
            after = before + lot.quantity
            lot.quantity = rounded(after * ratio, 8) - rounded(before * ratio, 8)
            before = after
        self.lots = [lot for lot in self.lots if lot.quantity]

    def become(self, day: date, lot: Lot) -> None:
        """Set quantity and cost."""
        since = self.since if self.quantity else day
        self.lots, self.quantity = ([lot] if lot.quantity else []), lot.quantity
        self.since = since

    def _next(self) -> Lot:
        if self.method == "LIFO":
            return self.lots[-1]
        if self.method == "HIFO":
            return max(self.lots, key=lambda lot: lot.cost / lot.quantity)
        return self.lots[0]


@dataclass(frozen=True)
class Posted:
    """An entry, and what it did."""

    entry: Entry
    rate: Known
    change: Fraction = ZERO
    """Of the quantity held; a split's is none."""


@dataclass(frozen=True)
class State:
    """What a portfolio has at the end of a day."""

    quantities: dict[str, Fraction]
    cost: Known
    cash: Known


@dataclass
class Ledger:
    """A portfolio's ledger, posted in its order.

    Attributes:
        first_cash: the day from which there is cash.
        states: of each day that has an entry.
    """

    market: Market
    currency: str
    method: str
    first_cash: date | None
    holdings: dict[str, Holding] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    states: dict[date, State] = field(default_factory=dict)
    cash: Known = ZERO
    income: Known = ZERO
    charged: Known = ZERO

    @classmethod
    def of(cls, market: Market, currency: str, method: str, entries: Iterable[Entry]) -> "Ledger":
        """Post entries that stand in the order in which they were created."""
        rows = sorted(entries, key=lambda entry: (entry.day, entry.kind != "SPLIT"))
        first_cash = min((row.day for row in rows if row.kind in EXTERNAL), default=None)
        ledger = cls(market, currency, method, first_cash)
        for row in rows:
            ledger._post(row)
        return ledger

    def has_cash(self, day: date) -> bool:
        """Return whether there is cash on a day."""
        return self.first_cash is not None and day >= self.first_cash

    def _post(self, entry: Entry) -> None:
        given = entry.exchange_rate
        rate = self._rate(entry) if given is None else Fraction(given)
        holding = self._holding(entry)
        before = holding.quantity
        if entry.kind in ACQUIRING:
            cost = -entry.moved if entry.kind == "BUY" else entry.worth
            bought = Lot(Fraction(entry.quantity or 0), cost, times(cost, rate))
            holding.put(entry.day, bought)
        elif entry.kind in DISPOSING:
            cost, base = holding.take(Fraction(entry.quantity or 0))
            if entry.kind == "SELL":
                holding.realized += entry.moved - cost
                gain = plus(times(entry.moved, rate), None if base is None else -base)
                holding.base_realized = plus(holding.base_realized, gain)
        elif entry.kind == "ADJUSTMENT":
            lot = Lot(Fraction(entry.quantity or 0), entry.worth, times(entry.worth, rate))
            holding.become(entry.day, lot)
        elif entry.kind == "SPLIT":
            holding.split(entry.split)
            before = holding.quantity
        self._money(entry, holding, rate)
        self.posted.append(Posted(entry, rate, holding.quantity - before))
        self.states[entry.day] = self._state()

    def _money(self, entry: Entry, holding: Holding, rate: Known) -> None:
        moved = times(entry.moved, rate) if entry.moved else ZERO
        if self.has_cash(entry.day):
            self.cash = plus(self.cash, moved)
        if entry.kind in {"DIVIDEND", "INTEREST"}:
            self.income = plus(self.income, moved)
            holding.income += entry.moved
        if entry.kind in {"FEE", "TAX", "FEE_REFUND", "TAX_REFUND"}:
            self.charged = plus(self.charged, moved)

    def _rate(self, entry: Entry) -> Known:
        rate = self.market.rate(entry.currency, self.currency, entry.day)
        return None if rate is None else rounded(rate, 12)

    def _holding(self, entry: Entry) -> Holding:
        if entry.asset is None:
            return Holding(self.method)
        return self.holdings.setdefault(entry.asset, Holding(self.method))

    def _state(self) -> State:
        cost: Known = ZERO
        for holding in self.holdings.values():
            cost = plus(cost, holding.base)
        quantities = {
            symbol: holding.quantity
            for symbol, holding in self.holdings.items()
            if holding.quantity
        }
        return State(quantities, cost, self.cash)


def as_decimal(value: Fraction, places: int) -> Decimal:
    """Return a fraction with so many decimals."""
    units = rounded(value, places) * Fraction(10) ** places
    return Decimal(units.numerator).scaleb(-places)
