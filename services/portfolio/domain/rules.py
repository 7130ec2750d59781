"""Which fields an entry of each type has, which sign its amount, and what follows from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from services.portfolio.domain.entries import Entry
from services.portfolio.domain.errors import AmountMismatch, InvalidEntry
from shared.finance import splits
from shared.finance.entries import EntryType
from shared.finance.money import EXACT, ONE, ZERO, minor_unit, round_to

_NAMES: Final = ("asset", "quantity", "price", "amount", "fees", "taxes", "ratio")
_PRICE_PLACES: Final = 8
# Fifteen digits and the twenty decimals of the ledger leave room in EXACT for any sum of entries.
_TOO_MUCH: Final = Decimal(10) ** 15


@dataclass(frozen=True)
class Rule:
    """The fields of a type: `needs` must be there, `allows` may be, all others must not.

    Attributes:
        sign: of the amount: 1, −1, or 0 for either.
        meant: the type that has the other sign.
    """

    needs: frozenset[str]
    allows: frozenset[str] = frozenset()
    sign: int = 0
    meant: EntryType | None = None


def _rule(needs: str, allows: str = "", sign: int = 0, meant: EntryType | None = None) -> Rule:
    return Rule(frozenset(needs.split()), frozenset(allows.split()), sign, meant)


_PRICED = "price amount fees taxes"
RULES: Final[Mapping[EntryType, Rule]] = {
    EntryType.BUY: _rule("asset quantity", _PRICED, -1, EntryType.SELL),
    EntryType.SELL: _rule("asset quantity", _PRICED, 1, EntryType.BUY),
    EntryType.DIVIDEND: _rule("asset", f"quantity {_PRICED}", 1, EntryType.TAX),
    EntryType.INTEREST: _rule("amount", "asset fees taxes"),
    EntryType.FEE: _rule("amount", "asset", -1, EntryType.FEE_REFUND),
    EntryType.FEE_REFUND: _rule("amount", "asset", 1, EntryType.FEE),
    EntryType.TAX: _rule("amount", "asset", -1, EntryType.TAX_REFUND),
    EntryType.TAX_REFUND: _rule("amount", "asset", 1, EntryType.TAX),
    EntryType.DEPOSIT: _rule("amount", sign=1, meant=EntryType.WITHDRAWAL),
    EntryType.WITHDRAWAL: _rule("amount", sign=-1, meant=EntryType.DEPOSIT),
    EntryType.SPLIT: _rule("asset ratio"),
    EntryType.TRANSFER_IN: _rule("asset quantity price"),
    EntryType.TRANSFER_OUT: _rule("asset quantity", "price"),
    EntryType.ADJUSTMENT: _rule("asset quantity", "price"),
}


def complete(entry: Entry) -> Entry:
    """Return `entry` with what follows from the fields given.

    The amount of a trade is −/+ quantity × price, after fees and taxes; that of a dividend
    quantity × price, before them. Where amount and price are both given, what moved is the truth.

    Raises:
        InvalidEntry: a field is missing, not of this type, of the wrong sign, or too large.
        AmountMismatch: amount and price are given and do not fit.
    """
    _check_fields(entry)
    _check_numbers(entry)
    entry = _with_amount(entry)
    _check_size(entry)
    return entry


def parse_ratio(text: str) -> Fraction:
    """Return the ratio of a split that `text` writes; a wrong one is the entry's mistake.

    Raises:
        InvalidEntry: it is no ratio, not positive, or finer than one in a billion.
    """
    try:
        return splits.parse_ratio(text)
    except ValueError as error:
        raise InvalidEntry({"ratio": str(error)}) from error


def _with_amount(entry: Entry) -> Entry:
    computed = _computed_amount(entry)
    if entry.amount is None:
        return entry.moving(computed)
    _check_sign(entry, entry.amount, computed)
    if computed is None:
        return entry._replace(price=entry.price or _implied_price(entry, entry.amount))
    if EXACT.abs(EXACT.subtract(entry.amount, computed)) > _tolerance(entry):
        raise AmountMismatch(entry.amount, computed)
    return entry


def _check_fields(entry: Entry) -> None:
    # A quantity, a price or an amount of 0 is given too; fees and taxes of 0 are none.
    given = (
        entry.asset is not None,
        entry.quantity is not None,
        entry.price is not None,
        entry.amount is not None,
        bool(entry.fees),
        bool(entry.taxes),
        entry.ratio is not None,
    )
    if reasons := _misplaced(entry.type, given):
        raise InvalidEntry(reasons)


@cache  # a ledger of thousands has a dozen combinations
def _misplaced(type_: EntryType, given: tuple[bool, ...]) -> Mapping[str, str]:
    """Return what is wrong with the fields of an entry: field → why.

    Args:
        given: for each of `_NAMES`, whether it is there.
    """
    rule = RULES[type_]
    fields = {name for name, is_given in zip(_NAMES, given, strict=True) if is_given}
    reasons = dict.fromkeys(rule.needs - fields, f"{type_} needs this field.")
    reasons |= dict.fromkeys(fields - rule.needs - rule.allows, f"{type_} has no such field.")
    if "amount" in rule.allows and not fields & {"price", "amount"}:
        reasons["price"] = f"{type_} needs a price or an amount."
    return dict(sorted(reasons.items()))


def _check_numbers(entry: Entry) -> None:
    may_be_zero = entry.type is EntryType.ADJUSTMENT
    quantity = entry.quantity
    if quantity is not None and (quantity < ZERO or not (quantity or may_be_zero)):
        raise InvalidEntry({"quantity": "Must be greater than 0."})
    if may_be_zero and quantity and entry.price is None:
        raise InvalidEntry(
            {"price": "ADJUSTMENT needs this field, unless it sets the quantity to 0."}
        )
    for name, number in (("price", entry.price), ("fees", entry.fees), ("taxes", entry.taxes)):
        if number and number < ZERO:
            raise InvalidEntry({name: "Must not be negative."})
    if entry.exchange_rate is not None and entry.exchange_rate <= ZERO:
        raise InvalidEntry({"exchange_rate": "Must be greater than 0."})


def _check_size(entry: Entry) -> None:
    money = EXACT.abs(entry.cash)
    if entry.type is not EntryType.BUY:  # whose cash is its cost
        money = max(money, entry.cost)
    rate = max(ONE, entry.asset_rate, entry.exchange_rate or ONE)
    if EXACT.multiply(money, rate) >= _TOO_MUCH:
        field = "price" if entry.amount is None else "amount"
        raise InvalidEntry({field: "This is more money than can be counted."})


def _computed_amount(entry: Entry) -> Decimal | None:
    if "amount" not in RULES[entry.type].allows or entry.price is None:
        return None
    if entry.quantity is None:
        raise InvalidEntry({"quantity": f"{entry.type} with a price needs this field."})
    gross = EXACT.multiply(entry.quantity, entry.price)
    charges = EXACT.add(entry.fees, entry.taxes)
    if entry.type is EntryType.BUY:
        return EXACT.minus(EXACT.add(gross, charges))
    return EXACT.subtract(gross, charges) if entry.type is EntryType.SELL else gross


def _check_sign(entry: Entry, amount: Decimal, computed: Decimal | None) -> None:
    rule = RULES[entry.type]
    if not amount and computed is None:
        raise InvalidEntry({"amount": "Must not be 0."})
    # Fees above the proceeds turn the sign of a sale; then the other sign is the right one.
    turned = computed is not None and amount * computed > 0
    if amount * rule.sign < 0 and not turned:
        side = "positive" if rule.sign > 0 else "negative"
        raise InvalidEntry(
            {"amount": f"The amount of a {entry.type} is {side}; did you mean {rule.meant}?"}
        )


def _implied_price(entry: Entry, amount: Decimal) -> Decimal | None:
    if "price" not in RULES[entry.type].allows or not entry.quantity:
        return None
    charges = EXACT.add(entry.fees, entry.taxes)
    gross = {
        EntryType.BUY: EXACT.subtract(EXACT.minus(amount), charges),
        EntryType.SELL: EXACT.add(amount, charges),
    }.get(entry.type, amount)
    if gross < 0:
        raise InvalidEntry({"amount": "Fees and taxes are more than the amount."})
    return round_to(EXACT.divide(gross, entry.quantity), _PRICE_PLACES)


def _tolerance(entry: Entry) -> Decimal:
    """Return how far a broker's rounding may lead: of the printed price, and of the amount."""
    price, quantity = entry.price or ZERO, entry.quantity or ZERO
    last_decimal = Decimal(1).scaleb(min(0, int(price.as_tuple().exponent)))
    one_minor_unit = Decimal(1).scaleb(-minor_unit(entry.currency))
    return EXACT.add(EXACT.multiply(last_decimal / 2, quantity), one_minor_unit)
