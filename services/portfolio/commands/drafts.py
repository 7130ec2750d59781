"""From what a client says of a transaction to a complete entry of the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import InvalidEntry
from services.portfolio.domain.rules import complete, parse_ratio
from services.portfolio.models import DERIVABLE, Asset, Portfolio, Transaction
from shared.errors import NotFound, ValidationFailed
from shared.finance.entries import EntryType
from shared.finance.money import MINOR_CURRENCIES, ONE, ZERO, minor_unit, round_to
from shared.finance.rates import PLACES
from shared.finance.splits import ratio_text

Values = Mapping[str, Any]

_MONEY: Final = ("price", "amount", "fees", "taxes")
_PRICE_PLACES: Final = 8  # of an answer


@dataclass(frozen=True)
class Draft:
    """What a client says of one transaction, with what it names.

    Attributes:
        values: the public fields; one that is missing or None is not given.
        edited: the transaction that it edits, as it is before.
    """

    values: Values
    portfolio: Portfolio
    asset: Asset | None
    edited: Transaction | None = None

    @classmethod
    def of(
        cls, values: Values, portfolios: Mapping[int, Portfolio], assets: Mapping[int, Asset]
    ) -> "Draft":
        """Return the draft of `values`.

        Raises:
            NotFound: the portfolio is none of `portfolios`.
            ValidationFailed: the asset is none of `assets`.
        """
        portfolio, asset_id = portfolios.get(values["portfolio"]), values.get("asset")
        if portfolio is None:
            raise NotFound.of("portfolio")
        if asset_id is not None and asset_id not in assets:
            raise ValidationFailed.of("asset", "There is no such asset.")
        return cls(values, portfolio, assets[asset_id] if asset_id is not None else None)

    @property
    def day(self) -> date:
        """Its date."""
        day: date = self.values["date"]
        return day

    @property
    def given_currency(self) -> str:
        """Its currency, perhaps a minor unit; that of the asset or the portfolio by default."""
        default = self.asset.currency if self.asset else self.portfolio.currency
        return self.values.get("currency") or default

    @property
    def currency(self) -> str:
        """Its currency, as it is kept."""
        return MINOR_CURRENCIES.get(self.given_currency, self.given_currency)

    @property
    def asset_currency(self) -> str:
        """The currency in which its position is kept."""
        return self.asset.currency if self.asset else self.currency

    def number(self, name: str) -> Decimal | None:
        """Return a number of it, money of a minor unit in its major one."""
        number: Decimal | None = self.values.get(name)
        if number is None or self.given_currency not in MINOR_CURRENCIES:
            return number
        if name == "exchange_rate":
            return number.scaleb(2)
        return number.scaleb(-2) if name in _MONEY else number


def rates_for(session: Session, drafts: Iterable[Draft]) -> fx.RateBook:
    """Return the rates that `drafts` may need."""
    found = list(drafts)
    if not found:
        return fx.RateBook()
    pairs = {(draft.currency, draft.portfolio.currency) for draft in found}
    pairs |= {(draft.currency, draft.asset_currency) for draft in found}
    days = [draft.day for draft in found]
    return fx.load(session, pairs, min(days), max(days))


def fill(transaction: Transaction, draft: Draft, rates: fx.RateBook) -> None:
    """Make `transaction` what `draft` says, with all that follows from it.

    Raises:
        LedgerError: the fields do not fit the type or each other.
    """
    values = draft.values
    entry = complete(_entry(draft, rates))
    transaction.portfolio_id = draft.portfolio.id
    transaction.asset_id = entry.asset
    transaction.transaction_type = entry.type.value
    transaction.date = entry.date
    transaction.quantity, transaction.price = entry.quantity, entry.price
    transaction.amount, transaction.fees, transaction.taxes = entry.amount, entry.fees, entry.taxes
    transaction.currency = entry.currency
    transaction.exchange_rate, transaction.asset_rate = entry.exchange_rate, entry.asset_rate
    transaction.ratio_new = entry.ratio.numerator if entry.ratio else None
    transaction.ratio_old = entry.ratio.denominator if entry.ratio else None
    transaction.derived = [name for name in DERIVABLE if values.get(name) is None]
    transaction.notes = values.get("notes") or ""
    transaction.external_id = values.get("external_id")


def changed_values(transaction: Transaction, changes: Values) -> Values:
    """Return the fields of a transaction after `changes`; what was derived is derived anew."""
    kept: dict[str, Any] = {
        "portfolio": transaction.portfolio_id,
        "asset": transaction.asset_id,
        "transaction_type": transaction.transaction_type,
        "date": transaction.date,
        "quantity": transaction.quantity,
        "price": transaction.price,
        "amount": transaction.amount,
        "fees": transaction.fees,
        "taxes": transaction.taxes,
        "currency": transaction.currency,
        "exchange_rate": transaction.exchange_rate,
        "ratio": ratio_text(transaction.ratio) if transaction.ratio else None,
        "notes": transaction.notes,
        "external_id": transaction.external_id,
    }
    return kept | dict.fromkeys(transaction.derived) | dict(changes)


def replaced_values(transaction: Transaction, values: Values) -> Values:
    """Return the fields of a transaction replaced by `values`.

    A number that is sent back as it was answered, rounded, is none that is meant: who gets,
    changes the quantity and puts does not mean the old amount.
    """
    answered = {
        "price": _rounded(transaction.price, _PRICE_PLACES),
        "exchange_rate": _rounded(transaction.exchange_rate, PLACES),
    }
    places = minor_unit(transaction.currency)
    answered |= {
        name: _rounded(getattr(transaction, name), places) for name in ("amount", "fees", "taxes")
    }
    meant = {
        name: value
        for name, value in values.items()
        if name not in answered or value != answered[name]
    }
    return changed_values(transaction, meant)


def exchange_rate(
    transaction: Transaction, portfolio: Portfolio, asset: Asset | None, rates: fx.RateBook
) -> Decimal | None:
    """Return the rate of a stored transaction to its portfolio's currency; None is unknown."""
    if asset is not None and asset.currency == portfolio.currency:
        return transaction.asset_rate
    rate = rates.find(transaction.currency, portfolio.currency, transaction.date)
    return rate.value if rate else None


