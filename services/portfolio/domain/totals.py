"""What a portfolio is worth, in its currency, from the sums of its positions and its account."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.portfolio.domain.cash import Account
from shared.finance.money import ZERO, minus, plus, times


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The positions of a portfolio whose assets have one currency, added up.

    Attributes:
        currency: of the assets.
        held: positions that are not closed.
        value: of what is held, in `currency`; None where a price is missing.
        cost, realized, income: in the portfolio's currency; None where a rate is missing.
    """

    currency: str
    held: int
    value: Decimal | None
    cost: Decimal | None
    realized: Decimal | None
    income: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A portfolio in its currency, unrounded; None is unknown.

    Attributes:
        invested: value of what is held.
        value: with cash.
        gain: what is held has gained, or lost.
        income: dividends and interest.
        profit: what everything has earned so far: held, sold, income, and charges.
    """

    invested: Decimal | None
    value: Decimal | None
    cost: Decimal | None
    gain: Decimal | None
    cash: Decimal | None
    realized: Decimal | None
    income: Decimal | None
    profit: Decimal | None


def totals(
    sums: Sequence[Sums],
    account: Account,
    rate: Callable[[str], Decimal | None],
    unknown: Collection[str] = (),
) -> Totals:
    """Return the totals of a portfolio.

    Args:
        rate: of a currency to the portfolio's; None is unknown.
        unknown: the sums of the account that an entry without a rate enters (`sums_entered`).
    """

    def sum_of(name: str) -> Decimal | None:
        money: Decimal = getattr(account, name)
        return None if name in unknown else money

    invested = _sum(in_base(row.value, row.currency, rate) for row in sums if row.held)
    cost = _sum(row.cost for row in sums)
    gain = minus(invested, cost)
    cash = sum_of("balance") if account.since else ZERO
    realized = _sum(row.realized for row in sums)
    income = plus(_sum(row.income for row in sums), sum_of("interest"))
    return Totals(
        invested=invested,
        value=plus(invested, cash),
        cost=cost,
        gain=gain,
        cash=cash,
        realized=realized,
        income=income,
        profit=_sum([gain, realized, income, sum_of("charges")]),
    )


def in_base(
    amount: Decimal | None, currency: str, rate: Callable[[str], Decimal | None]
) -> Decimal | None:
    """Return an amount of `currency` in the portfolio's; nothing needs no rate."""
    return amount and times(amount, rate(currency))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total: Decimal | None = ZERO
    for amount in amounts:
        total = plus(total, amount)
    return total
