"""Exchange rates: direct, inverse, and crossed through EUR or USD."""

from datetime import date
from decimal import Decimal

from shared.finance.rates import Closes, Rate, find_rate, pair_symbols

FRIDAY, MONDAY = date(2024, 1, 5), date(2024, 1, 8)


def closes(**quoted: tuple[str, date]) -> Closes:
    known = {symbol: (Decimal(close), day) for symbol, (close, day) in quoted.items()}
    return known.get


def test_a_pair_is_units_of_the_second_for_one_of_the_first() -> None:
    rate = find_rate("EUR", "USD", closes(EURUSD=("1.25", FRIDAY)))
    assert rate == Rate(Decimal("1.25"), FRIDAY, ("EURUSD",))


def test_a_pair_is_read_the_other_way_round() -> None:
    rate = find_rate("USD", "EUR", closes(EURUSD=("1.25", FRIDAY)))
    assert rate == Rate(Decimal("0.8"), FRIDAY, ("EURUSD",))


def test_the_direct_pair_goes_before_its_inverse_and_before_a_cross() -> None:
    known = closes(
        GBPCHF=("1.10", FRIDAY),
        CHFGBP=("0.5", MONDAY),
        EURGBP=("0.85", MONDAY),
        EURCHF=("0.95", MONDAY),
    )
    rate = find_rate("GBP", "CHF", known)
    assert rate is not None
    assert (rate.value, rate.pairs) == (Decimal("1.10"), ("GBPCHF",))


def test_a_cross_goes_through_the_euro_and_is_as_old_as_its_older_leg() -> None:
    rate = find_rate("GBP", "CHF", closes(EURGBP=("0.8", MONDAY), EURCHF=("0.96", FRIDAY)))
    assert rate == Rate(Decimal("1.2"), FRIDAY, ("EURGBP", "EURCHF"))  # 0.96 / 0.8


def test_a_cross_goes_through_the_dollar_where_the_euro_has_no_pair() -> None:
    rate = find_rate("GBP", "JPY", closes(GBPUSD=("1.25", FRIDAY), USDJPY=("144", MONDAY)))
    assert rate == Rate(Decimal(180), FRIDAY, ("GBPUSD", "USDJPY"))


def test_a_rate_has_twelve_decimals() -> None:
    rate = find_rate("JPY", "USD", closes(USDJPY=("144", FRIDAY)))
    assert rate is not None
    assert str(rate.value) == "0.006944444444"  # 1 / 144


def test_one_currency_needs_no_close() -> None:
    assert find_rate("USD", "USD", closes()) == Rate(Decimal(1))


def test_an_unknown_rate_is_never_one() -> None:
    assert find_rate("GBP", "CHF", closes(EURGBP=("0.85", FRIDAY), USDCHF=("0.9", FRIDAY))) is None


def test_the_symbols_asked_for_cover_both_ends_and_the_bridges() -> None:
    straight, euro, dollar = {"GBPCHF"}, {"GBPEUR", "EURCHF"}, {"GBPUSD", "USDCHF"}
    inverse = {"CHFGBP", "EURGBP", "CHFEUR", "USDGBP", "CHFUSD"}
    assert pair_symbols([("GBP", "CHF")]) == straight | euro | dollar | inverse


def test_between_the_bridges_their_own_pair_is_enough_and_one_currency_needs_none() -> None:
    assert pair_symbols([("EUR", "USD"), ("USD", "USD")]) == {"EURUSD", "USDEUR"}
