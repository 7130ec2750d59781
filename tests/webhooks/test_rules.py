"""When a rule's condition is met and when it fires, against the contract in other words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from services.webhooks.domain import names
from services.webhooks.domain.rules import Rule, Standing, fires, judge, reading, turns

BEGIN = datetime(2024, 1, 19, 21, 0, tzinfo=UTC)


def decimals(low: str, high: str, places: int = 8) -> st.SearchStrategy[Decimal]:
    """Return numbers of the contract; small whole ones often, so that some are equal."""
    any_size = st.decimals(Decimal(low), Decimal(high), places=places)
    return st.one_of(st.integers(-3, 3).map(Decimal), any_size)


figures = st.none() | decimals("-999999999999", "999999999999")
rules = st.builds(
    Rule,
    kind=st.sampled_from(names.KINDS),
    threshold=decimals("-999999999999", "999999999999"),
    operator=st.sampled_from(names.OPERATORS),
).map(
    lambda rule: rule._replace(
        operator=rule.operator if rule.kind == names.RISK else None,
        window_days=1 if rule.kind in names.CHANGE_KINDS else None,
    )
)


def met(rule: Rule, number: Decimal | None, base: Decimal | None) -> bool | None:
    """Say in fractions what the contract says of each kind."""
    if number is None:
        return None
    value, threshold = Fraction(number), Fraction(rule.threshold)
    match rule.kind, rule.operator:
        case ("PRICE_ABOVE" | "PORTFOLIO_VALUE_ABOVE", None) | ("RISK_THRESHOLD", "gt"):
            return value > threshold
        case ("PRICE_BELOW" | "PORTFOLIO_VALUE_BELOW", None) | ("RISK_THRESHOLD", "lt"):
            return value < threshold
    if not base:
        return None
    moved = 100 * (value - Fraction(base)) / abs(Fraction(base))
    return moved <= threshold if threshold < 0 else moved >= threshold or -moved >= threshold


@given(rules, figures, figures)
@example(Rule(names.PRICE_CHANGE, Decimal(5), window_days=1), Decimal(105), Decimal(100))
@example(Rule(names.PRICE_CHANGE, Decimal(5), window_days=1), Decimal(95), Decimal(100))
@example(Rule(names.VALUE_CHANGE, Decimal(-5), window_days=1), Decimal(-105), Decimal(-100))
@example(Rule(names.PRICE_CHANGE, Decimal("33.33333333"), window_days=1), Decimal(4), Decimal(3))
@example(Rule(names.PRICE_CHANGE, Decimal("33.33333334"), window_days=1), Decimal(4), Decimal(3))
def test_a_condition_is_met_as_the_contract_says(
    rule: Rule, number: Decimal | None, base: Decimal | None
) -> None:
    assert judge(rule, number, base) is met(rule, number, base)
    assert (reading(rule, number, base) is None) == (judge(rule, number, base) is None)


looks = st.lists(st.tuples(st.integers(0, 10), st.none() | st.booleans()))


@given(looks, st.integers(0, 20))
def test_a_rule_fires_on_a_crossing_unless_it_is_quiet(
    history: list[tuple[int, bool | None]], cooldown: int
) -> None:
    """Each look comes some seconds after the one before, and says whether the rule is met."""
    standing = Standing(None, None, cooldown)
    at, firings = BEGIN, []
    for seconds, is_met in history:
        at += timedelta(seconds=seconds)
        if fires(standing, is_met, at):
            firings.append(at)
            standing = standing._replace(last_fired=at)
        if turns(standing, is_met):
            standing = standing._replace(is_met=is_met)
    assert firings == crossings(history, cooldown)


def crossings(history: list[tuple[int, bool | None]], cooldown: int) -> list[datetime]:
    """Return when it was met right after it was not, as far apart as it has to be."""
    at, answers = BEGIN, []
    for seconds, is_met in history:
        at += timedelta(seconds=seconds)
        if is_met is not None:
            answers.append((at, is_met))
    risen = [at for (_, before), (at, is_met) in pairwise(answers) if is_met and not before]
    firings: list[datetime] = []
    for at in risen:
        if all((at - earlier).total_seconds() >= cooldown for earlier in firings):
            firings.append(at)
    return firings
