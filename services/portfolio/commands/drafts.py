"""From what a client says of a transaction to a complete entry of the ledger."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from services.portfolio import fx
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import InvalidEntry
from services.portfolio.domain.rules import complete, parse_ratio
from services.portfolio.models import (
    Asset,
    LedgerPortfolio,
    NamedAsset,
    Portfolio,
    Transaction,
    TransactionFields,
)
from shared.errors import NotFound, ValidationFailed
from shared.finance.entries import EntryType
from shared.finance.money import MINOR_CURRENCIES, ONE, ZERO, minor_unit, round_to
from shared.finance.rates import PLACES

Changes = Mapping[str, Any]  # some of `TransactionFields`: name → value

_MONEY: Final = ("price", "amount", "fees", "taxes")
_PRICE_PLACES: Final = 8  # of an answer


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What a transaction names, and what follows from that: the same for thousands of them.

    Attributes:
        currency: of its money; that of the asset or the portfolio by default.
        asset_currency: in which its position is kept.
        base_currency: the portfolio's.
    """

    portfolio: LedgerPortfolio
    asset: Asset | NamedAsset | None
    currency: str
    asset_currency: str
    base_currency: str


class Draft(NamedTuple):
    """What a client says of one transaction, with what it names.

    Attributes:
        fields: with money of a minor unit in its major one.
        before: the transaction that it edits, as it was.
    """

    fields: TransactionFields
    place: Place
    before: Transaction | None = None


def drafting(
    portfolios: Mapping[int, LedgerPortfolio], assets: Mapping[int, Asset | NamedAsset]
) -> Callable[[TransactionFields], Draft]:
    """Return what makes the draft of what a client says.

    It raises NotFound where the portfolio is none of `portfolios`, and ValidationFailed where the
    asset is none of `assets`.
    """

    @cache  # to ask a row of the database for a value takes as long as all else of a draft
    def find(portfolio_id: int, asset_id: int | None, currency: str | None) -> Place:
        portfolio = portfolios.get(portfolio_id)
        if portfolio is None:
            raise NotFound.of("portfolio")
        if asset_id is not None and asset_id not in assets:
            raise ValidationFailed.of("asset", "There is no such asset.")
        asset = assets[asset_id] if asset_id is not None else None
        base_currency = portfolio.currency
        currency = currency or (asset.currency if asset else base_currency)
        asset_currency = asset.currency if asset else currency
        return Place(portfolio, asset, currency, asset_currency, base_currency)

    def draft(fields: TransactionFields) -> Draft:
        fields = in_major_unit(fields)
        return Draft(fields, find(fields.portfolio, fields.asset, fields.currency))

    return draft


def rates_for(session: Session, drafts: Collection[Draft]) -> fx.RateBook:
    """Return the rates that `drafts`, all of one user, may need."""
    if not drafts:
        return fx.RateBook()
    places = {draft.place for draft in drafts}
    pairs = {(place.currency, place.base_currency) for place in places}
    pairs |= {(place.currency, place.asset_currency) for place in places}
    days = {draft.fields.date for draft in drafts}
    owner_id = next(iter(places)).portfolio.owner_id
    return fx.load(session, owner_id, pairs, min(days), max(days))


def entry_of(draft: Draft, rates: fx.RateBook) -> Entry:
    """Return what the ledger makes of a draft, with all that follows from it.

    Raises:
        LedgerError: the fields do not fit the type or each other.
    """
    return complete(_entry(draft, rates))


def after_changes(transaction: Transaction, changes: Changes) -> TransactionFields:
    """Return the fields of a transaction after `changes`; what was derived is derived anew."""
    derived: dict[str, None] = dict.fromkeys(transaction.derived)
    return transaction.fields._replace(**{**derived, **changes})


