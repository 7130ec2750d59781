"""What the database finds for a new number, and two consumers that look at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.webhooks.commands import watching
from services.webhooks.domain import names
from services.webhooks.domain.rules import Rule, judge
from services.webhooks.models import Alert, Firing, PriceWindow
from shared.testing import Stand, wait_until

NOW = datetime(2024, 1, 19, 21, 0, tzinfo=UTC)
BASE = Decimal(100)
ON_ASSET = watching.Rules(asset=5, sequence=1)
ON_PORTFOLIO = watching.Rules(portfolio=1, sequence=1)
THRESHOLDS = [Decimal(threshold) for threshold in ("-10", "10", "90", "100", "110")]
NUMBERS = [
    Decimal(number)
    for number in ("-11", "-10", "-9", "0", "10", "89.99", "90", "90.01", "100", "110", "110.01")
]

Look = Callable[[Session, Decimal], None]


def look_at_price(session: Session, number: Decimal) -> None:
    watching.look_at_value(session, ON_ASSET, number, NOW)


def look_at_price_of_a_new_day(session: Session, number: Decimal) -> None:
    watching.look_at_value(session, ON_ASSET, number, NOW, [BASE])


def look_at_value(session: Session, number: Decimal) -> None:
    watching.look_at_value(session, ON_PORTFOLIO, number, NOW, [BASE])


def look_at_figure(session: Session, number: Decimal) -> None:
    watching.look_at_metrics(session, ON_PORTFOLIO, {"beta": str(number), "alpha": None}, NOW)


def every_rule() -> Iterator[Rule]:
    """Yield a rule of each kind on each threshold."""
    for kind, threshold in product(names.PRICE_KINDS, THRESHOLDS):
        window = 1 if kind == names.PRICE_CHANGE else None
        yield Rule(kind, threshold, asset=5, window_days=window)
    for kind, threshold in product(names.VALUE_KINDS, THRESHOLDS):
        window = 1 if kind == names.VALUE_CHANGE else None
        yield Rule(kind, threshold, portfolio=1, window_days=window)
    for operator, threshold, metric in product(names.OPERATORS, THRESHOLDS, ("beta", "alpha")):
        yield Rule(names.RISK, threshold, portfolio=1, metric=metric, operator=operator)


def number_for(look: Look, number: Decimal, rule: Rule) -> Decimal | None:
    """Return what a look at `number` shows to a rule."""
    if look is look_at_figure:
        return number if rule.metric == "beta" else None
    if look is look_at_value:
        return number if rule.portfolio is not None and rule.metric is None else None
    return number if rule.asset is not None else None


@pytest.fixture
def alerts(stand: Stand) -> list[tuple[int, Rule, bool | None]]:
    """Have every rule on every side of its threshold; return id, rule and side."""
    with stand.database.sessions.begin() as session:
        session.add(PriceWindow(asset_id=5, sequence=1, closes={}, bases=[BASE]))
        alerts = [
            Alert(owner_id=1, name="Mine", rule=rule, is_met=is_met, cooldown_seconds=0)
            for rule, is_met in product(every_rule(), (None, False, True))
        ]
        session.add_all(alerts)
        session.flush()
        return [(alert.id, alert.rule, alert.is_met) for alert in alerts]


@pytest.mark.parametrize(
    "look", [look_at_price, look_at_price_of_a_new_day, look_at_value, look_at_figure]
)
@pytest.mark.parametrize("number", NUMBERS)
def test_no_rule_that_turns_is_passed_over(
    look: Look, number: Decimal, stand: Stand, alerts: list[tuple[int, Rule, bool | None]]
) -> None:
    expected, crossed = {}, []
    for alert_id, rule, before in alerts:
        now = judge(rule, number_for(look, number, rule), BASE)
        expected[alert_id] = before if now is None else now
        if now and before is False:
            crossed.append(alert_id)
    with stand.database.sessions.begin() as session:
        look(session, number)
        stands = session.execute(select(Alert.id, Alert.is_met)).all()
        firings = session.scalars(select(Firing.alert_id).order_by(Firing.id)).all()
    assert {row.id: row.is_met for row in stands} == expected
    assert firings == crossed
    assert [int(event.subject.removeprefix("alerts/")) for event in stand.events()] == crossed


@pytest.fixture(
    params=[
        Rule(names.PRICE_ABOVE, Decimal(105), asset=5),
        Rule(names.PRICE_CHANGE, Decimal(5), asset=5, window_days=1),
    ],
    ids=lambda rule: rule.kind,
)
def rule(request: pytest.FixtureRequest, stand: Stand) -> Rule:
    """Have a rule that 106 meets and 100 does not."""
    made: Rule = request.param
    with stand.database.sessions.begin() as session:
        session.add(PriceWindow(asset_id=5, sequence=1, closes={}, bases=[BASE]))
        session.add(Alert(owner_id=1, name="Mine", rule=made, is_met=False, cooldown_seconds=0))
    return made


def test_two_consumers_that_look_at_once_fire_once(stand: Stand, rule: Rule) -> None:
    with ThreadPoolExecutor() as threads, stand.database.sessions() as first:
        look_at_price(first, Decimal(106))
        second = threads.submit(stand.database.unit, partial(look_at_price, number=Decimal(107)))
        wait_until(stand.waiters)
        first.commit()
        second.result()
    assert firings(stand) == [Decimal(106) if rule.window_days is None else Decimal(6)]


def test_a_rule_that_changes_while_a_price_waits_for_it_is_judged_as_it_is_then(
    stand: Stand, rule: Rule
) -> None:
    with ThreadPoolExecutor() as threads, stand.database.sessions() as owner:
        alert = owner.scalars(select(Alert).with_for_update()).one()
        price = threads.submit(stand.database.unit, partial(look_at_price, number=Decimal(106)))
        wait_until(stand.waiters)
        alert.rule = rule._replace(threshold=Decimal(200))
        owner.commit()
        price.result()
    assert firings(stand) == []


def firings(stand: Stand) -> Sequence[Decimal]:
    with stand.database.sessions() as session:
        return session.scalars(select(Firing.value).order_by(Firing.id)).all()
