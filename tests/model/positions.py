"""What positions and a portfolio say today: the last closes and the last rates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.model.ledger import ZERO, Holding, Known, Ledger, plus, times
from tests.model.market import Asset
from tests.model.printing import Printed

MINOR_UNITS = {"JPY": 0, "KWD": 3}


def money(value: Known, currency: str, *, is_float: bool = False) -> Printed:
    """Return money as its currency is printed."""
    return Printed(value, MINOR_UNITS.get(currency, 2), is_float=is_float)


def less(one: Known, other: Known) -> Known:
    """Return a difference, which is unknown where a part is."""
    return None if one is None or other is None else one - other


def percent(part: Known, whole: Known, *, is_float: bool = False) -> Printed:
    """Return a part in percent, with four decimals; none where the whole is nothing."""
    value = 100 * part / whole if part is not None and whole else None
    return Printed(value, 4, is_float=is_float)


@dataclass(frozen=True)
class Position:
    """A holding and what it is worth today."""

    ledger: Ledger
    symbol: str
    today: date

    @property
    def holding(self) -> Holding:
        """What is held."""
        return self.ledger.holdings[self.symbol]

    @property
    def value(self) -> Known:
        """In the asset's currency."""
        last = self._asset.closes.last(self.today)
        if not self.holding.quantity:
            return ZERO
        return None if last is None else self.holding.quantity * last[1]

    @property
    def rate(self) -> Known:
        """Into the portfolio's currency."""
        currency = self.ledger.currency
        return self.ledger.market.rate(self._asset.currency, currency, self.today)

    @property
    def base_value(self) -> Known:
        """In the portfolio's currency."""
        return times(self.value, self.rate) if self.holding.quantity else ZERO

    def printed(self) -> dict[str, Any]:
        """Return every figure of the position."""
        holding, currency, base = self.holding, self._asset.currency, self.ledger.currency
        gain = less(self.value, holding.cost)
        average = holding.cost / holding.quantity if holding.quantity else None
        return {
            "symbol": self.symbol,
            "currency": currency,
            "quantity": Printed(holding.quantity, 8),
            "average_cost": Printed(average, 8),
            "first_purchase_date": holding.since.isoformat() if holding.since else None,
            "total_cost_basis": money(holding.cost, currency),
            "current_value": money(self.value, currency),
            "unrealized_gain_loss": money(gain, currency),
            "unrealized_return_percentage": percent(gain, holding.cost),
            "realized_gain_loss": money(holding.realized, currency),
            "income": money(holding.income, currency),
            "base": {
                "total_cost_basis": money(holding.base, base),
                "current_value": money(self.base_value, base),
                "unrealized_gain_loss": money(less(self.base_value, holding.base), base),
                "exchange_rate": Printed(self.rate, 12, 2),
            },
            "asset": self._prices(),
        }

    def _prices(self) -> dict[str, Any]:
        closes = self._asset.closes
        newest = closes.days[-2:]
        price = closes.by_day[newest[-1]] if newest else None
        # The one before is in the shares of the newest day.
        before = None
        if len(newest) == 2:
            later = self._asset.adjusted(newest[1]) / closes.by_day[newest[1]]
            before = self._asset.adjusted(newest[0]) / later
        change = less(price, before)
        percentage = 100 * change / before if change is not None and before else None
        return {
            "current_price": Printed(price, 8, 2),
            "price_date": closes.days[-1].isoformat() if newest else None,
            "price_change": Printed(change, 8, 2),
            "price_change_percentage": Printed(percentage, 2),
        }

    @property
    def _asset(self) -> Asset:
        return self.ledger.market.assets[self.symbol]


def portfolio(ledger: Ledger, today: date) -> dict[str, Any]:
    """Return every figure of the portfolio, in its currency."""
    holdings = ledger.holdings.values()
    worth, cost, realized = ZERO, ZERO, ZERO  # type: Known, Known, Known
    for symbol in ledger.holdings:
        worth = plus(worth, Position(ledger, symbol, today).base_value)
    for holding in holdings:
        cost, realized = plus(cost, holding.base), plus(realized, holding.base_realized)
    gain = less(worth, cost)
    profit = plus(plus(gain, realized), plus(ledger.income, ledger.charged))
    currency = ledger.currency
    return {
        "total_value": money(plus(worth, ledger.cash), currency),
        "total_cost_basis": money(cost, currency),
        "total_return": money(gain, currency),
        "total_return_percentage": percent(gain, cost),
        "position_count": sum(1 for holding in holdings if holding.quantity),
        "cash_balance": money(ledger.cash, currency),
        "realized_gain_loss": money(realized, currency),
        "income": money(ledger.income, currency),
        "total_profit": money(profit, currency),
    }
