"""However the events of ledgers and prices arrive, our copies end as if made anew."""

from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.analytics import replicas
from shared.events import Event
from tests.analytics.conftest import Desk
from tests.analytics.world import World
from tests.shared.hearsay import mishear

DAYS = [f"2024-01-{day:02}" for day in range(2, 9)]


def happen(world: World, random: Random) -> None:
    """Let something happen to a portfolio or an asset."""
    asset, day = random.choice(list(world.assets)), random.choice(DAYS)
    price = str(random.randint(90, 110))
    number = random.choice(list(world.portfolios))
    entries = list(world.portfolios[number].transactions)

    def deposit() -> object:
        return world.record(number, "DEPOSIT", day, amount=price)

    happenings: list[Callable[[], object]] = [
        lambda: world.announced(number, *[deposit] * random.randint(2, 4)),
        lambda: world.price(asset, day, price),
        lambda: world.price(asset, day, price, open="100", volume=7),
        lambda: world.import_prices(asset, {day: price, DAYS[0]: "100"}),
        lambda: world.split(asset, day, "2:1"),
        lambda: world.record(number, "BUY", day, asset=asset, quantity="1", price=price),
        lambda: world.record(number, "DEPOSIT", day, amount=price, exchange_rate="0.91"),
        lambda: world.change_portfolio(number, name=price),
    ]
    if entries:
        entry = random.choice(entries)
        happenings += [
            lambda: world.change_transaction(number, entry, quantity=price),
            lambda: world.delete_transaction(number, entry),
        ]
    if len(world.portfolios) > 1 and random.random() < 0.1:
        happenings = [lambda: world.delete_portfolio(number)]
    random.choice(happenings)()


def kept(desk: Desk) -> dict[str, object]:
    """Return what is kept; of what was deleted only that it was."""
    rows: dict[str, object] = dict(desk.stored())
    rows["portfolios"] = [row for row in desk.stored()["portfolios"] if not row[6]]
    return rows


@given(random=st.randoms(use_true_random=False))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_copy_made_of_events_is_one_made_anew(desk: Desk, random: Random) -> None:
    """Each is followed step by step."""
    desk.stand.empty()
    desk.world.empty()
    world = desk.world
    for name in ("One", "Two"):
        world.portfolio(name=name)
        world.asset(name)
    said = world.take()
    ends: list[Event] = []
    for _ in range(random.randint(1, 12)):
        happen(world, random)
        events = world.take()
        said += events
        ends += [event for event in events if event.type == "portfolio-deleted"]
        mishear(random, said, lambda event: desk.hear([event]))
    for number in world.portfolios:
        world.change_portfolio(number, name="The last word")
    for asset in world.assets:
        world.price(asset, "2024-01-09", "100")
    desk.hear([*world.take(), *ends])
    mishear(random, said, lambda event: desk.hear([event]))
    followed = kept(desk)
    with desk.stand.database.engine.begin() as connection:
        connection.execute(text("TRUNCATE portfolios, assets CASCADE"))
    replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)
    assert followed == kept(desk)