def after_replacement(transaction: Transaction, fields: TransactionFields) -> TransactionFields:
    """Return the fields of a transaction replaced by `fields`.

    A number that is sent back as it was answered, rounded, is none that is meant: who gets,
    changes the quantity and puts does not mean the old amount.
    """
    answer = {
        "price": _rounded(transaction.price, _PRICE_PLACES),
        "exchange_rate": _rounded(transaction.exchange_rate, PLACES),
    }
    places = minor_unit(transaction.currency)
    answer |= {
        name: _rounded(getattr(transaction, name), places) for name in ("amount", "fees", "taxes")
    }
    changes = {
        name: value
        for name, value in fields._asdict().items()
        if name not in answer or value != answer[name]
    }
    return after_changes(transaction, changes)


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


def in_major_unit(fields: TransactionFields) -> TransactionFields:
    """Return what is said in pence, cents or agorot as it is kept: in pounds, rand, shekels."""
    if fields.currency not in MINOR_CURRENCIES:
        return fields
    numbers = {name: getattr(fields, name) for name in (*_MONEY, "exchange_rate")}
    scaled = {
        name: number.scaleb(-2 if name in _MONEY else 2)
        for name, number in numbers.items()
        if number is not None
    }
    return fields._replace(currency=MINOR_CURRENCIES[fields.currency], **scaled)


def _entry(draft: Draft, rates: fx.RateBook) -> Entry:
    fields, place = draft.fields, draft.place
    currency, asset_currency, target = place.currency, place.asset_currency, place.base_currency
    exchange_rate = _exchange_rate(fields, currency, target, rates)
    asset_rate = ONE
    if currency != asset_currency:
        asset_rate = _asset_rate(draft, exchange_rate, rates)
    if asset_currency == target:
        exchange_rate = asset_rate
    return Entry(
        id=0,
        date=fields.date,
        type=EntryType(fields.transaction_type),
        currency=currency,
        asset=fields.asset,
        quantity=fields.quantity,
        price=fields.price,
        amount=fields.amount,
        fees=fields.fees or ZERO,  # 0.00 is 0
        taxes=fields.taxes or ZERO,
        exchange_rate=exchange_rate,
        asset_rate=asset_rate,
        ratio=parse_ratio(fields.ratio) if fields.ratio else None,
    )


def _exchange_rate(
    fields: TransactionFields, currency: str, target: str, rates: fx.RateBook
) -> Decimal | None:
    exchange_rate = fields.exchange_rate
    if exchange_rate is None:
        rate = rates.find(currency, target, fields.date)
        return rate.value if rate else None
    if currency == target and exchange_rate != ONE:
        reason = f"The transaction is in {target} like its portfolio: the rate is 1."
        raise InvalidEntry({"exchange_rate": reason})
    return exchange_rate


def _asset_rate(draft: Draft, exchange_rate: Decimal | None, rates: fx.RateBook) -> Decimal:
    """Return the rate between two different currencies."""
    place, day = draft.place, draft.fields.date
    source, target = place.currency, place.asset_currency
    if (rate_before := _asset_rate_before(draft)) is not None:
        return rate_before
    if target == place.base_currency and exchange_rate is not None:
        return exchange_rate
    rate = rates.find(source, target, day)
    if rate is None:
        given = "give exchange_rate, or " if target == place.base_currency else ""
        reason = (
            f"There is no exchange rate from {source} to {target} on or before {day}: {given}record"
            f" a price of {source}{target}, an asset of the type CURRENCY."
        )
        raise InvalidEntry({"currency": reason})
    return rate.value


def _asset_rate_before(draft: Draft) -> Decimal | None:
    """Return the rate of an edited transaction; None where what it follows from is edited.

    It may have been given, as the exchange rate into the portfolio's currency of then.
    """
    old, fields = draft.before, draft.fields
    if old is None:
        return None
    exchange_rate = None if "exchange_rate" in old.derived else old.exchange_rate
    before = (old.asset_id, old.currency, old.date, exchange_rate)
    now = (fields.asset, draft.place.currency, fields.date, fields.exchange_rate)
    return old.asset_rate if now == before else None
