"""A market and a ledger from a seed: everything that happens to real ones, more often.

A seed gives the same case for ever; `Case.text` shows it as rows that can be read.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Final

from tests.model.cases import Case
from tests.model.ledger import Entry, rounded
from tests.model.market import DAY, Asset, Market
from tests.model.positions import MINOR_UNITS
from tests.model.prices import END, RATIOS, START, own_pairs, priced, public_pairs, ratio

METHODS: Final = ("AVERAGE", "FIFO", "LIFO", "HIFO")
BASES: Final = {"USD": 6, "EUR": 4, "GBP": 1, "JPY": 1, "KWD": 1}
MOST_ENTRIES: Final = 30


PORTFOLIOS: Final = (
    (("STOCK", "STOCK"), 5),
    (("STOCK",), 3),
    (("STOCK", "CRYPTO"), 3),
    (("CRYPTO",), 2),
    (("REAL_ESTATE",), 1),
    (("REAL_ESTATE", "STOCK"), 2),
    (("REAL_ESTATE", "CRYPTO"), 1),
    (("MUTUAL_FUND", "BOND"), 1),
    (("MUTUAL_FUND", "STOCK", "CRYPTO"), 2),
    (("BOND",), 1),
    (("STOCK", "OTHER"), 1),
    ((), 1),
)


def case(seed: int) -> Case:
    """Return the case of a seed."""
    return _Author(seed).case()


class _Author:
    """Writes a ledger day by day, and never sells what is not there."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.currency = self._one_of(BASES)
        self.in_bulk = self.random.random() < 0.5
        self.held: dict[str, Fraction] = {}
        self.cash_began = False
        self.entries: list[Entry] = []

    def case(self) -> Case:
        """Write it."""
        random = self.random
        length = random.choice((20, 60, 150, 400, 700))
        self.first = START + DAY * random.randrange(40, (END - START).days - length + 60)
        self.last = self.first + DAY * length
        kinds = random.choices([k for k, _ in PORTFOLIOS], [n for _, n in PORTFOLIOS])[0]
        assets = [self._asset(f"{kind[:2]}{n}.{self.seed}", kind) for n, kind in enumerate(kinds)]
        own = own_pairs(random, self.first)
        self.market = Market({asset.symbol: asset for asset in assets}, public_pairs(), own)
        self._write()
        sent = list(self.entries)
        if self.in_bulk:
            random.shuffle(sent)
        created = sorted(sent, key=_bulk_order) if self.in_bulk else sent
        return Case(
            self.seed,
            self.market.with_trades(created),
            self.currency,
            random.choice(METHODS),
            created,
            sent,
            self.in_bulk,
            self._window(),
            random.choice(("daily", "daily", "weekly", "monthly")),
            random.choice([None, *self.market.assets]) if assets else None,
            random.choice(("0", "0", "0.02", "0.045")),
            random.choice(("0.95", "0.9", "0.975", "0.99")),
        )

    def _one_of(self, weights: dict[str, int]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _asset(self, symbol: str, kind: str) -> Asset:
        currency = self.currency
        if self.random.random() < 0.4:
            currency = self.random.choice([name for name in BASES if self._is_known(name)])
        span = self.first - DAY * 60, self.last + DAY * 20
        return priced(self.random, symbol, kind, currency, span)

    def _is_known(self, currency: str) -> bool:
        """Whether one step across EUR or USD leads to the portfolio's currency."""
        return {currency, self.currency} not in ({"GBP", "JPY"}, {"GBP", "KWD"})

    def _write(self) -> None:
        random = self.random
        day, last = self.first, self.last
        habit = random.choice((3, 10, 25, 60))
        while day <= last and len(self.entries) < MOST_ENTRIES:
            self._day(day)
            day += DAY * (1 + int(random.expovariate(1 / habit)))

    def _day(self, day: date) -> None:
        kinds = [self._kind() for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        if not self.entries and self.random.random() < 0.35:
            kinds = ["DEPOSIT", *kinds]
        if self.in_bulk:
            kinds.sort(key=lambda kind: _CLASSES.get(kind, 1))
        for asset in self.market.assets.values():
            if asset.splits.keys() & {day} and self.random.random() < 0.7:
                self._split(day, asset, next(iter(asset.splits.values())))
        for kind in kinds:
            self._entry(kind, day)

    def _kind(self) -> str:
        weights = {
            "BUY": 8,
            "SELL": 5,
            "CLOSE": 1,
            "DIVIDEND": 2,
            "INTEREST": 1,
            "FEE": 1,
            "TAX": 1,
            "FEE_REFUND": 1,
            "TAX_REFUND": 1,
            "TRANSFER_IN": 1,
            "TRANSFER_OUT": 1,
            "ADJUSTMENT": 1,
            "ODD SPLIT": 0.3,
            "DEPOSIT": 2 if self.cash_began or not self.market.assets else 0.3,
            "WITHDRAWAL": 1 if self.cash_began else 0.1,
        }
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _entry(self, kind: str, day: date) -> None:
        assets = [asset for asset in self.market.assets.values() if self._may_enter(asset, day)]
        held = [asset for asset in assets if self.held.get(asset.symbol)]
        write: dict[str, Callable[[date, Asset], None]] = {
            "BUY": self._buy,
            "TRANSFER_IN": self._transfer_in,
            "ADJUSTMENT": self._adjust,
        }
        of_held: dict[str, Callable[[date, Asset], None]] = {
            "SELL": self._sell,
            "CLOSE": self._close,
            "TRANSFER_OUT": self._transfer_out,
            "ODD SPLIT": self._odd_split,
        }
        if kind in write and assets:
            write[kind](day, self.random.choice(assets))
        elif kind in of_held and held:
            of_held[kind](day, self.random.choice(held))
        elif kind in {"DIVIDEND", "INTEREST"} and held:
            self._income(kind, day, self.random.choice(held))
        elif kind in {"FEE", "TAX", "FEE_REFUND", "TAX_REFUND"} and (held or self.cash_began):
            self._charge(kind, day)
        elif kind in {"DEPOSIT", "WITHDRAWAL"}:
            self._move_cash(kind, day)

    def _may_enter(self, asset: Asset, day: date) -> bool:
        """Return whether there is a rate for an entry of the day."""
        return self.market.rate(asset.currency, self.currency, day) is not None

    def _add(self, entry: Entry) -> None:
        rate = None
        if entry.currency != self.currency and self.random.random() < 0.3:
            known = self.market.rate(entry.currency, self.currency, entry.day)
            if known:
                rate = _decimal(known * Fraction(self.random.randrange(980, 1020), 1000), 6)
        self.entries.append(replace(entry, exchange_rate=rate or None))

    def _quantity(self) -> Decimal:
        places = self.random.choice((0, 0, 2, 4, 8))
        return _decimal(Fraction(self.random.uniform(1, 60)), places)

    def _price(self, asset: Asset, day: date) -> Decimal:
        last = asset.closes.last(day)
        known = last[1] if last else next(iter(asset.closes.by_day.values()), Fraction(50))
        off = Fraction(self.random.randrange(970, 1040), 1000)
        return max(_decimal(known * off, self.random.choice((2, 2, 3, 5))), Decimal("0.01"))

    def _money(self, most: float, currency: str) -> Decimal:
        most *= 100 if currency == "JPY" else 1
        return _decimal(
            Fraction(self.random.uniform(most / 10, most)), MINOR_UNITS.get(currency, 2)
        ) or Decimal(1)

    def _trade(self, kind: str, day: date, asset: Asset, quantity: Decimal) -> None:
        currency, price = asset.currency, self._price(asset, day)
        fees = self._money(9, currency) if self.random.random() < 0.4 else Decimal(0)
        taxes = self._money(3, currency) if self.random.random() < 0.2 else Decimal(0)
        entry = Entry(kind, day, currency, asset.symbol, quantity, price, None, fees, taxes)
        if self.random.random() < 0.15 and abs(entry.moved) > 1:
            entry = replace(entry, amount=self._about(entry))
        self._add(entry)

    def _about(self, entry: Entry) -> Decimal:
        """Return what a broker says that moved: within half a unit of the price's last decimal."""
        places = MINOR_UNITS.get(entry.currency, 2)
        decimals = -int((entry.price or Decimal(0)).as_tuple().exponent)
        most = Fraction(entry.quantity or 0) * Fraction(1, 2 * 10**decimals)
        off = most * self.random.randrange(-90, 90) / 100
        return _decimal(entry.moved + off, places)

    def _buy(self, day: date, asset: Asset) -> None:
        if asset.kind == "OTHER" and self.random.random() < 0.7:
            return
        quantity = self._quantity()
        self._hold(asset, Fraction(quantity))
        self._trade("BUY", day, asset, quantity)

    def _sell(self, day: date, asset: Asset) -> None:
        part = Fraction(self.random.randrange(5, 90), 100)
        quantity = _decimal(self.held[asset.symbol] * part, self.random.choice((0, 2, 8)))
        if quantity > 0:
            self._hold(asset, -Fraction(quantity))
            self._trade("SELL", day, asset, quantity)

    def _close(self, day: date, asset: Asset) -> None:
        quantity = _decimal(self.held[asset.symbol], 8)
        self._hold(asset, -Fraction(quantity))
        self._trade("SELL", day, asset, quantity)

    def _hold(self, asset: Asset, change: Fraction) -> None:
        self.held[asset.symbol] = self.held.get(asset.symbol, Fraction(0)) + change

    def _transfer_in(self, day: date, asset: Asset) -> None:
        if not asset.closes.days:
            return
        quantity = self._quantity()
        self._hold(asset, Fraction(quantity))
        price = self._price(asset, day)
        self._add(Entry("TRANSFER_IN", day, asset.currency, asset.symbol, quantity, price))

    def _transfer_out(self, day: date, asset: Asset) -> None:
        if not asset.closes.days:
            return
        part = self.random.choice((Fraction(1), Fraction(1, 3), Fraction(1, 2)))
        quantity = _decimal(self.held[asset.symbol] * part, 8)
        if quantity > 0 and Fraction(quantity) <= self.held[asset.symbol]:
            self._hold(asset, -Fraction(quantity))
            self._add(Entry("TRANSFER_OUT", day, asset.currency, asset.symbol, quantity))

    def _adjust(self, day: date, asset: Asset) -> None:
        if not asset.closes.days:
            return
        quantity = Decimal(0) if self.random.random() < 0.1 else self._quantity()
        if not quantity and not self.held.get(asset.symbol):
            return
        self.held[asset.symbol] = Fraction(quantity)
        price = self._price(asset, day)
        self._add(Entry("ADJUSTMENT", day, asset.currency, asset.symbol, quantity, price))

    def _odd_split(self, day: date, asset: Asset) -> None:
        """Book a split that the asset does not have; the prices know nothing of it."""
        if any(entry.day == day and entry.asset == asset.symbol for entry in self.entries):
            return
        self._split(day, asset, ratio(self.random.choice(RATIOS)))

    def _split(self, day: date, asset: Asset, new: Fraction) -> None:
        quantity = self.held.get(asset.symbol, Fraction(0))
        if quantity:
            self.held[asset.symbol] = rounded(quantity * new, 8)
            text = f"{new.numerator}:{new.denominator}"
            self._add(Entry("SPLIT", day, asset.currency, asset.symbol, ratio=text))

    def _income(self, kind: str, day: date, asset: Asset) -> None:
        if kind == "INTEREST" and self.random.random() < 0.5:
            amount = self._money(30, self.currency) * self.random.choice((1, 1, -1))
            self._add(Entry("INTEREST", day, self.currency, amount=amount))
            return
        amount = self._money(40, asset.currency)
        taxes = _decimal(Fraction(amount) / 4, MINOR_UNITS.get(asset.currency, 2))
        taxes = taxes if self.random.random() < 0.4 else Decimal(0)
        self._add(Entry(kind, day, asset.currency, asset.symbol, amount=amount, taxes=taxes))

    def _charge(self, kind: str, day: date) -> None:
        amount = self._money(12, self.currency) * (1 if "REFUND" in kind else -1)
        self._add(Entry(kind, day, self.currency, amount=amount))

    def _move_cash(self, kind: str, day: date) -> None:
        currency = self.currency
        others = [name for name in BASES if self._is_known(name)]
        if self.random.random() < 0.15:
            other = self.random.choice(others)
            currency = other if self.market.rate(other, currency, day) is not None else currency
        most = 700 if kind == "WITHDRAWAL" else self.random.choice((3_000, 30_000, 90_000))
        amount = self._money(most, currency)
        self.cash_began = True
        self._add(Entry(kind, day, currency, amount=amount if kind == "DEPOSIT" else -amount))

    def _window(self) -> tuple[date | None, date | None]:
        random = self.random
        if not self.entries or random.random() < 0.4:
            return None, None
        priced = [
            asset.closes.days[-1] for asset in self.market.assets.values() if asset.closes.days
        ]
        first, last = self.entries[0].day, max([self.entries[-1].day, *priced])
        if random.random() < 0.1:
            return date(last.year, 1, 1), date(last.year, 12, 31)
        start = first + DAY * random.randrange(-10, max((last - first).days * 4 // 5, 1))
        end = start + DAY * random.choice((5, 30, 58, 61, 120, 400))
        choice = random.random()
        return (start if choice < 0.8 else None), (end if choice > 0.2 else None)


_CLASSES: Final = {
    "BUY": 0,
    "TRANSFER_IN": 0,
    "DEPOSIT": 0,
    "SELL": 1,
    "CLOSE": 1,
    "TRANSFER_OUT": 1,
    "ADJUSTMENT": 2,
}


def _bulk_order(entry: Entry) -> tuple[date, int]:
    order = {"BUY": 0, "TRANSFER_IN": 0, "SELL": 2, "TRANSFER_OUT": 2, "ADJUSTMENT": 3}
    return entry.day, order.get(entry.kind, 1)


def _decimal(value: Fraction, places: int) -> Decimal:
    number = rounded(value, places)
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(
        Decimal(1).scaleb(-places)
    )