def _rounded(number: Decimal | None, places: int) -> Decimal | None:
    return None if number is None else round_to(number, places)


def _entry(draft: Draft, rates: fx.RateBook) -> Entry:
    values = draft.values
    exchange_rate = _exchange_rate(draft, rates)
    asset_rate = _asset_rate(draft, exchange_rate, rates)
    if draft.asset_currency == draft.portfolio.currency:
        exchange_rate = asset_rate
    return Entry(
        id=0,
        date=draft.day,
        type=EntryType(values["transaction_type"]),
        currency=draft.currency,
        asset=draft.asset.id if draft.asset else None,
        quantity=draft.number("quantity"),
        price=draft.number("price"),
        amount=draft.number("amount"),
        fees=draft.number("fees") or ZERO,
        taxes=draft.number("taxes") or ZERO,
        exchange_rate=exchange_rate,
        asset_rate=asset_rate,
        ratio=parse_ratio(values["ratio"]) if values.get("ratio") else None,
    )


def _exchange_rate(draft: Draft, rates: fx.RateBook) -> Decimal | None:
    given = draft.number("exchange_rate")
    target = draft.portfolio.currency
    if given is None:
        rate = rates.find(draft.currency, target, draft.day)
        return rate.value if rate else None
    if draft.currency == target and given != ONE:
        reason = f"The transaction is in {target} like its portfolio: the rate is 1."
        raise InvalidEntry({"exchange_rate": reason})
    return given


def _asset_rate(draft: Draft, exchange_rate: Decimal | None, rates: fx.RateBook) -> Decimal:
    source, target = draft.currency, draft.asset_currency
    if source == target:
        return ONE
    if (kept := _kept_asset_rate(draft)) is not None:
        return kept
    if target == draft.portfolio.currency and exchange_rate is not None:
        return exchange_rate
    rate = rates.find(source, target, draft.day)
    if rate is None:
        reason = f"There is no exchange rate from {source} to {target} on or before {draft.day}."
        raise InvalidEntry({"currency": reason})
    return rate.value


def _kept_asset_rate(draft: Draft) -> Decimal | None:
    """Return the rate of an edited transaction; None where what it follows from is edited.

    It may have been given, as the exchange rate into the portfolio's currency of then.
    """
    old = draft.edited
    if old is None:
        return None
    asset = draft.asset.id if draft.asset else None
    given = None if "exchange_rate" in old.derived else old.exchange_rate
    now = (asset, draft.currency, draft.day, draft.number("exchange_rate"))
    return old.asset_rate if now == (old.asset_id, old.currency, old.date, given) else None
