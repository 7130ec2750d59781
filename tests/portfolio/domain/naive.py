"""The ledger once more, as plainly as it can be said: fractions, lists, nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from services.portfolio.domain.entries import Entry
from shared.finance.entries import EntryType as T
from shared.finance.lots import CostMethod

CASHLESS = {T.SPLIT, T.TRANSFER_IN, T.TRANSFER_OUT, T.ADJUSTMENT}
SHARES_KEPT = Fraction(10**8)


@dataclass
class Pile:
    quantity: Fraction
    cost: Fraction


class Refused(Exception):
    """More leaves than is held, or a split leaves nothing."""


class NaiveHolding:
    """Lots of one asset, oldest first; with AVERAGE a single one."""

    def __init__(self, method: CostMethod) -> None:
        self.method = method
        self.piles: list[Pile] = []
        self.realized = Fraction(0)
        self.income = Fraction(0)

    @property
    def quantity(self) -> Fraction:
        return sum((pile.quantity for pile in self.piles), Fraction(0))

    @property
    def cost(self) -> Fraction:
        return sum((pile.cost for pile in self.piles), Fraction(0))

    def record(self, entry: Entry) -> None:
        quantity, price = Fraction(entry.quantity or 0), Fraction(entry.price or 0)
        if entry.type is T.BUY:
            self.acquire(quantity, -cash(entry))
        elif entry.type is T.TRANSFER_IN:
            self.acquire(quantity, quantity * price)
        elif entry.type is T.SELL:
            self.realized += cash(entry) - self.dispose(quantity)
        elif entry.type is T.TRANSFER_OUT:
            self.dispose(quantity)
        elif entry.type is T.ADJUSTMENT:
            self.piles = [Pile(quantity, quantity * price)] if quantity else []
        elif entry.type is T.SPLIT:
            self.split(entry.ratio or Fraction(1))
        elif entry.type in (T.DIVIDEND, T.INTEREST):
            self.income += cash(entry)

    def acquire(self, quantity: Fraction, cost: Fraction) -> None:
        self.piles.append(Pile(quantity, cost))
        if self.method is CostMethod.AVERAGE:
            self.piles = [Pile(self.quantity, self.cost)]

    def dispose(self, quantity: Fraction) -> Fraction:
        if quantity > self.quantity:
            raise Refused
        cost = Fraction(0)
        while quantity:
            pile = self.next()
            part = min(quantity, pile.quantity)
            share = pile.cost * part / pile.quantity
            pile.quantity -= part
            pile.cost -= share
            quantity -= part
            cost += share
            self.piles = [pile for pile in self.piles if pile.quantity]
        return cost

    def next(self) -> Pile:
        if self.method is CostMethod.LIFO:
            return self.piles[-1]
        if self.method is CostMethod.HIFO:
            return max(self.piles, key=lambda pile: pile.cost / pile.quantity)
        return self.piles[0]

    def split(self, ratio: Fraction) -> None:
        held, before, cost = Fraction(0), Fraction(0), Fraction(0)
        piles: list[Pile] = []
        for pile in self.piles:
            held += pile.quantity
            after = floor(held * ratio * SHARES_KEPT + Fraction(1, 2)) / SHARES_KEPT
            cost += pile.cost
            if after > before:
                piles.append(Pile(after - before, cost))
                cost = Fraction(0)
            before = after
        if self.piles and not piles:
            raise Refused
        if piles:
            piles[-1].cost += cost
        self.piles = piles


def cash(entry: Entry) -> Fraction:
    """What the entry does to cash, in its own currency."""
    amount = Fraction(0) if entry.type in CASHLESS else Fraction(entry.amount or 0)
    if entry.type in (T.DIVIDEND, T.INTEREST):
        return amount - Fraction(entry.fees) - Fraction(entry.taxes)
    return amount


def holding_of(entries: Sequence[Entry], method: CostMethod) -> NaiveHolding:
    """What the entries, in ledger order, add up to."""
    holding = NaiveHolding(method)
    for entry in entries:
        holding.record(entry)
    return holding


def balance_of(entries: Sequence[Entry]) -> Fraction:
    """The cash in the portfolio's currency since the first deposit or withdrawal."""
    days = [entry.date for entry in entries if entry.type in (T.DEPOSIT, T.WITHDRAWAL)]
    moved = [
        cash(entry) * Fraction(entry.exchange_rate or 0)
        for entry in entries
        if days and entry.date >= min(days)
    ]
    return sum(moved, Fraction(0))
