"""Which fields each type has, the sign of its amount, and the amount that moved."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.portfolio.domain.errors import AmountMismatch, InvalidEntry
from services.portfolio.domain.rules import complete, parse_ratio
from shared.finance.entries import EntryType as T
from tests.portfolio.domain.build import done, entry

PLAIN: dict[T, dict[str, Any]] = {
    T.BUY: {"quantity": "2", "price": "10"},
    T.SELL: {"quantity": "2", "price": "10"},
    T.DIVIDEND: {"amount": "5"},
    T.INTEREST: {"amount": "5"},
    T.FEE: {"amount": "-5"},
    T.FEE_REFUND: {"amount": "5"},
    T.TAX: {"amount": "-5"},
    T.TAX_REFUND: {"amount": "5"},
    T.DEPOSIT: {"amount": "5"},
    T.WITHDRAWAL: {"amount": "-5"},
    T.SPLIT: {"ratio": Fraction(2)},
    T.TRANSFER_IN: {"quantity": "2", "price": "10"},
    T.TRANSFER_OUT: {"quantity": "2"},
    T.ADJUSTMENT: {"quantity": "2", "price": "10"},
}
NEEDED = [
    (T.BUY, "asset quantity"),
    (T.SELL, "asset quantity"),
    (T.DIVIDEND, "asset"),
    (T.INTEREST, "amount"),
    (T.FEE, "amount"),
    (T.FEE_REFUND, "amount"),
    (T.TAX, "amount"),
    (T.TAX_REFUND, "amount"),
    (T.DEPOSIT, "amount"),
    (T.WITHDRAWAL, "amount"),
    (T.SPLIT, "asset ratio"),
    (T.TRANSFER_IN, "asset quantity price"),
    (T.TRANSFER_OUT, "asset quantity"),
    (T.ADJUSTMENT, "asset quantity price"),
]
FOREIGN = [
    (T.BUY, "ratio"),
    (T.SELL, "ratio"),
    (T.DIVIDEND, "ratio"),
    (T.INTEREST, "quantity price ratio"),
    (T.FEE, "quantity price fees taxes ratio"),
    (T.FEE_REFUND, "quantity price fees taxes ratio"),
    (T.TAX, "quantity price fees taxes ratio"),
    (T.TAX_REFUND, "quantity price fees taxes ratio"),
    (T.DEPOSIT, "asset quantity price fees taxes ratio"),
    (T.WITHDRAWAL, "asset quantity price fees taxes ratio"),
    (T.SPLIT, "quantity price amount fees taxes"),
    (T.TRANSFER_IN, "amount fees taxes ratio"),
    (T.TRANSFER_OUT, "amount fees taxes ratio"),
    (T.ADJUSTMENT, "amount fees taxes ratio"),
]
ANY = {
    "asset": 1,
    "quantity": "1",
    "price": "1",
    "amount": "1",
    "fees": "1",
    "taxes": "1",
    "ratio": Fraction(1),
}


def refused(kind: T, **fields: Any) -> dict[str, Any]:
    """Return field → messages of the refusal."""
    with pytest.raises(InvalidEntry) as caught:
        complete(entry(kind, **fields))
    return dict(caught.value.fields)


def each(table: list[tuple[T, str]]) -> list[tuple[T, str]]:
    return [(kind, name) for kind, names in table for name in names.split()]


@pytest.mark.parametrize("kind", T)
def test_each_type_is_complete_with_its_own_fields(kind: T) -> None:
    assert done(kind, **PLAIN[kind]).type is kind


@pytest.mark.parametrize(("kind", "name"), each(NEEDED))
def test_a_missing_field_is_named(kind: T, name: str) -> None:
    assert set(refused(kind, **{**PLAIN[kind], name: None})) == {name}


@pytest.mark.parametrize(("kind", "name"), each(FOREIGN))
def test_a_field_of_another_type_is_named(kind: T, name: str) -> None:
    assert set(refused(kind, **{**PLAIN[kind], name: ANY[name]})) == {name}


@pytest.mark.parametrize("kind", [T.BUY, T.SELL, T.DIVIDEND])
def test_a_price_or_an_amount_is_needed(kind: T) -> None:
    assert refused(kind, quantity="1") == {"price": [f"{kind} needs a price or an amount."]}


def test_a_dividend_by_its_price_needs_the_quantity() -> None:
    assert set(refused(T.DIVIDEND, price="0.25")) == {"quantity"}


@pytest.mark.parametrize(
    ("kind", "amount", "meant"),
    [
        (T.WITHDRAWAL, "5", T.DEPOSIT),
        (T.DEPOSIT, "-5", T.WITHDRAWAL),
        (T.FEE, "5", T.FEE_REFUND),
        (T.FEE_REFUND, "-5", T.FEE),
        (T.TAX, "5", T.TAX_REFUND),
        (T.TAX_REFUND, "-5", T.TAX),
        (T.DIVIDEND, "-5", T.TAX),
    ],
)
def test_the_wrong_sign_names_the_type_that_was_meant(kind: T, amount: str, meant: T) -> None:
    side = "negative" if amount == "5" else "positive"
    assert refused(kind, amount=amount) == {
        "amount": [f"The amount of a {kind} is {side}; did you mean {meant}?"]
    }


@pytest.mark.parametrize(
    ("kind", "amount", "meant"), [(T.BUY, "20", T.SELL), (T.SELL, "-20", T.BUY)]
)
@pytest.mark.parametrize("price", ["10", None])
def test_the_wrong_sign_of_a_trade_names_the_other_trade(
    kind: T, amount: str, meant: T, price: str | None
) -> None:
    messages = refused(kind, quantity="2", price=price, amount=amount)["amount"]
    assert messages[0].endswith(f"did you mean {meant}?")


def test_interest_may_be_charged() -> None:
    assert done(T.INTEREST, amount="-3").cash == -3


def test_fees_above_the_proceeds_turn_the_sign_of_a_sale() -> None:
    assert done(T.SELL, quantity="1", price="2", fees="5").amount == -3
    assert done(T.SELL, quantity="1", price="2", fees="5", amount="-3").amount == -3


def test_a_purchase_for_nothing_brings_no_money_in() -> None:
    assert done(T.BUY, quantity="1", price="0").amount == 0
    assert set(refused(T.BUY, quantity="1", price="0", amount="0.01")) == {"amount"}


@pytest.mark.parametrize("kind", [T.INTEREST, T.FEE, T.DEPOSIT, T.WITHDRAWAL, T.DIVIDEND])
def test_an_amount_of_nothing_is_refused(kind: T) -> None:
    assert refused(kind, amount="0") == {"amount": ["Must not be 0."]}


@pytest.mark.parametrize("quantity", ["0", "-1"])
@pytest.mark.parametrize("kind", [T.BUY, T.SELL, T.TRANSFER_IN, T.TRANSFER_OUT])
def test_a_quantity_is_greater_than_nothing(kind: T, quantity: str) -> None:
    assert refused(kind, quantity=quantity, price="1") == {"quantity": ["Must be greater than 0."]}


def test_an_adjustment_may_set_the_quantity_to_nothing_but_not_below() -> None:
    assert done(T.ADJUSTMENT, quantity="0").quantity == 0
    assert set(refused(T.ADJUSTMENT, quantity="-1", price="1")) == {"quantity"}


@pytest.mark.parametrize("name", ["price", "fees", "taxes"])
def test_prices_fees_and_taxes_are_not_negative(name: str) -> None:
    fields = {"quantity": "1", "price": "1", name: "-1"}
    assert refused(T.BUY, **fields) == {name: ["Must not be negative."]}


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_an_exchange_rate_is_greater_than_nothing(rate: str) -> None:
    assert set(refused(T.DEPOSIT, amount="1", exchange_rate=rate)) == {"exchange_rate"}


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (T.BUY, "-1007.50"),  # 10 × 100 + 5.00 + 2.50
        (T.SELL, "992.50"),  # 10 × 100 − 5.00 − 2.50
        (T.DIVIDEND, "1000"),  # before fees and taxes
    ],
)
def test_the_amount_follows_from_quantity_and_price(kind: T, amount: str) -> None:
    row = done(kind, quantity="10", price="100", fees="5.00", taxes="2.50")
    assert row.amount == Decimal(amount)


def test_cash_gets_a_dividend_after_its_fees_and_taxes() -> None:
    assert done(T.DIVIDEND, amount="10", fees="1", taxes="2.5").cash == Decimal("6.5")


@pytest.mark.parametrize(
    ("kind", "amount", "price"),
    [
        (T.BUY, "-31", "9.66666667"),  # (31 − 2) / 3
        (T.SELL, "28", "10"),  # (28 + 2) / 3
        (T.DIVIDEND, "30", "10"),  # gross
    ],
)
def test_the_price_follows_from_the_amount(kind: T, amount: str, price: str) -> None:
    row = done(kind, quantity="3", amount=amount, fees="1.5", taxes="0.5")
    assert (row.price, row.amount) == (Decimal(price), Decimal(amount))


def test_fees_cannot_be_more_than_what_was_paid() -> None:
    assert set(refused(T.BUY, quantity="1", amount="-4", fees="5")) == {"amount"}


def test_the_amount_that_moved_may_differ_by_what_brokers_round() -> None:
    # 0.6242 × 48.05 is 29.99281; 29.99 moved.
    row = done(T.BUY, quantity="0.6242", price="48.05", amount="-29.99")
    assert (row.amount, row.price) == (Decimal("-29.99"), Decimal("48.05"))


@pytest.mark.parametrize(
    ("price", "fits", "too_far"),
    [
        ("48.05", "4805.51", "4805.52"),  # 100 × 0.005 + 0.01 around 4,805.00
        ("48.050", "4805.06", "4805.07"),  # 100 × 0.0005 + 0.01
        ("48", "4850.01", "4850.02"),  # 100 × 0.5 + 0.01 around 4,800.00
    ],
)
def test_the_tolerance_is_half_the_last_given_decimal_and_one_minor_unit(
    price: str, fits: str, too_far: str
) -> None:
    assert done(T.SELL, quantity="100", price=price, amount=fits).amount == Decimal(fits)
    with pytest.raises(AmountMismatch) as caught:
        done(T.SELL, quantity="100", price=price, amount=too_far)
    assert caught.value.code == "amount_mismatch"
    assert set(caught.value.fields) == {"amount"}


@pytest.mark.parametrize(
    ("currency", "fits", "too_far"),
    [("JPY", "1001", "1001.5"), ("USD", "1000.01", "1000.02"), ("KWD", "1000.001", "1000.002")],
)
def test_the_minor_unit_is_the_currencys(currency: str, fits: str, too_far: str) -> None:
    fields = {"quantity": "1", "price": "1000.00000000", "currency": currency}
    assert done(T.SELL, amount=fits, **fields).amount == Decimal(fits)
    with pytest.raises(AmountMismatch):
        done(T.SELL, amount=too_far, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "999999999999", "price": "999999999999"},
        {"quantity": "1", "price": "999999999999", "exchange_rate": "999999999999"},
        {"quantity": "1", "price": "999999999999", "asset_rate": "999999999999"},
    ],
)
@pytest.mark.parametrize("kind", [T.BUY, T.SELL, T.TRANSFER_IN, T.ADJUSTMENT])
def test_more_money_than_can_be_counted_is_refused(kind: T, fields: dict[str, str]) -> None:
    (messages,) = refused(kind, **fields).values()
    assert messages == ["This is more money than can be counted."]


def test_completing_twice_is_completing_once() -> None:
    row = done(T.BUY, quantity="0.00000003", amount="-1")
    assert complete(row) == row


def test_a_wrong_ratio_is_the_entrys_mistake() -> None:
    with pytest.raises(InvalidEntry, match="Not a ratio") as caught:
        parse_ratio("2/1")
    assert set(caught.value.fields) == {"ratio"}
