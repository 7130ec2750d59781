"""Any ledger, recorded, edited and deleted in any order, against the naive one."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.portfolio.domain.cash import (
    Account,
    account_of,
    excluding,
    external_flow,
    including,
    moves_start,
)
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import InvalidEntry, Oversold
from services.portfolio.domain.holding import Holding, apply, replay
from services.portfolio.domain.rules import complete
from shared.finance.entries import FUNDING
from shared.finance.entries import EntryType as T
from shared.finance.lots import CostMethod, Lot, Lots
from shared.finance.money import round_to
from tests.portfolio.domain import naive
from tests.portfolio.domain.build import in_order

FIRST = date(2024, 1, 1)
SMALLEST = Decimal("0.00000001")
# Costs are kept to 20 decimals; a few hundred roundings stay far below this.
CLOSE = Fraction(1, 10**12)


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places, allow_nan=False, allow_infinity=False)


days = st.integers(0, 40).map(lambda offset: FIRST + timedelta(days=offset))
quantities = decimals("0.00000001", "1000", 8) | st.sampled_from([Decimal(3), Decimal(7)])
prices = decimals("0", "500", 4)
charges = decimals("0", "9.99", 2)
money = decimals("0.01", "9999.99", 2)
rates = st.sampled_from([Decimal(1), Decimal(1), Decimal("0.9137"), None])
ratios = st.sampled_from([Fraction(2), Fraction(1, 3), Fraction(3, 2), Fraction(1, 1000)])
positions = st.integers(0, 10**6)


class LedgerMachine(RuleBasedStateMachine):
    """One asset of one portfolio and its cash, kept as a service keeps them."""

    entries: list[Entry]
    holding: Holding
    account: Account
    method: CostMethod
    created: int

    @initialize(method=st.sampled_from(CostMethod))
    def start(self, method: CostMethod) -> None:
        self.method, self.created = method, 0
        self.entries, self.holding, self.account = [], Holding.nothing(method), Account()

    # What a user does.

    @rule(
        day=days,
        kind=st.sampled_from([T.BUY, T.BUY, T.SELL]),
        quantity=quantities,
        price=prices,
        fees=charges,
        rate=rates,
    )
    def trades(
        self, day: date, kind: T, quantity: Decimal, price: Decimal, fees: Decimal, rate: Any
    ) -> None:
        self.record(day, kind, quantity=quantity, price=price, fees=fees, exchange_rate=rate)

    @rule(day=days, kind=st.sampled_from([T.TRANSFER_IN, T.TRANSFER_OUT]), quantity=quantities)
    def transfers(self, day: date, kind: T, quantity: Decimal) -> None:
        self.record(day, kind, quantity=quantity, price=Decimal(42))

    @precondition(lambda self: self.holding.quantity)
    @rule(part=st.sampled_from([1, 1, 2, 3, 7]), price=prices)
    def sells_a_part(self, part: int, price: Decimal) -> None:
        quantity = max(round_to(self.holding.quantity / part, 8), SMALLEST)
        day = max(entry.date for entry in self.entries)
        self.record(day, T.SELL, quantity=quantity, price=price)

    @rule(day=days, quantity=quantities | st.just(Decimal(0)), price=prices)
    def adjusts(self, day: date, quantity: Decimal, price: Decimal) -> None:
        self.record(day, T.ADJUSTMENT, quantity=quantity, price=price)

    @rule(day=days, ratio=ratios)
    def books_a_split(self, day: date, ratio: Fraction) -> None:
        self.record(day, T.SPLIT, ratio=ratio)

    @rule(day=days, kind=st.sampled_from([T.DIVIDEND, T.INTEREST]), amount=money, taxes=charges)
    def earns(self, day: date, kind: T, amount: Decimal, taxes: Decimal) -> None:
        self.record(day, kind, amount=amount, taxes=taxes)

    @rule(
        day=days,
        kind=st.sampled_from([T.DEPOSIT, T.WITHDRAWAL, T.FEE, T.TAX_REFUND]),
        amount=money,
        rate=rates,
    )
    def moves_money(self, day: date, kind: T, amount: Decimal, rate: Any) -> None:
        signed = -amount if kind in (T.WITHDRAWAL, T.FEE) else amount
        self.record(day, kind, amount=signed, exchange_rate=rate, asset=None)

    @precondition(lambda self: self.entries)
    @rule(position=positions)
    def deletes(self, position: int) -> None:
        entry = self.entries[position % len(self.entries)]
        self.change([other for other in self.entries if other is not entry], removed=[entry])

    @precondition(lambda self: self.entries)
    @rule(position=positions, day=days)
    def moves_to_another_day(self, position: int, day: date) -> None:
        entry = self.entries[position % len(self.entries)]
        moved = entry._replace(date=day)
        others = [other for other in self.entries if other is not entry]
        self.change([*others, moved], added=[moved], removed=[entry])

    # What the service does about it.

    def record(self, day: date, kind: T, *, asset: int | None = 1, **fields: Any) -> None:
        self.created += 1
        entry = complete(
            Entry(id=self.created, date=day, type=kind, currency="USD", asset=asset, **fields)
        )
        if asset is None or not self.holding.follows(entry):
            self.change([*self.entries, entry], added=[entry])
            return
        try:
            after = apply(stored(self.holding), entry)
        except (Oversold, InvalidEntry):
            self.refuses([*self.entries, entry])
            return
        self.keep([*self.entries, entry], after, [entry], [])

    def change(
        self, entries: list[Entry], added: list[Entry] | None = None, removed: Any = ()
    ) -> None:
        try:
            after = replay(of_the_asset(entries), Holding.nothing(self.method))
        except (Oversold, InvalidEntry):
            self.refuses(entries)
            return
        self.keep(entries, after, added or [], list(removed))

    def keep(
        self, entries: list[Entry], after: Holding, added: list[Entry], removed: list[Entry]
    ) -> None:
        if moves_start(self.account, added, removed):
            self.account = account_of(entries)
        else:
            self.account = including(excluding(self.account, removed), added)
        self.entries, self.holding = entries, after

    def refuses(self, entries: list[Entry]) -> None:
        """What the ledger refuses is what the naive one refuses."""
        try:
            naive.holding_of(of_the_asset(entries), self.method)
        except naive.Refused:
            return
        raise AssertionError("refused without a reason")

    # What always holds.

    @invariant()
    def what_is_kept_is_what_a_replay_finds(self) -> None:
        assert self.holding == replay(of_the_asset(self.entries), Holding.nothing(self.method))
        assert self.account == account_of(self.entries)

    @invariant()
    def the_naive_ledger_agrees(self) -> None:
        plain = naive.holding_of(of_the_asset(self.entries), self.method)
        assert Fraction(self.holding.quantity) == plain.quantity
        assert abs(Fraction(self.holding.cost) - plain.cost) < CLOSE
        assert abs(Fraction(self.holding.realized) - plain.realized) < CLOSE
        assert Fraction(self.holding.income) == plain.income

    @invariant()
    def the_lots_are_the_holding(self) -> None:
        lots = list(self.holding.lots)
        assert sum(lot.quantity for lot in lots) == self.holding.quantity
        assert sum(Fraction(lot.cost) for lot in lots) == Fraction(self.holding.cost)
        assert all(lot.quantity > 0 and lot.cost >= 0 for lot in lots)
        known = [lot.base_cost for lot in lots if lot.base_cost is not None]
        if len(known) == len(lots):
            assert sum(map(Fraction, known)) == Fraction(self.holding.base_cost or 0)
        else:
            assert self.holding.base_cost is None

    @invariant()
    def cost_bought_is_cost_sold_and_cost_held(self) -> None:
        bought = sold = Fraction(0)
        before = Holding.nothing(self.method)
        for entry in of_the_asset(self.entries):
            after = apply(before, entry)
            change = Fraction(after.cost) - Fraction(before.cost)
            if entry.type is T.SELL:
                gain = Fraction(after.realized) - Fraction(before.realized)
                assert naive.cash(entry) - gain == -change
                sold -= change
            elif entry.type in (T.BUY, T.TRANSFER_IN, T.ADJUSTMENT):
                bought += change
            elif entry.type is T.TRANSFER_OUT:
                sold -= change
            else:
                assert change == 0
            before = after
        assert bought == sold + Fraction(self.holding.cost)

    @invariant()
    def cash_conserves(self) -> None:
        unrated = [entry for entry in self.entries if entry.exchange_rate is None]
        assert self.account.unrated == sum(1 for entry in unrated if naive.cash(entry))
        if self.account.unrated:
            return
        assert Fraction(self.account.balance) == naive.balance_of(self.entries)
        came_in = sum(Fraction(external_flow(e, self.account.since) or 0) for e in self.entries)
        moved = sum(Fraction(e.base_cash or 0) for e in self.entries if e.type not in FUNDING)
        assert Fraction(self.account.balance) == came_in + moved


def of_the_asset(entries: list[Entry]) -> list[Entry]:
    return in_order(entry for entry in entries if entry.asset is not None)


def stored(holding: Holding) -> Holding:
    """The holding as it comes back from the database."""
    lots = [Lot.from_json(lot.to_json()) for lot in holding.lots]
    return holding._replace(lots=Lots.of(holding.lots.method, lots))


LedgerMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=30)
TestLedger = LedgerMachine.TestCase
