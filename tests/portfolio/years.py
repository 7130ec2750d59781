"""What happened in the year of each example, read off it by a person and counted in fractions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from tests.model.ledger import ZERO, Entry, Ledger, as_decimal
from tests.model.market import Closes, Market

EXAMPLES: Final = Path(__file__).parent / "examples"
DOLLARS_FOR_A_EURO: Final = "1.25"
_MARKET: Final = Market({}, {"EURUSD": Closes({date(2022, 1, 1): Fraction(5, 4)})})
_OF_MONEY: Final = {"DEPOSIT", "WITHDRAWAL", "INTEREST", "FEE", "FEE_REFUND", "TAX", "TAX_REFUND"}


@dataclass(frozen=True)
class Year:
    """Files of one account, and what they amount to.

    Attributes:
        formats: name of a file → its format, in the order in which they are sent.
        currency: of the portfolio.
        moves: a line for each: the day, the type, the asset, how many or by which ratio, and what
            moved on the account, with its currency where that is another one than the portfolio's;
            TRANSFER_IN has what it was worth.
        skipped: rows of all files that are no transactions.
        lacks: what its files have none of, and why.
    """

    formats: Mapping[str, str]
    currency: str
    moves: str
    skipped: int = 0
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        """The moves as the entries of a ledger."""
        return [self._entry(line.split()) for line in self.moves.strip().splitlines()]

    def counted(self) -> "Counted":
        """Return what the moves amount to."""
        ledger = Ledger.of(_MARKET, self.currency, "AVERAGE", self.entries)
        realized = sum((it.base_realized or ZERO for it in ledger.holdings.values()), ZERO)
        assert ledger.cash is not None
        assert ledger.income is not None
        return Counted(
            cash=_money(ledger.cash),
            realized=_money(realized),
            income=_money(ledger.income),
            positions={
                symbol: (f"{as_decimal(held.quantity, 8):.8f}", _money(held.base or ZERO))
                for symbol, held in ledger.holdings.items()
            },
        )

    def _entry(self, words: list[str]) -> Entry:
        currency = words.pop() if words[-1].isalpha() else self.currency
        day, kind, *rest = words
        asset = None if kind in _OF_MONEY else rest.pop(0)
        if kind == "SPLIT":
            return Entry(kind, date.fromisoformat(day), currency, asset, ratio=rest[0])
        amount = Decimal(rest.pop()) if kind != "TRANSFER_OUT" else None
        quantity = Decimal(rest.pop()) if rest else None
        is_in = kind == "TRANSFER_IN" and amount is not None and quantity is not None
        return Entry(
            kind,
            date.fromisoformat(day),
            currency,
            asset,
            quantity,
            price=amount / quantity if is_in and amount and quantity else None,
            amount=None if is_in else amount,
        )


@dataclass(frozen=True)
class Counted:
    """What an account amounts to, as it is printed in the currency of the portfolio.

    Attributes:
        positions: symbol → quantity, cost of what is held.
    """

    cash: str
    realized: str
    income: str
    positions: Mapping[str, tuple[str, str]]


def _money(value: Fraction) -> str:
    return f"{as_decimal(value, 2):.2f}"


_NO_RATIO = {"split": "Its splits have no ratio: they are skipped."}
_NO_TRANSFER = {"transfer": "Its files have none."}
_ONE_CURRENCY = "All of a file is in one currency: the portfolio is in another."
YEARS: Final = {
    "generic": Year({"generic.csv": "generic"}, "EUR", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -201.00
        2022-02-01 SPLIT        NINE 3:1
        2022-03-01 DIVIDEND     NINE         2.70
        2022-04-01 SELL         NINE 12      123.50
        2022-05-01 FEE                       -2.50
        2022-05-02 TRANSFER_IN  TENX 2       100.00
        2022-05-03 TRANSFER_OUT TENX 0.5
        2022-06-01 WITHDRAWAL                -50
    """),
    "ghostfolio": Year({"ghostfolio.json": "ghostfolio"}, "USD", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -221
        2022-01-05 BUY          SAPX.DE 5    -101 EUR
        2022-03-01 DIVIDEND     NINE         2.20
        2022-04-01 SELL         NINE 4       130.75
        2022-05-02 FEE                       -1.50
        2022-05-03 INTEREST                  0.42
    """, 1, {"split": "Ghostfolio works splits into its activities.", **_NO_TRANSFER}),
    "portfolio_performance": Year({
        "portfolio_performance.csv": "portfolio_performance",
        "portfolio_performance_cash.csv": "portfolio_performance",
    }, "EUR", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -201.00
        2022-01-05 BUY          KLN.DE 20    -253.90
        2022-03-01 DIVIDEND     NINE         1.70
        2022-04-01 SELL         NINE 4       118.00
        2022-05-01 TRANSFER_IN  TEN.DE 2     101.00
        2022-05-01 FEE                       -2.50
        2022-05-02 INTEREST                  0.42
        2022-06-01 WITHDRAWAL                -50
    """, 3, {"split": "Portfolio Performance works splits into its transactions."}),
    "portfolio_performance_xml": Year(
        {"portfolio_performance_xml.xml": "portfolio_performance_xml"}, "EUR", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -201.00
        2022-03-01 DIVIDEND     NINE         1.70
        2022-04-01 SELL         NINE 4       118.00
        2022-05-01 TRANSFER_IN  TEN.DE 2     101.00
        2022-05-01 FEE                       -2.50
        2022-05-02 INTEREST                  0.42
        2022-06-01 WITHDRAWAL                -50
    """, 2, {"split": "Portfolio Performance works splits into its transactions."}),
    "interactive_brokers": Year({
        "interactive_brokers.csv": "interactive_brokers",
        "interactive_brokers_cash.csv": "interactive_brokers",
    }, "USD", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -221.50
        2022-01-05 BUY          SAPX 5       -101 EUR
        2022-03-01 DIVIDEND     NINE         2.20
        2022-03-01 TAX                       -0.33
        2022-04-01 SELL         NINE 4       130.75
        2022-05-01 INTEREST                  0.42
        2022-05-02 FEE                       -1.50
        2022-06-01 WITHDRAWAL                -50
    """, 2, {"split": "Corporate actions are read from XML.",
             "transfer": "Transfers are read from XML."}),
    "interactive_brokers_xml": Year(
        {"interactive_brokers_xml.xml": "interactive_brokers_xml"}, "USD", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -221.50
        2022-01-05 BUY          SAPX 5       -101 EUR
        2022-02-01 SPLIT        NINE 3:1
        2022-03-02 DIVIDEND     NINE         2.00
        2022-03-02 TAX                       -0.30
        2022-04-01 SELL         NINE 12      130.75
        2022-04-02 BUY          NINE 10      -109.75
        2022-05-01 INTEREST                  0.40 EUR
        2022-05-02 FEE                       -1.50
        2022-06-01 TRANSFER_IN  TENX 2       100.00
        2022-07-01 WITHDRAWAL                -20
    """, 10),
    "trading_212": Year({"trading_212.csv": "trading_212"}, "EUR", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -200.30
        2022-01-05 BUY          TENL 100     -100.00
        2022-03-01 DIVIDEND     NINE         1.70
        2022-04-01 SELL         NINE 4       119.80
        2022-05-01 INTEREST                  0.42
        2022-06-01 WITHDRAWAL                -50
    """, 3, {**_NO_RATIO, **_NO_TRANSFER}),
    "degiro": Year({
        "degiro.csv": "degiro",
        "degiro_account.csv": "degiro_account",
    }, "EUR", """
        2022-01-03 DEPOSIT                   1000
        2022-01-03 BUY          US0000000010 10 -200.50
        2022-01-03 BUY          DE0000000017 20 -253.90
        2022-02-01 FEE                       -2.50
        2022-03-03 DIVIDEND     US0000000010 2.00
        2022-03-03 TAX                       -0.30
        2022-04-05 SELL         US0000000010 4  119.50
        2022-05-02 INTEREST                  -0.12
        2022-05-02 FEE_REFUND                18.00
        2022-06-03 WITHDRAWAL                -50
    """, 20, {"split": "A split stands in the transactions as a sale and a purchase.",
              **_NO_TRANSFER}),
    "schwab": Year({"schwab.csv": "schwab"}, "EUR", """
        2022-01-03 DEPOSIT                   1500 USD
        2022-01-04 BUY          NINE 10      -220 USD
        2022-03-01 DIVIDEND     NINE         2.20 USD
        2022-03-02 BUY          NINE 0.1     -2.20 USD
        2022-05-10 SELL         NINE 4       131.50 USD
        2022-06-01 INTEREST                  1.25 USD
        2022-06-15 FEE                       -5 USD
    """, 2, {**_NO_RATIO, "transfer": "Pieces that are journaled have no price: skipped."}),
    "revolut": Year({"revolut.csv": "revolut"}, "EUR", """
        2022-01-03 DEPOSIT                   1000 USD
        2022-01-04 BUY          NINE 10.12345678 -220 USD
        2022-03-01 DIVIDEND     NINE         1.87 USD
        2022-04-01 SELL         NINE 4.12345678 132 USD
        2022-05-01 FEE                       -0.12 USD
        2022-06-01 WITHDRAWAL                -50.75 USD
    """, 1, {**_NO_RATIO, **_NO_TRANSFER}),
    "coinbase": Year({"coinbase.csv": "coinbase"}, "USD", """
        2022-01-03 DEPOSIT                   500 EUR
        2022-01-04 BUY          NINE 2       -200 EUR
        2022-02-01 TRANSFER_IN  NINE 1       100 EUR
        2022-03-01 TRANSFER_IN  NINE 0.01    1.20 EUR
        2022-04-01 SELL         NINE 1       147.50 EUR
        2022-05-01 TRANSFER_OUT NINE 0.5
        2022-06-02 WITHDRAWAL                -20 EUR
    """, 1, {"split": "Crypto currencies have none.", "dividend": "Rewards come in kind."}),
    "trade_republic": Year({"trade_republic.csv": "trade_republic"}, "USD", """
        2022-01-03 DEPOSIT                   1000 EUR
        2022-01-04 BUY          US0000000010 10.5 -201.00 EUR
        2022-03-01 DIVIDEND     US0000000010 1.50 EUR
        2022-04-01 SELL         US0000000010 4.2 119.00 EUR
        2022-05-01 INTEREST                  0.42 EUR
        2022-05-02 TAX                       -0.12 EUR
        2022-05-05 TRANSFER_OUT US0000000010 2.1 EUR
        2022-06-01 WITHDRAWAL                -50 EUR
    """, 2, _NO_RATIO),
    "parqet": Year({"parqet.csv": "parqet"}, "USD", """
        2022-01-04 BUY          US0000000010 10 -201 EUR
        2022-01-05 BUY          TEN 0.5      -50.0025 EUR
        2022-03-01 DIVIDEND     US0000000010 1.50 EUR
        2022-04-01 SELL         US0000000010 4  117.50 EUR
        2022-05-01 TRANSFER_IN  TEN 0.5      45 EUR
        2022-06-01 FEE                       -2.50 EUR
    """, 0, {"split": "Parqet works splits into its activities."}),
    "wealthfolio": Year({"wealthfolio.csv": "wealthfolio"}, "USD", """
        2022-01-03 DEPOSIT                   1000
        2022-01-04 BUY          NINE 10      -221
        2022-01-05 TRANSFER_IN  TENX 2       100
        2022-01-06 BUY          SAPX 5       -101 EUR
        2022-02-01 SPLIT        NINE 3:1
        2022-03-01 DIVIDEND     NINE         3.00
        2022-04-01 SELL         NINE 12      131
        2022-05-01 INTEREST                  0.42
        2022-05-02 FEE                       -0.12
        2022-05-03 TAX                       -0.30
        2022-06-01 WITHDRAWAL                -50
    """),
}  # fmt: skip
